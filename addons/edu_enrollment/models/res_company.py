from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ResCompany(models.Model):
    _inherit = "res.company"

    # --- discounts (E20)
    discount_approval_rate = fields.Float(
        string="Discounts without Approval",
        digits=(5, 2),
        default=100.0,
        help="Highest discount, in per cent of the list price, that may be typed without a campus manager."
        " Promotions do not count: a manager made them, and that approves them once for all.",
    )
    # --- deposits, transfers and reminders (E12, E13, E16)
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
    # --- deferred revenue (E19)
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
    # --- certificates (E21)
    certificate_reminder_days = fields.Integer(
        default=30,
        help="So many days before a certificate expires the person in charge is told; 0: never.",
    )
    # --- waiting list (E23)
    edu_waitlist_hours = fields.Integer(
        string="Hold an Offered Seat (hours)",
        default=48,
        required=True,
        help="A seat offered to somebody on a waiting list is held so long; then the next one has it.",
    )

    _discount_approval_rate_range = models.Constraint(
        "CHECK (discount_approval_rate BETWEEN 0 AND 100)",
        "The discount without approval lies between 0 % and 100 % of the price.",
    )
    _certificate_reminder_days_positive = models.Constraint(
        "CHECK (certificate_reminder_days >= 0)",
        "Days of a reminder cannot be negative. Type 0 for no reminder.",
    )
    _edu_reminder_days_positive = models.Constraint(
        "CHECK (edu_reminder_days_before >= 0 AND edu_reminder_days_after >= 0)",
        "Days of reminders cannot be negative. Type 0 to send none.",
    )
    _edu_waitlist_hours_positive = models.Constraint(
        "CHECK (edu_waitlist_hours > 0)", "An offered seat is held for at least one hour."
    )

    def _edu_today(self):
        """The day that has begun at every campus of the company.

        :return: date
        """
        self.ensure_one()
        campuses = self.env["edu.campus"].search([("company_id", "=", self.id)])
        return min((campus._today() for campus in campuses), default=fields.Date.context_today(self))

    def _edu_check_books_open(self, date, journal, name, has_tax=False):
        """Say in words what Odoo is about to refuse, or to post on another day: the period is locked.

        :param date date: day in the books
        :param journal: ``account.journal`` that is to be posted to
        :param str name: what is to be posted, as the user knows it
        :param bool has_tax: whether a tax report would change
        :raise UserError: naming the locks and the way out
        """
        self.ensure_one()
        locks = self._get_violated_lock_dates(date, has_tax, journal)
        if locks:
            raise UserError(
                self.env._(
                    "%(name)s cannot be posted on %(date)s: the books are closed (%(company)s: %(locks)s)."
                    " Choose a later day, or have the period opened by your accountant.",
                    name=name,
                    date=format_date(self.env, date),
                    company=self.display_name,
                    locks=self._format_lock_dates(locks),
                )
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
