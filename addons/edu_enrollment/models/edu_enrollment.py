from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..tools.money import discount_amount, discount_rate

# States in which an enrolment holds a seat of its class.
SEAT_STATES = ("confirmed", "suspended", "completed")
# What is agreed with the customer; fixed by the invoice (E9).
COMMERCIAL_FIELDS = {
    "student_id",
    "partner_id",
    "package_id",
    "class_id",
    "campus_id",
    "hours_planned",
    "promotion_id",
    "discount_rate",
    "discount_amount",
    "discount_basis",
}


class EduEnrollment(models.Model):
    _name = "edu.enrollment"
    _description = "Enrolment"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.workflow.mixin", "edu.coded.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "student_id.partner_id.complete_name", "student_id.student_number"]
    _check_company_auto = True

    _code_field = "name"
    _code_pattern = r"^(?P<code>.+?) · "

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
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who registered the enrolment.",
    )
    user_approaching_id = fields.Many2one(
        "res.users",
        string="Approached by",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who first advised this person.",
    )
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
        default=fields.Date.context_today,
        help="When learning is to start.",
    )
    date_confirmed = fields.Date(
        readonly=True, copy=False, help="Day of the sale and of its invoice; today unless taken over."
    )
    date_cancelled = fields.Date(readonly=True, copy=False)
    note = fields.Html()
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
        # More than the two digits of a rate that follows: a typed one stays as it was typed (E5).
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
    ledger_ids = fields.One2many("edu.ledger.entry", "enrollment_id", string="Hours Ledger")
    hours_total = fields.Float(
        digits=(8, 2),
        compute="_compute_hours",
        store=True,
        help="Hours bought, or moved in. They are delivered, left, moved out, refunded or expired.",
    )
    hours_delivered = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_left = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_moved = fields.Float(digits=(8, 2), compute="_compute_hours", store=True, string="Hours Moved Out")
    hours_refunded = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    hours_expired = fields.Float(digits=(8, 2), compute="_compute_hours", store=True)
    amount_delivered = fields.Monetary(
        compute="_compute_hours", store=True, help="Money earned by delivered hours, without taxes."
    )
    amount_expired = fields.Monetary(
        compute="_compute_hours", store=True, help="Money earned by hours that lapsed, without taxes."
    )
    amount_deferred = fields.Monetary(
        compute="_compute_hours", store=True, help="Money for hours not delivered yet, without taxes."
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

    # ------------------------------------------------------------------ computes
    @api.depends("student_id")
    def _compute_partner_id(self):
        for enrollment in self:
            if enrollment.student_id:
                enrollment.partner_id = enrollment.student_id._payer()

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

    @api.depends("package_id")
    def _compute_price(self):
        for enrollment in self:
            enrollment.price = enrollment.package_id.price

    @api.depends("package_id")
    def _compute_hours_planned(self):
        for enrollment in self:
            enrollment.hours_planned = enrollment.package_id.hours

    @api.depends("price", "discount_amount", "discount_basis")
    def _compute_discount_rate(self):
        for enrollment in self:
            if enrollment.discount_basis == "amount":
                enrollment.discount_rate = discount_rate(enrollment.price, enrollment.discount_amount)
            else:
                enrollment.discount_rate = enrollment.discount_rate

    @api.depends("price", "discount_rate", "discount_basis", "currency_id")
    def _compute_discount_amount(self):
        for enrollment in self:
            if enrollment.discount_basis == "rate" and enrollment.currency_id:
                enrollment.discount_amount = discount_amount(
                    enrollment.price, enrollment.discount_rate, enrollment.currency_id.rounding
                )
            else:
                enrollment.discount_amount = enrollment.discount_amount

    @api.onchange("discount_rate")
    def _onchange_discount_rate(self):
        shown = discount_rate(self.price, self.discount_amount)
        if self.discount_basis != "amount" or self.discount_rate != shown:
            self.discount_basis = "rate"

    @api.onchange("discount_amount")
    def _onchange_discount_amount(self):
        followed = discount_amount(self.price, self.discount_rate, self.currency_id.rounding or 0.01)
        if self.discount_basis != "rate" or self.discount_amount != followed:
            self.discount_basis = "amount"

    @api.depends("price", "discount_amount", "promotion_amount", "package_id.tax_ids", "currency_id")
    def _compute_amount_total(self):
        """A draft follows the taxes of its package; what is agreed stays as it was invoiced (E4, E9)."""
        for enrollment in self:
            if enrollment._origin and enrollment.state not in ("draft", "waiting"):
                enrollment.amount_untaxed = enrollment.amount_untaxed
                enrollment.amount_total = enrollment.amount_total
                continue
            parts = enrollment._price_parts()
            # Prices are for everybody who sells; the taxes on them are read with the accountant's eyes.
            taxes_sudo = enrollment.package_id.sudo().tax_ids
            enrollment.amount_untaxed = enrollment.amount_total = sum(parts)
            if taxes_sudo:
                # Line by line, as the invoice does, so that both round to the same.
                company_sudo = (enrollment.company_id or self.env.company).sudo()
                lines = [
                    taxes_sudo._prepare_base_line_for_taxes_computation(
                        None,
                        tax_ids=taxes_sudo,
                        price_unit=part,
                        quantity=1.0,
                        currency_id=enrollment.currency_id,
                        product_id=enrollment.package_id.sudo().product_id,
                    )
                    for part in parts
                ]
                taxes_sudo._add_tax_details_in_base_lines(lines, company_sudo)
                taxes_sudo._round_base_lines_tax_details(lines, company_sudo)
                totals = taxes_sudo._get_tax_totals_summary(lines, enrollment.currency_id, company_sudo)
                enrollment.amount_untaxed = totals["base_amount_currency"]
                enrollment.amount_total = totals["total_amount_currency"]

    def _price_parts(self):
        """The price and what is taken off it, as they stand on the lines of the invoice."""
        self.ensure_one()
        return [self.price, -self.discount_amount]

    @api.depends("ledger_ids.hours", "ledger_ids.amount", "ledger_ids.kind")
    def _compute_hours(self):
        sums = {}
        for enrollment, kind, hours, amount in self.env["edu.ledger.entry"]._read_group(
            [("enrollment_id", "in", self.ids)], ["enrollment_id", "kind"], ["hours:sum", "amount:sum"]
        ):
            sums.setdefault(enrollment.id, {})[kind] = (hours, amount)
        for enrollment in self:
            by_kind = sums.get(enrollment._origin.id, {})
            hours, amounts = (
                {kind: sums_of_kind[side] for kind, sums_of_kind in by_kind.items()} for side in (0, 1)
            )
            enrollment.hours_delivered = -hours.get("delivery", 0.0)
            enrollment.amount_delivered = -amounts.get("delivery", 0.0)
            enrollment.hours_moved = -hours.get("move_out", 0.0)
            enrollment.hours_refunded = -hours.get("refund", 0.0)
            enrollment.hours_expired = -hours.get("expiry", 0.0)
            enrollment.amount_expired = -amounts.get("expiry", 0.0)
            enrollment.hours_total = sum(hours.get(kind, 0.0) for kind in ("purchase", "adjust", "move_in"))
            enrollment.hours_left = sum(hours.values())
            enrollment.amount_deferred = sum(amounts.values())

    @api.depends("name", "student_id.name")
    def _compute_display_name(self):
        for enrollment in self:
            student = enrollment.student_id.name
            enrollment.display_name = f"{enrollment.name} · {student}" if student else enrollment.name

    # ------------------------------------------------------------------ checks
    @api.constrains("class_id", "package_id", "campus_id")
    def _check_class_id(self):
        for enrollment in self:
            course = enrollment.class_id
            if not course:
                continue
            programs = enrollment.package_id.program_ids
            if programs and course.program_id not in programs:
                raise ValidationError(
                    self.env._(
                        "The package %(package)s does not cover the program of class %(class)s."
                        " Choose a class of: %(programs)s.",
                        package=enrollment.package_id.name,
                        programs=", ".join(programs.mapped("name")),
                        **{"class": course.display_name},
                    )
                )
            if course.campus_id != enrollment.campus_id:
                raise ValidationError(
                    self.env._(
                        "Class %(class)s is held at %(theirs)s, the enrolment belongs to %(ours)s."
                        " Choose a class of that campus, or change the campus of the enrolment.",
                        theirs=course.campus_id.name,
                        ours=enrollment.campus_id.name,
                        **{"class": course.display_name},
                    )
                )

    def _check_can_confirm(self):
        """Everything that must be true before an invoice is written.

        :raise UserError: naming the enrolment, the rule and the way out
        """
        for enrollment in self:
            package, course = enrollment.package_id, enrollment.class_id
            if enrollment.student_id.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%s: the student no longer studies here. Set the student back to learning first.",
                        enrollment.display_name,
                    )
                )
            # Hours taken over were sold before, by whatever was on sale then.
            if not enrollment.is_taken_over and not package._is_on_sale(
                enrollment.date_confirmed or enrollment.campus_id._today(), enrollment.campus_id
            ):
                raise UserError(
                    self.env._(
                        "%(enrollment)s: the package %(package)s is not on sale at %(campus)s on that day."
                        " Check its dates, its campuses and that its programs are published.",
                        enrollment=enrollment.display_name,
                        package=package.name,
                        campus=enrollment.campus_id.name,
                    )
                )
            if package.kind == "class" and not course:
                raise UserError(
                    self.env._(
                        "%s: the package is sold by class. Choose the class before you confirm.",
                        enrollment.display_name,
                    )
                )
            if course and course.state not in ("open", "running"):
                raise UserError(
                    self.env._(
                        "%(enrollment)s: class %(class)s is not open for enrolment. Open it, or choose another one.",
                        enrollment=enrollment.display_name,
                        **{"class": course.display_name},
                    )
                )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" for vals in vals_list):
            self._check_may_take_over()
        # Copies: an import gives the same dicts once more, row by row, when the batch is refused.
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_system_fields(vals)
            self._add_discount_basis(vals)
        unnamed = [vals for vals in vals_list if not vals.get("name")]
        names = self.env["ir.sequence"]._next_batch_by_code("edu.enrollment", len(unnamed))
        for vals, name in zip(unnamed, names, strict=True):
            vals["name"] = name
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "The state of an enrolment follows its buttons: confirm, suspend, resume, complete, cancel."
                )
            )
        self._check_system_fields(vals)
        locked = COMMERCIAL_FIELDS.intersection(vals)
        if locked and not self.env.su:
            self._check_not_locked(locked, vals)
        return super().write(self._add_discount_basis(dict(vals)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        for enrollment in self:
            # Whoever may delete a draft may be told of its deposit; payments are the accountant's to open.
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
            if (
                enrollment.state not in ("draft", "cancelled")
                or enrollment.invoice_count
                or enrollment.ledger_ids
            ):
                raise UserError(
                    self.env._(
                        "%s is part of the books and is kept. Cancel it instead.", enrollment.display_name
                    )
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
        if given and vals["discount_basis"] == "amount":
            vals.pop("discount_rate", None)
        elif given:
            vals.pop("discount_amount", None)
        return vals

    def _check_may_take_over(self):
        """Enrolments of another system are taken over as they are, by the director only."""
        if self.env.su or (
            self.env.context.get("edu_historic") and self.env.user.has_group("edu_catalog.group_edu_director")
        ):
            return
        raise AccessError(
            self.env._(
                "A new enrolment is a draft; its buttons take it further. Only a director may take over others."
            )
        )

    @api.model
    @tools.ormcache()
    def _system_fields(self):
        """What is read-only on the screen is typed by nobody, over the API neither (E3, E4, E7).

        :return: frozenset of names of stored fields; the state has rules of its own
        """
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store and field.readonly and name not in ("state", *models.MAGIC_COLUMNS)
        )

    @api.model
    def _check_system_fields(self, vals):
        typed = self._system_fields().intersection(vals)
        if typed and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s is set by the system and cannot be typed. Leave it out.",
                    ", ".join(self._fields[name]._description_string(self.env) for name in sorted(typed)),
                )
            )

    def _check_not_locked(self, names, vals=None):
        """What was agreed stays as it is; a sheet that says the same once more changes nothing (E9, X3).

        :param names: of fields
        :param dict vals: what they are to be; none: something else
        :raise UserError: naming what would change
        """
        for enrollment in self:
            if enrollment.state not in ("draft", "waiting"):
                changed = [
                    name
                    for name in sorted(names)
                    if vals is None or enrollment._would_change(name, vals[name])
                ]
                if not changed:
                    continue
                labels = ", ".join(self._fields[name]._description_string(self.env) for name in changed)
                raise UserError(
                    self.env._(
                        "%(enrollment)s is confirmed: %(fields)s can no longer be changed."
                        " Cancel the enrolment and make a new one.",
                        enrollment=enrollment.display_name,
                        fields=labels,
                    )
                )

    def _would_change(self, name, value):
        """Whether a value that is to be written is another one than stands there."""
        self.ensure_one()
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return bool(value)
        new = field.convert_to_record(field.convert_to_cache(value, self), self)
        if field.type == "monetary":
            return self.currency_id.compare_amounts(new, self[name]) != 0
        return new != self[name]

    # ------------------------------------------------------------------ actions
    def action_confirm(self):
        """Confirm: take the seat, write and post the invoice with its instalments, book the hours (E9, E24).

        Confirmed ones are passed over, so that a second click, or a second browser, changes nothing: both
        wait on the enrolment's row, and the later one starts again and finds it done.

        :raise UserError: the class is full, the package is not on sale …; nothing is written then
        """
        self.check_access("write")
        self._wait_in_line()
        self._lock()
        todo = self.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))
        todo._check_can_confirm()
        # Whoever may sell may cause the invoice; the rights to write one by hand are the accountant's.
        todo_sudo = todo.sudo()
        # A tax may have another rate since the draft was written; from here on the total is agreed.
        todo_sudo._compute_amount_total()
        undated_sudo = todo_sudo.filtered(lambda enrollment: not enrollment.date_confirmed)
        for campus_sudo, enrollments_sudo in undated_sudo.grouped("campus_id").items():
            enrollments_sudo.date_confirmed = campus_sudo._today()
        todo_sudo.write({"state": "confirmed"})
        todo_sudo.class_id._check_seats()
        todo_sudo._promotions()._check_usage()
        todo_sudo.flush_recordset()
        todo_sudo.class_id.flush_recordset(["seats_taken"])
        todo_sudo._promotions().flush_recordset(["used_count"])
        invoices_sudo = todo_sudo._create_invoices()
        todo_sudo._book_purchase(invoices_sudo)
        return True

    def action_cancel(self, reason=None):
        """Cancel: free the seat, credit what was invoiced for hours not delivered (E7, E18).

        :param str reason: for the records
        :raise UserError: a completed enrolment
        """
        self.check_access("write")
        self._lock()
        todo_sudo = self.filtered(lambda enrollment: enrollment.state != "cancelled").sudo()
        todo_sudo._credit_undelivered()
        for campus_sudo, enrollments_sudo in todo_sudo.grouped("campus_id").items():
            enrollments_sudo.write({"state": "cancelled", "date_cancelled": campus_sudo._today()})
        # The same student may be enrolled in the same class again at once: the place must be free by then.
        todo_sudo.flush_recordset()
        return True

    def action_complete(self):
        """The course is over for this student; what was sold without hours is earned by it.

        :raise AccessError: the user is no academic staff
        """
        self.check_access("write")
        self._check_workflow_group("completed")
        self.sudo().write({"state": "completed"})
        return True

    def action_view_ledger(self):
        """Open the hours ledger of the enrolments (E18)."""
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_ledger_entry_action")
        return action | {"domain": [("enrollment_id", "in", self.ids)]}

    # ------------------------------------------------------------------ business
    def _lock(self):
        """Wait for whoever works on these enrolments.

        At REPEATABLE READ the one who waited cannot go on with what was read before: the database raises a
        serialisation error, and Odoo starts the request again on the new truth.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM edu_enrollment WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                tuple(self.ids) or (0,),
            )
        )
