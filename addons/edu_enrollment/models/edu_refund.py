from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import money

# Approved by a manager: fixed once the refund is no longer a draft.
AGREED_FIELDS = {"enrollment_id", "amount", "reason"}
# Can be changed until the money is paid.
PAID_FIELDS = {"journal_id", "user_id"}


class EduRefund(models.Model):
    """Money that goes back to the payer: asked for, approved by a manager, paid by the cashier (E15).

    Never more than what was collected minus what was delivered. What is not open credit already becomes so by
    a credit note over hours not delivered, which are taken back in proportion.
    """

    _name = "edu.refund"
    _description = "Refund"
    _inherit = ["mail.thread", "edu.workflow.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _workflow = {
        "draft": (),
        "approved": ("draft",),
        "paid": ("approved",),
        "cancelled": ("draft", "approved"),
    }
    _workflow_groups = {
        "approved": "edu_catalog.group_edu_manager",
        "paid": "edu_enrollment.group_edu_cashier",
    }

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="restrict", tracking=True
    )
    student_id = fields.Many2one(related="enrollment_id.student_id")
    partner_id = fields.Many2one(related="enrollment_id.partner_id", string="Payer")
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        compute="_compute_campus_id",
        store=True,
        precompute=True,
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(required=True, tracking=True, help="Given back, in the enrolment's currency.")
    amount_refundable = fields.Monetary(
        compute="_compute_amount_refundable",
        help="Collected minus delivered, and minus what other refunds are to take.",
    )
    reason = fields.Text(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', 'parent_of', company_id)]",
        help="Where the money is paid from. Empty: the first bank or cash journal.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved"), ("paid", "Paid"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    date_paid = fields.Date(readonly=True, copy=False)
    credit_note_id = fields.Many2one(
        "account.move", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    payment_id = fields.Many2one("account.payment", readonly=True, copy=False, ondelete="restrict")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A refund is more than nothing. Type the amount that goes back."
    )
    _paid_with_payment = models.Constraint(
        "CHECK ((state = 'paid') = (payment_id IS NOT NULL))",
        "A refund is paid by its payment, and only then.",
    )
    _payment_once = models.UniqueIndex(
        "(payment_id) WHERE payment_id IS NOT NULL", "This payment belongs to another refund."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("enrollment_id")
    def _compute_campus_id(self):
        for refund in self:
            refund.campus_id = refund.enrollment_id.campus_id

    @api.depends("enrollment_id.amount_refundable", "state", "amount")
    def _compute_amount_refundable(self):
        for refund in self:
            own = refund._origin.amount if refund._origin.state == "approved" else 0.0
            enrollment = refund.enrollment_id
            refund.amount_refundable = max(enrollment._refundable() + own, 0.0) if enrollment else 0.0

    @api.depends("amount", "enrollment_id.name")
    def _compute_display_name(self):
        for refund in self:
            amount = refund.currency_id.format(refund.amount) if refund.currency_id else ""
            refund.display_name = f"{refund.enrollment_id.name or ''} · {amount}"

    # ------------------------------------------------------------------ checks
    @api.constrains("amount", "enrollment_id")
    def _check_amount(self):
        for refund in self:
            if refund.state in ("draft", "approved"):
                refund._check_refundable()

    def _check_refundable(self):
        """The rule of E15: never more than collected minus delivered.

        :raise ValidationError: naming what may go back
        """
        self.ensure_one()
        currency = self.currency_id
        if currency.compare_amounts(self.amount, self.amount_refundable) > 0:
            raise ValidationError(
                self.env._(
                    "%(refund)s: at most %(limit)s can go back: what was collected, minus what was delivered"
                    " and what other refunds take. Lower the amount.",
                    refund=self.display_name,
                    limit=currency.format(self.amount_refundable),
                )
            )

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        if not self.env.su:
            self._check_not_fixed(vals)
        return super().write(vals)

    @api.model
    def _derived_fields(self):
        """What the system writes when a refund goes its way."""
        return super()._derived_fields() | {"state", "credit_note_id", "payment_id", "date_paid"}

    def _check_not_fixed(self, vals):
        for refund in self:
            fixed = set()
            if refund.state != "draft":
                fixed |= AGREED_FIELDS
            if refund.state in ("paid", "cancelled"):
                fixed |= PAID_FIELDS
            fixed &= vals.keys()
            if fixed:
                raise UserError(
                    self.env._(
                        "%(refund)s is no longer a draft: %(fields)s can no longer be changed."
                        " What is not paid yet can be cancelled and asked for anew.",
                        refund=refund.display_name,
                        fields=", ".join(
                            self._fields[name]._description_string(self.env) for name in sorted(fixed)
                        ),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        for refund in self:
            if refund.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._("%s is under way or paid and is kept. Cancel it instead.", refund.display_name)
                )

    # ------------------------------------------------------------------ actions
    def action_approve(self):
        """A manager agrees; the amount is taken out of what others may have back (E15).

        :raise AccessError: not a manager
        :raise ValidationError: more than can go back by now
        """
        todo_sudo = self._lock_for("approved")
        for refund_sudo in todo_sudo:
            refund_sudo._check_refundable()
            refund_sudo.state = "approved"
            refund_sudo.flush_recordset()
        return True

    def action_pay(self):
        """The cashier pays: a posted payment to the payer, reconciled with the open credit (E15).

        Paid ones are passed over: a second click, or a second browser, pays nothing.

        :raise AccessError: not a cashier
        :raise UserError: more than can go back by now, a locked period; nothing is written then
        """
        todo_sudo = self._lock_for("paid")
        for refund_sudo in todo_sudo:
            refund_sudo._check_refundable()
            refund_sudo._pay()
            refund_sudo.enrollment_id.flush_recordset()
        return True

    def action_cancel(self):
        """Give a refund up that is not paid yet."""
        todo_sudo = self._lock_for("cancelled")
        todo_sudo.state = "cancelled"
        return True

    # ------------------------------------------------------------------ business
    @api.model
    def _propose_deposit(self, enrollment):
        """The deposit of a draft that came to nothing goes back, once a manager agrees (E12).

        :return: the new draft
        """
        return self.create(
            {
                "enrollment_id": enrollment.id,
                "amount": enrollment.amount_credit,
                "reason": self.env._("Deposit of a cancelled enrolment"),
                "user_id": enrollment.user_id.id,
            }
        )

    def _lock_for(self, state):
        """Check the rights, then wait for whoever works on the same enrolments.

        :param str state: where the refunds are to go
        :return: those that are not there yet, with the accountant's rights
        """
        self.check_access("write")
        self._check_workflow_group(state)
        self.enrollment_id.sudo()._lock()
        self.invalidate_recordset(["state"])
        todo = self.filtered(lambda refund: refund.state != state)
        todo._check_workflow(state)
        return todo.sudo()

    def _pay(self):
        """Make the credit that is missing, pay it out and reconcile the two."""
        self.ensure_one()
        enrollment, currency = self.enrollment_id, self.currency_id
        today = enrollment.campus_id._today()
        credit_lines = enrollment._open_credit_lines()
        note = credit_lines.move_id.filtered(lambda move: move.move_type == "out_refund")[:1]
        missing = self.amount + sum(credit_lines.mapped("amount_residual_currency"))
        if currency.compare_amounts(missing, 0) > 0:
            note = self.env["account.move"]._edu_credit_part(enrollment, missing, "refund")
            credit_lines |= enrollment._open_credit_lines()
        journal = self.journal_id or self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "in", ("bank", "cash")),
            ],
            limit=1,
        )
        receivable = credit_lines.account_id[:1]
        payment = enrollment._register_payment(
            self.amount,
            journal,
            today,
            self.env._("Refund %s", enrollment.name),
            payment_type="outbound",
            partner_id=credit_lines.partner_id[:1].id or enrollment.partner_id.id,
            destination_account_id=receivable.id,
        )
        paid_lines = payment.move_id.line_ids.filtered(lambda line: line.account_id == receivable)
        (paid_lines | credit_lines.filtered(lambda line: line.account_id == receivable)).reconcile()
        self.write(
            {
                "state": "paid",
                "date_paid": today,
                "payment_id": payment.id,
                "credit_note_id": note.id,
                "journal_id": journal.id,
            }
        )


class EduEnrollment(models.Model):
    """The refunds of an enrolment, and what may still go back (E15)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    refund_ids = fields.One2many("edu.refund", "enrollment_id", string="Refunds")
    # Stored: every approval and payment writes it, so that two at once collide on the enrolment's row.
    amount_refund_approved = fields.Monetary(
        compute="_compute_amount_refund_approved",
        store=True,
        string="Refunds to Be Paid",
        help="Approved refunds that are not paid yet.",
    )
    amount_refundable = fields.Monetary(
        compute="_compute_amount_refundable",
        string="Refundable",
        help="Collected minus delivered, and minus refunds to be paid.",
    )

    @api.depends("refund_ids.state", "refund_ids.amount")
    def _compute_amount_refund_approved(self):
        for enrollment in self:
            approved = enrollment.refund_ids.filtered(lambda refund: refund.state == "approved")
            enrollment.amount_refund_approved = sum(approved.mapped("amount"))

    @api.depends(
        "amount_paid",
        "amount_invoiced",
        "amount_delivered",
        "amount_expired",
        "amount_deferred",
        "amount_refund_approved",
    )
    def _compute_amount_refundable(self):
        for enrollment in self:
            enrollment.amount_refundable = max(enrollment._refundable(), 0.0)

    def _refundable(self):
        """Collected minus delivered and minus what is promised; negative when more was promised since."""
        self.ensure_one()
        amount = money.refundable(
            self.amount_paid,
            self.amount_delivered + self.amount_expired,
            self.amount_deferred,
            self.amount_invoiced,
            self.amount_refund_approved,
        )
        return (self.currency_id or self.env.company.currency_id).round(amount)

    # ------------------------------------------------------------------ windows
    def action_refund(self):
        """Ask for a refund of the enrolment (E15)."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund"),
            "res_model": "edu.refund",
            "view_mode": "form",
            "context": {
                "default_enrollment_id": self.id,
                "default_amount": self.amount_refundable,
                "default_user_id": self.env.uid,
            },
        }
