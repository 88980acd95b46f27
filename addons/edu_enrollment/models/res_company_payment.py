from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    edu_deposit_refundable = fields.Boolean(
        string="Deposits Are Given Back",
        default=True,
        help="When a draft enrolment is cancelled, its deposit goes back to the payer.",
    )
    edu_deposit_account_id = fields.Many2one(
        "account.account",
        string="Account for Kept Deposits",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where deposits that are not given back become income.",
    )
    edu_transfer_fee_account_id = fields.Many2one(
        "account.account",
        string="Account for Transfer Fees",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where the centre's fee for moving money between enrolments becomes income.",
    )
    edu_reminder_days_before = fields.Integer(
        string="Days Before the Due Date",
        default=3,
        help="A payer is reminded so many days before an instalment falls due. 0: not at all.",
    )
    edu_reminder_days_after = fields.Integer(
        string="Days After the Due Date",
        default=3,
        help="A payer is reminded so many days after an instalment fell due. 0: not at all.",
    )

    _edu_reminder_days_positive = models.Constraint(
        "CHECK (edu_reminder_days_before >= 0 AND edu_reminder_days_after >= 0)",
        "Days of reminders cannot be negative. Type 0 to send none.",
    )

    def _edu_transfer_fee_account(self):
        """The income account of transfer fees (E16).

        :return: ``account.account``
        :raise UserError: none is set
        """
        self.ensure_one()
        if not self.edu_transfer_fee_account_id:
            raise UserError(
                self.env._(
                    "%s has no account for transfer fees. Set “Account for Transfer Fees” in the settings"
                    " under Invoicing, Education, or leave the fee out.",
                    self.display_name,
                )
            )
        return self.edu_transfer_fee_account_id
