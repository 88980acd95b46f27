from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """What is paid online for an enrolment is received by the enrolment (E11, W4).

        Also what exceeds its invoice, when two pages pay the same instalment: it stays the payer's open credit.
        """
        # A part that is captured, or given back, belongs to what the whole was for.
        enrollment = (self.invoice_ids or self.source_transaction_id.invoice_ids).enrollment_id
        if len(enrollment) != 1:
            return super()._create_payment(**extra_create_values)
        enrollment._lock()
        # Without a journal entry the money would settle nothing before the bank statement is there.
        return super(PaymentTransaction, self.with_context(force_payment_move=True))._create_payment(
            enrollment_id=enrollment.id, **extra_create_values
        )
