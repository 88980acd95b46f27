from odoo import api, fields, models
from odoo.exceptions import UserError


class EduEnrollmentCollect(models.TransientModel):
    """Money received now: one posted payment, set off against the instalments in their order (E11, E12)."""

    _name = "edu.enrollment.collect"
    _inherit = ["edu.dialog.mixin"]
    _description = "Collect Payment"
    _check_company_auto = True

    enrollment_id = fields.Many2one("edu.enrollment", string="Enrolment", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="enrollment_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="enrollment_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(related="enrollment_id.partner_id", related_sudo=False)
    is_deposit = fields.Boolean(compute="_compute_amount_open")
    amount_open = fields.Monetary(
        compute="_compute_amount_open", help="What is left to pay; of a draft: its price."
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount_beyond = fields.Monetary(
        compute="_compute_amount_beyond", help="Stays as the payer's open credit."
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        compute="_compute_journal_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', 'parent_of', company_id)]",
    )
    date = fields.Date(
        required=True,
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    memo = fields.Char()

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A payment is more than nothing. Money that goes back is a refund."
    )

    @api.depends("enrollment_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.enrollment_id.campus_id._today()

    @api.depends("enrollment_id")
    def _compute_amount_open(self):
        for wizard in self:
            enrollment = wizard.enrollment_id
            wizard.is_deposit = enrollment.state in ("draft", "waiting")
            wizard.amount_open = max(
                enrollment.amount_total - enrollment.amount_paid
                if wizard.is_deposit
                else enrollment.amount_due,
                0,
            )

    @api.depends("enrollment_id")
    def _compute_amount(self):
        """Proposed: the oldest open instalment; of a deposit, the package's first one."""
        for wizard in self:
            enrollment = wizard.enrollment_id
            if wizard.is_deposit:
                # sudo: users may not read payment terms.
                package_sudo = enrollment.package_id.sudo()
                proposed = package_sudo._instalments(enrollment.amount_total, wizard.date)[0][1]
            else:
                still_open = enrollment.sudo().instalment_ids.filtered(lambda line: not line.reconciled)
                proposed = still_open[:1].amount_residual_currency
            wizard.amount = min(proposed, wizard.amount_open)

    @api.depends("amount", "amount_open")
    def _compute_amount_beyond(self):
        for wizard in self:
            wizard.amount_beyond = max(wizard.amount - wizard.amount_open, 0)

    @api.depends("enrollment_id")
    def _compute_journal_id(self):
        for company, wizards in self.grouped("company_id").items():
            wizards.journal_id = self.env["account.journal"].search(
                [
                    *self.env["account.journal"]._check_company_domain(company),
                    ("type", "in", ("bank", "cash")),
                ],
                limit=1,
            )

    def action_apply(self):
        """Post the payment and settle the instalments, oldest first (E11); of a draft, keep it as deposit (E12).

        Once per dialog, however often and from wherever it is called.

        :raise UserError: nothing to pay, a deposit beyond the price, a locked period; nothing is written then
        """
        self.ensure_one()
        self.check_access("write")
        enrollment = self.enrollment_id
        enrollment.check_access("read")
        enrollment._lock()
        # sudo: cashiers and counsellors have no rights on entries.
        payment_sudo = self.env["account.payment"].sudo()
        key = f"{self._name},{self.id}"
        if payment_sudo.search_count([("collect_key", "=", key)], limit=1):
            return {"type": "ir.actions.act_window_close"}
        self._check_amount()
        enrollment_sudo = enrollment.sudo()
        enrollment_sudo._register_payment(
            self.amount,
            self.journal_id.sudo(),
            self.date,
            self.memo,
            collect_key=key,
            is_deposit=self.is_deposit,
        )
        if not self.is_deposit:
            enrollment_sudo._apply_open_credit()
        return {"type": "ir.actions.act_window_close"}

    def _check_amount(self):
        self.enrollment_id._check_can_collect()
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: a payment is more than nothing. Type the amount that was received.",
                    self.enrollment_id.display_name,
                )
            )
        if self.is_deposit and self.currency_id.compare_amounts(self.amount_beyond, 0) > 0:
            raise UserError(
                self.env._(
                    "%(enrollment)s: a deposit is at most what is still to be paid, %(open)s. Type less.",
                    enrollment=self.enrollment_id.display_name,
                    open=self.currency_id.format(self.amount_open),
                )
            )
