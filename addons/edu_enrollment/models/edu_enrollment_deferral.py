from odoo import fields, models


class EduEnrollment(models.Model):
    """Deferral of revenue (E19): an invoice is a promise to teach, delivered hours earn it."""

    _inherit = "edu.enrollment"

    # Kept from the day of the invoice: a later change of the setting must not move what was posted before.
    deferred_account_id = fields.Many2one(
        "account.account",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Where the revenue of this enrolment waits until it is earned. Empty: it was earned when invoiced.",
    )

    def _create_invoices(self):
        for company, enrollments in self.grouped("company_id").items():
            account = company._edu_deferred_account()
            if account:
                enrollments.deferred_account_id = account
        return super()._create_invoices()

    def _prepare_invoice_line_values(self):
        """The course and its discounts are posted to the account that holds what is not earned yet."""
        lines = super()._prepare_invoice_line_values()
        # Whoever may sell may cause the invoice; the account is the accountant's choice.
        account = self.sudo().deferred_account_id
        if account:
            for values in lines:
                if values.get("product_id") == self.package_id.product_id.id:
                    values["account_id"] = account.id
        return lines
