from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """A payment made online for the invoice of an enrolment is a payment of the enrolment (E11, W4).

        When two pages pay the same instalment, the second payment is the payer's open credit.
        """
        # Captures and refunds are transactions without invoices of their own.
        enrollment = (self.invoice_ids or self.source_transaction_id.invoice_ids).enrollment_id
        if len(enrollment) != 1:
            return super()._create_payment(**extra_create_values)
        enrollment._lock()
        # Odoo's own key: post a journal entry now. Without an outstanding account there would be none until the bank
        # statement comes, and the payment would settle nothing.
        return super(PaymentTransaction, self.with_context(force_payment_move=True))._create_payment(
            enrollment_id=enrollment.id, **extra_create_values
        )
