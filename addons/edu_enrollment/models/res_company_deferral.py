from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    edu_defer_revenue = fields.Boolean(
        string="Defer Revenue",
        help="Invoices of enrolments are posted as deferred revenue; hours that are delivered earn it.",
    )
    edu_deferred_account_id = fields.Many2one(
        "account.account",
        string="Deferred Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Holds what was invoiced for hours that are not delivered yet.",
    )
    edu_recognition_journal_id = fields.Many2one(
        "account.journal",
        string="Recognition Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Where earned revenue is posted. Empty: the first miscellaneous journal of the company.",
    )

    def _edu_deferred_account(self):
        """The account that takes the revenue of new invoices (E19).

        :return: ``account.account``, empty where revenue is not deferred
        :raise UserError: revenue is deferred and no account is set
        """
        self.ensure_one()
        if not self.edu_defer_revenue:
            return self.env["account.account"]
        if not self.edu_deferred_account_id:
            raise UserError(
                self.env._(
                    "%s defers its revenue, but has no account for it. Choose the Deferred Revenue Account"
                    " in the settings under Invoicing, Education.",
                    self.display_name,
                )
            )
        return self.edu_deferred_account_id

    def _edu_recognition_journal(self):
        """The journal of recognition entries (E19).

        :return: ``account.journal``
        :raise UserError: none is set, and the company has no miscellaneous journal
        """
        self.ensure_one()
        journal = self.edu_recognition_journal_id or self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(self), ("type", "=", "general")], limit=1
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%s has no miscellaneous journal. Choose the Recognition Journal in the settings"
                    " under Invoicing, Education.",
                    self.display_name,
                )
            )
        return journal
