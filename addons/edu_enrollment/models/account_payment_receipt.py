from num2words import num2words

from odoo import models
from odoo.tools import get_lang


class AccountPayment(models.Model):
    _inherit = "account.payment"  # pylint: disable=consider-merging-classes-inherited

    def action_print_edu_receipt(self):
        """Download the receipts as PDF."""
        self.check_access("read")
        return self.env.ref("edu_enrollment.account_payment_report_receipt").report_action(self)

    def _edu_receipt_lines(self):
        """What the payment was applied to.

        :return: list of dicts ``invoice``, ``amount`` (applied by this payment, in the currency of the invoice;
            ``None`` where the bank has not confirmed it yet) and ``due`` (left to pay of the invoice)
        """
        self.ensure_one()
        applied = {}
        for partial in self.move_id.line_ids.matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            applied[invoice] = applied.get(invoice, 0.0) + partial.debit_amount_currency
        invoices = self.reconciled_invoice_ids | self.invoice_ids
        return [
            {"invoice": invoice, "amount": applied.get(invoice), "due": invoice.amount_residual}
            for invoice in invoices.sorted("id")
        ]

    def _edu_amount_in_words(self):
        """The amount in words of the language of the print; nothing where no words are known for it."""
        self.ensure_one()
        try:
            num2words(1, lang=get_lang(self.env).iso_code)
        except NotImplementedError:
            return ""
        return self.currency_id.amount_to_text(self.amount)
