import base64
import logging
from datetime import timedelta
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.service.server import thread_local

from ..tools import money, turn

_logger = logging.getLogger(__name__)

# Not sold yet: everything can still be changed.
DRAFT_STATES = ("draft", "waiting")
# States in which an enrolment holds a seat of its class.
SEAT_STATES = ("confirmed", "suspended", "completed")
# Agreed with the customer, and therefore fixed once the invoice is posted (E9).
COMMERCIAL_FIELDS = {
    "student_id",
    "partner_id",
    "package_id",
    "class_id",
    "campus_id",
    "hours_planned",
    "is_prorated",
    "promotion_id",
    "promotion_line_ids",
    "discount_rate",
    "discount_amount",
    "discount_basis",
}
# Who is credited with the sale; salaries and statistics depend on it (E8).
MERIT_FIELDS = {"user_enrolling_id", "user_approaching_id"}
# An approval of a discount holds for these only (E20).
APPROVED_FIELDS = ("student_id", "package_id")
# Who sees amounts of enrolments (X1). Teachers see students and hours only.
MONEY_GROUPS = (
    "edu_catalog.group_edu_counsellor,edu_catalog.group_edu_academic,edu_enrollment.group_edu_cashier,"
    "account.group_account_readonly,account.group_account_invoice,base.group_portal"
)
# First half of the keys of our advisory locks; the second half is the id of a class or of a promotion.
SEATS_LOCK = 0x5EA75
USES_LOCK = 0x5EA76


class Before(NamedTuple):
    """What a write may change that others follow, as it was before."""

    state: Any
    class_id: Any
    suspend_from: Any
    suspend_to: Any


class EduEnrollment(models.Model):
    """Somebody buys a package: who studies and who pays, price and seat, invoice and hours, from draft to the end.

    The verbs (``action_confirm``, ``action_cancel`` …) stand here, each once: access, wait, lock, what is to do,
    rules, what happens, and last an empty hook that addons above fill. What an accountant's document does stands in
    ``account_move.py``, hours in ``edu_ledger_entry.py``.
    """

    _name = "edu.enrollment"
    _description = "Enrolment"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.workflow.mixin", "edu.coded.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "student_id.partner_id.complete_name", "student_id.student_number"]
    _check_company_auto = True
    _readonly_is_derived = True

    _code_field = "name"
    _code_pattern = r"^(?P<code>.+?) · "
    # How an import recognises an enrolment (X3). A renewal differs in class or day.
    _import_keys = (
        ("student_id", "package_id", "class_id"),
        ("student_id", "package_id", "date_expected"),
        ("student_id", "package_id"),
    )

    _workflow = {
        "draft": ("waiting",),
        "waiting": ("draft",),
        "confirmed": ("draft", "waiting", "suspended"),
        "suspended": ("confirmed",),
        "completed": ("confirmed",),
        "cancelled": ("draft", "waiting", "confirmed", "suspended"),
    }
    _workflow_groups = {"completed": "edu_catalog.group_edu_academic"}

    name = fields.Char(
        string="Number", readonly=True, copy=False, index="trigram", default=lambda self: self.env._("New")
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting"),
            ("confirmed", "Confirmed"),
            ("suspended", "Suspended"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        group_expand=True,
    )
    # --- who and what
    student_id = fields.Many2one("edu.student", required=True, index=True, ondelete="restrict", tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        required=True,
        index=True,
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="Who is invoiced: the guardian who pays, the student, or a company.",
    )
    partner_is_company = fields.Boolean(related="partner_id.is_company", string="For Company")
    partner_vat = fields.Char(related="partner_id.vat", string="Payer's Tax ID")
    package_id = fields.Many2one(
        "edu.package",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="['|', ('campus_ids', '=', False), ('campus_ids', 'in', campus_id),"
        " '|', ('date_from', '=', False), ('date_from', '<=', 'today'),"
        " '|', ('date_to', '=', False), ('date_to', '>=', 'today'),"
        " '|', ('program_ids', '=', False), ('program_ids.state', '=', 'published')]",
    )
    program_ids = fields.Many2many(related="package_id.program_ids")
    class_id = fields.Many2one(
        "edu.class",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('campus_id', '=', campus_id), ('state', 'in', ('open', 'running')),"
        " ('program_id', 'in', program_ids)]",
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    company_id = fields.Many2one(related="campus_id.company_id", store=True, index=True, precompute=True)
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    user_enrolling_id = fields.Many2one(
        "res.users",
        string="Enrolled by",
        index=True,
        copy=False,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who registered the enrolment.",
    )
    user_approaching_id = fields.Many2one(
        "res.users",
        string="Approached by",
        index=True,
        compute="_compute_user_approaching_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        domain=[("share", "=", False)],
        help="Who first advised this person; on later enrolments the same as on the first one.",
    )
    is_merit_open = fields.Boolean(compute="_compute_is_merit_open")
    type = fields.Selection(
        [("new", "New Business"), ("existing", "Existing Business")],
        compute="_compute_type",
        store=True,
        help="New on somebody's first enrolment.",
    )
    sales_stage = fields.Selection(
        [("success", "Success"), ("failure", "Failure"), ("moved", "Moved")],
        compute="_compute_sales_stage",
        store=True,
        index=True,
        help="Derived from what happened.",
    )
    moved_from_id = fields.Many2one("edu.enrollment", readonly=True, copy=False, index="btree_not_null")
    date_expected = fields.Date(
        string="Expected Date",
        required=True,
        default=lambda self: self.env["edu.campus"]._default_for_user()._today(),
        help="When learning is to start.",
    )
    date_confirmed = fields.Date(
        readonly=True, copy=False, help="Day of the sale and of its invoice; today unless taken over."
    )
    date_cancelled = fields.Date(readonly=True, copy=False)
    note = fields.Html()
    # --- what became of it (E17)
    renewed_from_id = fields.Many2one("edu.enrollment", readonly=True, copy=False, index="btree_not_null")
    renewal_ids = fields.One2many("edu.enrollment", "renewed_from_id", string="Renewals")
    suspend_from = fields.Date(
        readonly=True,
        copy=False,
        help="First day of the suspension: of the next, the present or the last one.",
    )
    suspend_to = fields.Date(
        readonly=True, copy=False, help="Last day of the suspension. Empty: until somebody resumes it."
    )
    is_suspension_open = fields.Boolean(
        compute="_compute_is_suspension_open", help="Suspended, now or on days to come."
    )
    is_taken_over = fields.Boolean(
        readonly=True, copy=False, help="Hours and their price come from the enrolment that was moved."
    )
    value_taken_over = fields.Monetary(
        readonly=True, copy=False, help="What the hours taken over were worth there, as a price."
    )
    # --- price
    currency_id = fields.Many2one(related="package_id.currency_id", store=True, precompute=True)
    price = fields.Monetary(compute="_compute_price", store=True, precompute=True)
    discount_basis = fields.Selection(
        [("rate", "Rate"), ("amount", "Amount")],
        required=True,
        default="rate",
        help="The side of the discount that was typed. It stays exact; the other one follows.",
    )
    discount_rate = fields.Float(
        # Six digits: a typed rate stays exactly as it was typed (E5).
        digits=(16, 6),
        compute="_compute_discount_rate",
        store=True,
        readonly=False,
        precompute=True,
    )
    discount_amount = fields.Monetary(
        compute="_compute_discount_amount", store=True, readonly=False, precompute=True
    )
    amount_untaxed = fields.Monetary(compute="_compute_amount_total", store=True, precompute=True)
    amount_total = fields.Monetary(
        compute="_compute_amount_total", store=True, precompute=True, help="To be paid, taxes included."
    )
    # --- hours
    hours_planned = fields.Float(
        digits=(8, 2),
        compute="_compute_hours_planned",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        string="Hours of the Package",
    )
    is_prorated = fields.Boolean(
        string="Pro Rata Price",
        copy=False,
        help="The price follows the hours: who joins mid-course pays for what is still to come.",
    )
    hours_given = fields.Float(
        digits=(8, 2),
        compute="_compute_hours_given",
        compute_sudo=True,
        string="Hours Given Already",
        help="So many of the package's hours the class has given by today.",
    )

    _name_uniq = models.UniqueIndex("(name, company_id)", "Another enrolment has this number already.")
    _seat_idx = models.Index("(class_id, state)")
    _discount_within_price = models.Constraint(
        "CHECK (discount_amount >= 0 AND discount_amount <= price)",
        "A discount lies between nothing and the whole price. Correct its rate or amount.",
    )
    _hours_positive = models.Constraint("CHECK (hours_planned >= 0)", "Hours cannot be negative.")
    _one_per_class = models.UniqueIndex(
        "(student_id, class_id) WHERE class_id IS NOT NULL AND state IN ('confirmed', 'suspended')",
        "This student is in this class already.",
    )
    _suspension_ordered = models.Constraint(
        "CHECK (suspend_to IS NULL OR suspend_from <= suspend_to)",
        "A suspension ends after it began. Correct its dates.",
    )

    # ------------------------------------------------------------------ computes: people
    @api.depends("student_id")
    def _compute_partner_id(self):
        for enrollment in self.filtered("student_id"):
            enrollment.partner_id = enrollment.student_id._payer()

    @api.depends("student_id")
    def _compute_user_approaching_id(self):
        first = {}
        # sudo: the first adviser may be a colleague at another campus.
        for enrollment_sudo in self.sudo().search(
            [("student_id", "in", self.student_id.ids), ("user_approaching_id", "!=", False)], order="id"
        ):
            first.setdefault(enrollment_sudo.student_id.id, enrollment_sudo.user_approaching_id)
        for enrollment in self:
            known = first.get(enrollment.student_id.id)
            enrollment.user_approaching_id = known or enrollment.user_approaching_id or self.env.user

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_is_merit_open(self):
        manages = self.env.user.has_group("edu_catalog.group_edu_manager")
        for enrollment in self:
            enrollment.is_merit_open = manages or enrollment.state in DRAFT_STATES

    @api.depends("student_id.enrollment_ids.date_confirmed")
    def _compute_type(self):
        """New business is the first enrolment that came about; the others of the student are existing (E3).

        Whoever was first stays first, whatever is confirmed later on the same day.
        """
        first = {}
        for enrollment in self.search(
            [("student_id", "in", self.student_id.ids), ("date_confirmed", "!=", False)],
            order="date_confirmed, id",
        ):
            known = first.setdefault(enrollment.student_id, enrollment)
            if enrollment.type == "new" and known.type != "new":
                first[enrollment.student_id] = enrollment
        for enrollment in self:
            is_first = first.get(enrollment.student_id, enrollment._origin) == enrollment._origin
            enrollment.type = "new" if is_first else "existing"

    @api.depends("state", "moved_from_id")
    def _compute_sales_stage(self):
        for enrollment in self:
            if enrollment.state == "cancelled":
                enrollment.sales_stage = "failure"
            else:
                enrollment.sales_stage = "moved" if enrollment.moved_from_id else "success"

    @api.depends("name", "student_id.name")
    def _compute_display_name(self):
        for enrollment in self:
            student = enrollment.student_id.name
            enrollment.display_name = f"{enrollment.name} · {student}" if student else enrollment.name

    # ------------------------------------------------------------------ computes: price
    @api.depends(
        "package_id", "campus_id", "is_prorated", "hours_planned", "is_taken_over", "value_taken_over"
    )
    def _compute_price(self):
        """Price of the campus (C10), pro rata (E17), or what was taken over; what is agreed stays."""
        for enrollment in self:
            package = enrollment.package_id
            if enrollment.is_taken_over:
                enrollment.price = enrollment.value_taken_over
            elif enrollment._is_agreed():
                enrollment.price = enrollment.price
            else:
                price = package._price_at(enrollment.campus_id) if package else 0.0
                if enrollment.is_prorated and package.hours and enrollment.state in DRAFT_STATES:
                    price = money.prorated(
                        price, enrollment.hours_planned, package.hours, enrollment.currency_id.rounding
                    )
                enrollment.price = price

    @api.depends("package_id")
    def _compute_hours_planned(self):
        for enrollment in self:
            enrollment.hours_planned = enrollment.package_id.hours

    @api.depends("class_id", "package_id", "state")
    def _compute_hours_given(self):
        shares = self.class_id._share_given()
        for enrollment in self:
            is_open = enrollment.state in DRAFT_STATES
            share = shares.get(enrollment.class_id.id, 0.0) if is_open else 0.0
            enrollment.hours_given = enrollment.package_id.hours * share

    @api.depends("price", "discount_amount", "discount_basis")
    def _compute_discount_rate(self):
        for enrollment in self:
            if enrollment.discount_basis == "amount":
                enrollment.discount_rate = money.discount_rate(enrollment.price, enrollment.discount_amount)
            else:
                enrollment.discount_rate = enrollment.discount_rate

    @api.depends("price", "discount_rate", "discount_basis", "currency_id")
    def _compute_discount_amount(self):
        for enrollment in self:
            if enrollment.discount_basis == "rate" and enrollment.currency_id:
                enrollment.discount_amount = money.discount_amount(
                    enrollment.price, enrollment.discount_rate, enrollment.currency_id.rounding
                )
            else:
                enrollment.discount_amount = enrollment.discount_amount

    @api.onchange("discount_rate")
    def _onchange_discount_rate(self):
        shown = money.discount_rate(self.price, self.discount_amount)
        if self.discount_basis != "amount" or self.discount_rate != shown:
            self.discount_basis = "rate"

    @api.onchange("discount_amount")
    def _onchange_discount_amount(self):
        rounding = self.currency_id.rounding or 0.01
        followed = money.discount_amount(self.price, self.discount_rate, rounding)
        if self.discount_basis != "rate" or self.discount_amount != followed:
            self.discount_basis = "amount"

    @api.depends("price", "discount_amount", "promotion_amount", "package_id.tax_ids", "currency_id")
    def _compute_amount_total(self):
        """A draft follows the taxes of its package; what is agreed stays as it was invoiced (E4, E9)."""
        for enrollment in self:
            if enrollment._is_agreed():
                enrollment.amount_untaxed = enrollment.amount_untaxed
                enrollment.amount_total = enrollment.amount_total
                continue
            parts = [enrollment.price, -enrollment.discount_amount]
            parts += [-amount for amount in enrollment._promotion_amounts().values()]
            company = enrollment.company_id or self.env.company
            enrollment.amount_untaxed, enrollment.amount_total = enrollment.package_id._totals(
                parts, enrollment.currency_id, company
            )

    # ------------------------------------------------------------------ computes: money and hours
    @api.depends("state", "suspend_from", "suspend_to", "campus_id.tz")
    def _compute_is_suspension_open(self):
        for enrollment in self:
            today = enrollment.campus_id._today()
            ahead = enrollment.suspend_from and not (enrollment.suspend_to and enrollment.suspend_to < today)
            enrollment.is_suspension_open = enrollment.state == "suspended" or (
                enrollment.state == "confirmed" and ahead
            )

    # ------------------------------------------------------------------ checks
    @api.constrains("class_id", "package_id", "campus_id")
    def _check_class_id(self):
        for enrollment in self.filtered("class_id"):
            enrollment.class_id._check_fits(enrollment.package_id, enrollment.campus_id)

    @api.constrains("student_id", "campus_id")
    def _check_student_company(self):
        # sudo: the user may see the enrolment but not the student.
        for enrollment_sudo in self.sudo():
            enrollment_sudo.student_id._check_company_is(enrollment_sudo.company_id)

    def _check_can_confirm(self):
        """Everything that must be true before an invoice is written; each rule is said by whom it belongs to.

        :raise UserError: naming the enrolment, the rule and the way out
        """
        for enrollment in self:
            enrollment.student_id._check_studies(enrollment)
            enrollment.package_id._check_can_be_sold(enrollment)
            enrollment.class_id._check_open_for(enrollment)
        # Again, because the package's currency may have changed since.
        self._check_currency()
        for enrollment in self:
            enrollment._check_deposit_payer()
            # sudo: the seller may not see every promotion.
            enrollment_sudo = enrollment.sudo()
            enrollment_sudo._promotions()._check_can_be_used(enrollment_sudo)
            enrollment.package_id._check_hours_of(enrollment)
            enrollment._check_discount_approved()

    def _check_discount_approved(self):
        if self.approval_state == "pending":
            raise UserError(
                self.env._(
                    "%(enrollment)s: its discount of %(discount)s is more than the %(limit)s %% of the price"
                    " that may be given without approval. Ask a manager of %(campus)s to approve it,"
                    " or lower the discount.",
                    enrollment=self.display_name,
                    discount=self.currency_id.format(self.discount_amount),
                    limit=f"{self.company_id.discount_approval_rate:g}",
                    campus=self.campus_id.name,
                )
            )

    def _check_not_draft(self):
        for enrollment in self:
            if enrollment.state in DRAFT_STATES:
                raise UserError(
                    self.env._("%s is not confirmed yet: change it as it is.", enrollment.display_name)
                )

    def _check_not_locked(self, names, vals=None):
        """What was agreed stays as it is; a sheet that says the same once more changes nothing (E9, X3).

        :param names: of fields
        :param dict vals: what they are to be; none: something else
        :raise UserError: naming what would change
        """
        for enrollment in self.filtered(lambda enrollment: enrollment.state not in DRAFT_STATES):
            changed = [
                name for name in sorted(names) if vals is None or enrollment._would_change(name, vals[name])
            ]
            if changed:
                raise UserError(
                    self.env._(
                        "%(enrollment)s is confirmed: %(fields)s can no longer be changed."
                        " Cancel the enrolment and make a new one.",
                        enrollment=enrollment.display_name,
                        fields=self._labels(changed),
                    )
                )

    def _check_merit_kept(self, vals):
        """Nobody takes over the merit of a sale by hand (E8).

        :raise AccessError: a confirmed enrolment, and the user is no campus manager
        """
        names = MERIT_FIELDS.intersection(vals)
        for enrollment in self if names and not self.env.su else ():
            changed = [name for name in sorted(names) if enrollment[name].id != vals[name]]
            if changed and not enrollment.is_merit_open:
                raise AccessError(
                    self.env._(
                        "%(enrollment)s is confirmed: only a campus manager may change %(fields)s. Ask one.",
                        enrollment=enrollment.display_name,
                        fields=self._labels(changed),
                    )
                )

    # ------------------------------------------------------------------ access, create, write
    def _has_field_access(self, field, operation):
        """Amounts are for those who see money: all at once, those of the addons above too (X1)."""
        is_money = field.type == "monetary" or field.name == "discount_rate"
        return super()._has_field_access(field, operation) and (
            not is_money or self.env.su or self.env.user.has_groups(MONEY_GROUPS)
        )

    @api.model_create_multi
    def create(self, vals_list):
        default = self.default_get(["student_id", "state"])
        if not self.env.su and any((default | vals).get("state", "draft") != "draft" for vals in vals_list):
            raise AccessError(
                self.env._(
                    "A new enrolment is a draft; its buttons take it further. Only a director may take over others."
                )
            )
        students = {(default | vals).get("student_id") for vals in vals_list} - {None, False}
        self.env["edu.student"].browse(students)._check_open_to_user()
        enrollments = super().create(vals_list)
        none = Before(False, self.env["edu.class"], False, False)
        started = enrollments.filtered(lambda enrollment: enrollment.state != "draft")
        if started:
            started._on_state_changed(dict.fromkeys(started, none))
        return enrollments

    @api.model
    def create_historic(self, vals_list):
        """Take over enrolments of another system in the state they had there, without invoices (X3).

        :param list vals_list: values as of ``create``; ``state`` and the days of confirming and cancelling too
        :return: the new ``edu.enrollment``
        :raise AccessError: the user is no director
        """
        return self._create_historic(vals_list, {"state", "date_confirmed", "date_cancelled"})

    @api.model
    def _prepare_create(self, vals_list):
        """Numbers, promotions by their codes, and the side of the discount that was typed."""
        vals_list = super()._prepare_create(vals_list)
        Promotion = self.env["edu.promotion"]
        found = Promotion._by_code([vals.get("promotion_code") for vals in vals_list])
        # Copies: when a batch is refused, an import calls again with the same dicts.
        vals_list = [self._add_discount_basis(dict(vals)) for vals in vals_list]
        for vals in vals_list:
            # Replaced here: the inverse would run after the price has been computed.
            if code := vals.pop("promotion_code", False):
                company = self.env["edu.campus"].browse(vals.get("campus_id")).company_id or self.env.company
                vals["promotion_id"] = Promotion._pick(found, code, company).id
        unnamed = [vals for vals in vals_list if not vals.get("name")]
        names = self.env["ir.sequence"]._next_batch_by_code("edu.enrollment", len(unnamed))
        for vals, name in zip(unnamed, names, strict=True):
            vals["name"] = name
        return vals_list

    def write(self, vals):
        if not self.env.su:
            self._check_may_write(vals)
        if "student_id" in vals:
            self.env["edu.waitlist"]._check_student_stays(self, vals["student_id"])
        vals = self._add_discount_basis(dict(vals))
        others = self.filtered(lambda enrollment: enrollment._loses_approval(vals))
        before = {}
        if not vals.keys().isdisjoint(Before._fields):
            before = {item: Before(*(item[name] for name in Before._fields)) for item in self}
        result = super().write(vals)
        if others:
            others.sudo().write({"approved_by_id": False, "date_approved": False, "amount_approved": 0.0})
        changed = self.filtered(
            lambda item: item in before and before[item] != tuple(item[name] for name in Before._fields)
        )
        if changed:
            changed._on_state_changed({item: before[item] for item in changed})
        return result

    def _check_may_write(self, vals):
        """What users may not write over the API, with their own rights.

        :raise UserError: the state, or what was agreed
        :raise AccessError: the merit of a sale, or a student whom the user may not see
        """
        if "state" in vals:
            raise UserError(
                self.env._(
                    "The state of an enrolment follows its buttons: confirm, suspend, resume, complete, cancel."
                )
            )
        self._check_merit_kept(vals)
        if vals.get("student_id"):
            self.env["edu.student"].browse(vals["student_id"])._check_open_to_user()
        if locked := COMMERCIAL_FIELDS.intersection(vals):
            self._check_not_locked(locked, vals)

    def _loses_approval(self, vals):
        """What was approved was so for that student and package (E20)."""
        return (
            self.approved_by_id
            and self.state in DRAFT_STATES
            and any(name in vals and self[name].id != vals[name] for name in APPROVED_FIELDS)
        )

    def _add_discount_basis(self, vals):
        """One side of the discount was typed, the other one follows (E5).

        Where both are given the basis says which; without one it is as it was, and new is an amount, if any.

        :param dict vals: is changed
        """
        given = {"discount_rate", "discount_amount"}.intersection(vals)
        if len(given) == 1:
            vals.setdefault("discount_basis", "rate" if "discount_rate" in vals else "amount")
        if len(given) == 2:
            basis = self[:1].discount_basis or ("amount" if vals["discount_amount"] else "rate")
            vals.setdefault("discount_basis", basis)
        if given:
            vals.pop("discount_rate" if vals["discount_basis"] == "amount" else "discount_amount", None)
        return vals

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        for enrollment in self:
            # sudo: the user may not open payments, but must know that there is a deposit.
            payments_sudo = enrollment.sudo().payment_ids
            if payments_sudo:
                raise UserError(
                    self.env._(
                        "%(enrollment)s was paid for by %(payments)s and is kept. Cancel it instead;"
                        " a deposit is given back by a refund.",
                        enrollment=enrollment.display_name,
                        payments=", ".join(payments_sudo.mapped("display_name")),
                    )
                )
            in_books = enrollment.invoice_count or enrollment.ledger_ids
            if in_books or enrollment.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%s is part of the books and is kept. Cancel it instead.", enrollment.display_name
                    )
                )

    def _import_candidates(self, names):
        """What was cancelled is over, and so is, where neither class nor day is given, what was completed."""
        over = ("cancelled",) if len(names) > 2 else ("cancelled", "completed")
        return self.filtered(lambda enrollment: enrollment.state not in over)

    # ------------------------------------------------------------------ hooks
    def _on_state_changed(self, before):
        """What follows when state, class or suspension changed, by whichever verb; addons above add theirs.

        :param dict before: enrolment → :class:`Before`; of those in ``self``, which all differ from it
        """
        self.env["edu.waitlist"]._follow(
            self.filtered(lambda item: (item.state, item.class_id) != before[item][:2])
        )
        # A seat that is left for another class is free at once. One that is cancelled is offered by the verb, because
        # a successor may take it.
        moved = self.filtered(lambda item: item.class_id != before[item].class_id)
        self.env["edu.class"].union(*(before[item].class_id for item in moved)).sudo()._offer_free_seats()

    def _on_confirmed(self):
        """For addons above: these enrolments have just been confirmed, with all that belongs to it."""

    def _on_cancelled(self):
        """For addons above: these enrolments have just been cancelled, their money credited."""

    def _on_suspended(self):
        """For addons above: a suspension of these enrolments was entered; it may lie ahead."""

    def _on_resumed(self):
        """For addons above: a suspension of these enrolments was ended or called off."""

    def _on_completed(self):
        """For addons above: these enrolments have just been completed."""

    def _on_transferred(self, target):
        """For addons above: the enrolment changed class, or went on as another one.

        :param target: ``edu.enrollment`` that goes on; ``self`` where only the class changed
        """

    # ------------------------------------------------------------------ verbs
    def action_confirm(self):
        """Confirm: take the seat, write and post the invoice with its instalments, book the hours (E9, E24).

        Deposits are set off against the oldest instalments (E12). Confirmed ones are passed over, so that a second
        click, or a second browser, changes nothing: both wait on the enrolment's row, and the later one starts again
        and finds it done.

        :raise UserError: the class is full, the package is not on sale …; nothing is written then
        """
        self.check_access("write")
        self._wait_for_turn()
        # Nothing that was read before this line is used after it.
        todo = self._lock().filtered(lambda enrollment: enrollment.state in DRAFT_STATES)
        todo._check_can_confirm()
        # sudo: selling was checked; sellers have no rights on invoices and ledger.
        todo_sudo = todo.sudo()
        todo_sudo._agree()
        todo_sudo.write({"state": "confirmed"})
        todo_sudo._check_seats_and_uses()
        todo_sudo._create_invoices()
        self.env["edu.enrollment.change"]._log_sale(todo)
        todo._on_confirmed()
        return True

    def action_cancel(self, reason=None):
        """Cancel: free the seat, credit what was invoiced for hours not delivered (E7, E18).

        A deposit goes back or stays with the centre, as the company has set (E12). Who has begun withdraws, and is
        counted (E17).

        :param str reason: for the records
        :raise UserError: a completed enrolment
        """
        self.check_access("write")
        todo = self._lock().filtered(lambda enrollment: enrollment.state != "cancelled")
        todo._check_workflow("cancelled")
        drafts = todo.filtered(lambda enrollment: enrollment.state in DRAFT_STATES)
        # sudo: cancelling was checked; credit notes, ledger entries and offers of the seat follow from it.
        todo_sudo = todo.sudo()
        classes_sudo = todo_sudo.class_id
        self.env["edu.enrollment.change"]._log_withdrawal(todo - drafts, reason)
        todo_sudo._end("refund")
        drafts.sudo()._settle_deposit()
        classes_sudo._offer_free_seats()
        todo._on_cancelled()
        return True

    def action_complete(self):
        """The student has finished; what was sold without hours is earned by then (E19).

        :raise AccessError: the user is no academic staff
        """
        self.check_access("write")
        self._check_workflow_group("completed")
        todo = self._lock().filtered(lambda enrollment: enrollment.state != "completed")
        todo_sudo = todo.sudo()
        todo_sudo.write({"state": "completed"})
        self.env["edu.enrollment.change"]._expire(todo_sudo.filtered(lambda item: not item.hours_total))
        todo._on_completed()
        return True

    def action_suspend(self, date_from=None, date_to=None, reason=None):
        """Interrupt learning; the seat is kept (E17). A suspension that lies ahead begins by itself.

        :param date_from: first day, ``date`` or ISO string, local; none: today
        :param date_to: last day; none: until somebody resumes
        :param str reason: for the records
        :raise UserError: not confirmed, or dates in the wrong order or past
        """
        self.check_access("write")
        todo = self._lock().filtered(lambda enrollment: enrollment.state != "suspended")
        for campus, enrollments in self.grouped("campus_id").items():
            today = campus._today()
            first, last = fields.Date.to_date(date_from) or today, fields.Date.to_date(date_to)
            if last and (last < first or last < today):
                raise UserError(
                    self.env._(
                        "The last day of a suspension is neither past nor before its first. Correct the dates."
                    )
                )
            enrollments &= todo
            enrollments._check_workflow("suspended")
            vals = {"suspend_from": first, "suspend_to": last}
            if first <= today:
                vals["state"] = "suspended"
            # sudo: users may not type these fields themselves.
            enrollments.sudo().write(vals)
            self.env["edu.enrollment.change"]._log(
                enrollments, "suspend", date_from=first, date_to=last, reason=reason
            )
        todo._on_suspended()
        return True

    def action_resume(self):
        """Go on after an interruption, or call one off that lies ahead (E17). Days that were missed stay missed.

        :raise UserError: not suspended
        """
        self.check_access("write")
        for enrollment in self._lock():
            if not enrollment.is_suspension_open:
                raise UserError(self.env._("%s is not suspended.", enrollment.display_name))
        for (campus, first), enrollments in self.grouped(
            lambda enrollment: (enrollment.campus_id, enrollment.suspend_from)
        ).items():
            today = campus._today()
            self.env["edu.enrollment.change"]._log(enrollments, "resume", date_from=first, date_to=today)
            began = first and first < today
            # sudo: users may not type these fields themselves.
            enrollments.sudo().write(
                {
                    "state": "confirmed",
                    "suspend_from": first if began else False,
                    "suspend_to": today - timedelta(days=1) if began else False,
                }
            )
        self._on_resumed()
        return True

    def _transfer(self, order):
        """Change class, student or package, or move the money: hours and price follow by themselves (E16, E17).

        Once per order, however often it is carried out.

        :param order: ``edu.enrollment.transfer``, which says what is to be; its user may write what it names
        :return: ``edu.enrollment`` that goes on
        :raise UserError: more than is available, no seat, a locked period …; nothing is written then
        """
        self.ensure_one()
        (self | order.target_enrollment_id)._wait_for_turn(order.target_class_id)
        (self | order.target_enrollment_id)._lock()
        Change = self.env["edu.enrollment.change"]
        if done_sudo := Change._done_sudo(order):
            return (done_sudo.target_enrollment_id or done_sudo.enrollment_id).sudo(False)
        order._check_choice()
        # sudo: the dialog has checked the rights; accounting entries follow from the transfer.
        self_sudo = self.sudo()
        class_sudo, hours = self_sudo.class_id, self_sudo.hours_left
        if order._is_class_change():
            target_sudo, entry_sudo = self_sudo, self.env["account.move"]
            Change.sudo()._change_class(self_sudo, order.target_class_id.sudo())
        else:
            target_sudo = Change.sudo()._hand_over(self_sudo, order)
            entry_sudo = (
                self.env["account.move"]
                .sudo()
                ._edu_move_money(self_sudo, target_sudo, order.amount, order.fee, order.date)
            )
            hours -= self_sudo.hours_left
        Change._log_transfer(order, class_sudo, target_sudo, entry_sudo, hours)
        if order.confirm_target and target_sudo.state == "draft":
            target_sudo.action_confirm()
        # Last, so that the successor gets the seat before the waiting list does.
        class_sudo._offer_free_seats()
        self._on_transferred(target_sudo.sudo(False))
        return target_sudo.sudo(False)

    # ------------------------------------------------------------------ further verbs
    def action_approve_discount(self):
        """Approve the discounts as they are now; a second click changes nothing (E20).

        :raise AccessError: the user manages no campus
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_manager"):
            raise AccessError(self.env._("Only a campus manager may approve discounts. Ask yours."))
        self._lock()
        for enrollment_sudo in self.sudo().filtered(lambda item: item.approval_state == "pending"):
            enrollment_sudo.write(
                {
                    "approved_by_id": self.env.uid,
                    "date_approved": enrollment_sudo.campus_id._today(),
                    "amount_approved": enrollment_sudo.discount_amount,
                }
            )
        return True

    def action_join_waitlist(self):
        """Wait for a seat of the class, which is full (E23). Those who wait already are passed over.

        :raise UserError: no class is chosen, or it has a seat left
        """
        self.check_access("write")
        todo = self._lock().filtered(lambda enrollment: enrollment.state != "waiting")
        self.env["edu.waitlist"]._check_can_join(todo)
        todo.sudo().write({"state": "waiting"})
        return True

    def action_join_late(self):
        """Sell only what the class has still to give: hours and price pro rata (E17).

        :raise UserError: confirmed already, no class, or the class has not begun
        """
        self.check_access("write")
        for enrollment in self:
            enrollment._check_not_locked({"hours_planned"})
            if not enrollment.hours_given:
                raise UserError(
                    self.env._(
                        "%s: its class has given no hours yet, so there is nothing to leave out.",
                        enrollment.display_name,
                    )
                )
            left = max(enrollment.package_id.hours - enrollment.hours_given, 0.0)
            enrollment.write({"is_prorated": True, "hours_planned": left})
        return True

    def action_renew(self):
        """Prepare the next enrolment of the same kind, or open the one that is prepared (E17).

        :return: action that shows it, to be checked and confirmed
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()._check_not_draft()
        renewal = self.renewal_ids.filtered(lambda enrollment: enrollment.state in DRAFT_STATES)[:1]
        if not renewal:
            today = self.campus_id._today()
            renewal = self.create(
                {
                    "student_id": self.student_id.id,
                    "partner_id": self.partner_id.id,
                    "package_id": self.package_id.id,
                    "campus_id": self.campus_id.id,
                    "user_id": self.user_id.id,
                    "user_approaching_id": self.user_approaching_id.id,
                    "date_expected": max(self.class_id.date_end or today, today) + timedelta(days=1),
                }
            )
            renewal_sudo = renewal.sudo()
            renewal_sudo.renewed_from_id = self
        return renewal._open_form()

    def action_expire_hours(self):
        """Let the hours of completed enrolments lapse; what was paid for them is earned (E18, E19).

        :raise AccessError: the user manages no campus
        :raise UserError: an enrolment is not completed
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_manager"):
            raise AccessError(self.env._("Only a campus manager may let hours lapse. Ask yours."))
        for enrollment in self._lock():
            if enrollment.state != "completed":
                raise UserError(
                    self.env._(
                        "%s is not completed: its hours can still be given. Complete it first.",
                        enrollment.display_name,
                    )
                )
        self.env["edu.enrollment.change"]._expire(self.sudo())
        return True

    def _sign_contract(self, signer, name, picture):
        """Put the payer's signature under the contract and keep the signed PDF; the chatter tells of it (E20).

        The one who comes second, with a double click or in another browser, waits on the enrolment's row, starts
        again on the new truth and changes nothing.

        :param signer: ``res.partner`` who signs; must be the payer
        :param str name: as written by the signer
        :param str picture: PNG or JPEG, base64, as the browser sends it; nothing of it is certain
        :return: whether it was signed now; not when it had been before
        :raise AccessError: somebody else than the payer
        :raise UserError: nothing to be signed, no name, no picture
        """
        self.ensure_one()
        self._lock()
        self._check_signer(signer)
        if self.signed_on:
            return False
        self._check_signable()
        name, picture = self._check_signature(name, picture)
        enrollment_sudo = self.sudo()
        enrollment_sudo.write({"signature": picture, "signed_by": name, "signed_on": fields.Datetime.now()})
        # Flush: the report reads the database.
        enrollment_sudo.flush_recordset()
        enrollment_sudo.signed_contract = base64.b64encode(enrollment_sudo._contract_pdf())
        # In the language of the company, for the staff. The PDF is not attached: teachers can read the
        # chatter, but see no money.
        house_sudo = enrollment_sudo.with_context(lang=self.company_id.partner_id.lang)
        house_sudo.message_post(
            body=house_sudo.env._("The contract was signed by %s.", name),
            author_id=signer.id,
            subtype_xmlid="mail.mt_note",
        )
        return True

    # ------------------------------------------------------------------ steps of the verbs
    def _wait_for_turn(self, classes=None):
        """Let those who want the same seats, or the same uses, in one after the other, until their request ends.

        A transaction at REPEATABLE READ that waited for the row of a class has to start again when that row was
        written, and Odoo gives up after five tries: in a rush of hundreds some would get an error of the server.
        So a request in which nothing has been written yet waits here instead, and then begins its transaction anew.
        Whoever does not come this way meets the others on the row of the class or promotion: the constraints hold
        in any case.

        :param classes: further ``edu.class`` in which these enrolments are to have a seat
        :raise UserError: it was not one's turn for too long
        """
        # XML-RPC calls have no request; Odoo notes what they call in a thread-local variable.
        if not (request or getattr(thread_local, "rpc_model_method", "")):
            return
        self.env.flush_all()
        keys = self._lock_keys(classes) - turn.held_keys(self.env.cr)
        if not keys:
            return
        if turn.has_written(self.env.cr):
            # Waiting rolls back, which would lose what was written; not waiting risks errors in a rush.
            _logger.warning(
                "%s: something was written before waiting for a seat or a promotion, so nobody waits."
                " Call _wait_for_turn() first, or write later.",
                self,
            )
            return
        try:
            turn.wait_for_turn(self.env.cr, keys)
        except turn.TurnNotReached:
            raise UserError(
                self.env._(
                    "Many people are enrolling at the moment. Nothing was changed: try again in a minute."
                )
            )
        self.env.invalidate_all()

    def _lock_keys(self, classes=None):
        """Lock keys: the classes and promotions whose counters change; limited or not, all are counted there.

        :return: set of (lock, id)
        """
        # sudo: promotions that the user cannot see count as well.
        enrollments_sudo = self.sudo()
        class_ids = {*enrollments_sudo.class_id.ids, *(classes or self.env["edu.class"]).ids}
        promotion_ids = enrollments_sudo._promotions().ids
        return {(SEATS_LOCK, id_) for id_ in class_ids} | {(USES_LOCK, id_) for id_ in promotion_ids}

    def _is_agreed(self):
        return bool(self._origin) and self.state not in DRAFT_STATES

    def _agree(self):
        """From here on price and total are fixed, and sold on a day: a tax may have another rate since the draft."""
        self._compute_amount_total()
        undated = self.filtered(lambda enrollment: not enrollment.date_confirmed)
        for campus, enrollments in undated.grouped("campus_id").items():
            enrollments.date_confirmed = campus._today()

    def _check_seats_and_uses(self):
        """Say in words what the database is about to refuse; then let it (E6, E24).

        :raise UserError: a class is full, a promotion used up
        """
        self.class_id._check_seats()
        self._promotions()._check_usage()
        self.flush_recordset()
        self.class_id.flush_recordset(["seats_taken"])
        self._promotions().flush_recordset(["used_count"])

    def _create_invoices(self):
        """Write, book and post one invoice per enrolment that costs something (E9, E18).

        Posting sets deposits off against the instalments (E12).

        :return: the posted ``account.move``
        """
        for company, enrollments in self.grouped("company_id").items():
            if account := company._edu_deferred_account():
                enrollments.deferred_account_id = account
        chargeable = self.filtered(lambda enrollment: not enrollment.currency_id.is_zero(enrollment.price))
        invoices = self.env["account.move"]._edu_create_invoices(chargeable)
        self.env["edu.ledger.entry"]._book_sale(self, invoices)
        invoices._edu_post()
        return invoices

    def _end(self, kind):
        """Credit what is not delivered, and cancel (E7, E18).

        :param str kind: of the ledger entries: ``refund``, or ``move_out`` where hours or money go elsewhere
        """
        self.env["account.move"]._edu_credit_undelivered(self, kind)
        for campus, enrollments in self.grouped("campus_id").items():
            enrollments.write({"state": "cancelled", "date_cancelled": campus._today()})
        # Flush: the unique index must allow a new enrolment of this student in the same class.
        self.flush_recordset()

    def _in_payers_language(self):
        """What stands on paper is read by the payer, as Odoo's own lines of an invoice (X2)."""
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    # ------------------------------------------------------------------ cron
    @api.model
    def _cron_suspensions(self):
        """Begin and end suspensions on their days, which are those of each campus (E17)."""
        planned = [("state", "in", ("confirmed", "suspended")), ("suspend_from", "!=", False)]
        for [campus] in self._read_group(planned, ["campus_id"]):
            today = campus._today()
            here = [*planned, ("campus_id", "=", campus.id)]
            over = self.search([*here, ("state", "=", "suspended"), ("suspend_to", "<", today)])
            if over:
                over._resume_or_ask()
            begun = [*here, ("state", "=", "confirmed"), ("suspend_from", "<=", today)]
            self.search([*begun, "|", ("suspend_to", "=", False), ("suspend_to", ">=", today)]).write(
                {"state": "suspended"}
            )

    def _resume_or_ask(self):
        """All at once; where somebody cannot go on as planned, the person in charge is asked, the others go on."""
        try:
            with self.env.cr.savepoint():
                self.action_resume()
        except UserError as error:
            if len(self) > 1:
                for enrollment in self:
                    enrollment._resume_or_ask()
                return
            todo = self.env.ref("mail.mail_activity_data_todo")
            summary = self.env._("The suspension is over, and the student cannot go on")
            if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
                self.activity_schedule(
                    activity_type_id=todo.id, summary=summary, note=str(error), user_id=self.user_id.id
                )

    # ------------------------------------------------------------------ windows
    def action_withdraw(self):
        """Open the dialog that cancels and asks what happens to the money (E17, E25)."""
        return self._open_dialog("edu.enrollment.cancel", self.env._("Cancel Enrolment"))

    def action_transfer(self):
        """Open the dialog that changes class, student or package, or moves the money (E16, E17)."""
        return self._open_dialog("edu.enrollment.transfer", self.env._("Transfer"))

    def action_open_suspend(self):
        """Open the dialog that asks from when to when (E17)."""
        return self._open_dialog("edu.enrollment.suspend", self.env._("Suspend"))

    def _open_dialog(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return self._dialog(model, name)

    def _dialog(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_enrollment_id": self.id},
        }

    def _window(self, xmlid, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action |= {"domain": [("enrollment_id", "in", self.ids)]}
        return action | {"context": context} if context else action

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
