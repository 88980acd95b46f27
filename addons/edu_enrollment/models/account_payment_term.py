from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    @api.constrains("line_ids", "early_discount")
    def _check_lines(self):
        """Odoo's own rule, with a sentence that says which terms and what is missing (C4)."""
        digits = self.env["decimal.precision"].precision_get("Payment Terms")
        for term in self:
            shares = term.line_ids.filtered(lambda line: line.value == "percent").mapped("value_amount")
            total = float_round(sum(shares), precision_digits=digits)
            if total != 100:
                raise ValidationError(
                    self.env._(
                        "%(term)s: the instalments make %(total)s %% together. Correct them so that they make 100 %%.",
                        term=term.display_name,
                        total=f"{total:g}",
                    )
                )
        return super()._check_lines()

    @api.constrains("line_ids")
    def _check_edu_packages(self):
        """A term that packages are paid by keeps its first instalment on the day of enrolment (C4)."""
        # sudo: packages of other campuses count as well.
        self.env["edu.package"].sudo().search([("payment_term_id", "in", self.ids)])._check_payment_term_id()
