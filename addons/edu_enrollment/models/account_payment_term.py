from odoo import api, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    @api.constrains("line_ids")
    def _check_edu_packages(self):
        """A term that packages are paid by keeps its first instalment on the day of enrolment (C4)."""
        # Packages of all campuses hold, whoever edits the term.
        self.env["edu.package"].sudo().search([("payment_term_id", "in", self.ids)])._check_payment_term_id()
