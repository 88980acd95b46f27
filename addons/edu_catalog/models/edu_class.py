from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EduClass(models.Model):
    _name = "edu.class"
    _description = "Class"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.workflow.mixin", "edu.coded.mixin"]
    _order = "date_start desc, code"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    _code_pattern = r"^(?P<code>.+?) · "

    _workflow = {
        "draft": ("open", "cancelled"),
        "open": ("draft", "running"),
        "running": ("open", "done"),
        "done": ("running",),
        "cancelled": ("draft", "open", "running"),
    }

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, tracking=True, index="trigram")
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("draft", "Not Open"),
            ("open", "Open"),
            ("running", "Running"),
            ("done", "Finished"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    program_id = fields.Many2one(
        "edu.program", required=True, index=True, ondelete="restrict", check_company=True
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    company_id = fields.Many2one(related="campus_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    teacher_id = fields.Many2one(
        "edu.teacher", index=True, ondelete="restrict", tracking=True, check_company=True
    )
    room_id = fields.Many2one(
        "edu.room",
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('campus_id', '=', campus_id)]",
    )
    date_start = fields.Date(index=True, tracking=True)
    date_end = fields.Date(tracking=True)
    seats_limited = fields.Boolean(default=True)
    capacity = fields.Integer(default=20, aggregator="sum")
    min_size = fields.Integer(string="Minimum Size", help="Fewer students than this: the class does not pay.")
    session_count = fields.Integer(
        string="Sessions", compute="_compute_from_program", store=True, readonly=False, precompute=True
    )
    hours = fields.Float(
        digits=(8, 2), compute="_compute_from_program", store=True, readonly=False, precompute=True
    )
    price = fields.Monetary(compute="_compute_from_program", store=True, readonly=False, precompute=True)
    # Counted by the enrolments (edu_enrollment). Stored on the class so that the constraint below can check it:
    # two sales of the last seat change the same row, and the database lets only one of them through.
    seats_taken = fields.Integer(readonly=True, copy=False, default=0, string="Headcount")
    seats_available = fields.Integer(
        compute="_compute_seats_available", help="Empty seats; 0 when not limited."
    )
    is_full = fields.Boolean(compute="_compute_is_full", store=True, index=True)
    is_below_min = fields.Boolean(
        string="Below Minimum Size",
        compute="_compute_is_below_min",
        store=True,
        help="Fewer students than the class needs to pay.",
    )
    fill_rate = fields.Float(
        string="Seats Filled (%)",
        compute="_compute_fill_rate",
        store=True,
        digits=(5, 1),
        aggregator="avg",
        help="Headcount in per cent of the seats; 0 when the seats are not limited.",
    )
    note = fields.Html()
    color = fields.Integer(related="campus_id.color")

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "Another class has this code already. Choose another one."
    )
    _seats_within_capacity = models.Constraint(
        "CHECK (NOT seats_limited OR seats_taken <= capacity)",
        "There are more students than seats: the class is full, or its capacity would fall below its headcount."
        " Choose another class, join the waiting list or raise the capacity.",
    )
    _seats_taken_positive = models.Constraint("CHECK (seats_taken >= 0)", "A headcount cannot be negative.")
    _capacity_positive = models.Constraint(
        "CHECK (NOT seats_limited OR capacity > 0)",
        "A class with limited seats has at least one. Correct the capacity or lift the limit.",
    )
    _min_size_within = models.Constraint(
        "CHECK (min_size >= 0 AND (NOT seats_limited OR COALESCE(min_size, 0) <= capacity))",
        "The minimum size lies between 0 and the capacity.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_start IS NULL OR date_end IS NULL OR date_start <= date_end)",
        "A class ends after it starts. Correct its dates.",
    )
    _amounts_positive = models.Constraint(
        "CHECK (price >= 0 AND session_count >= 0 AND hours >= 0)",
        "Price, hours and sessions of a class cannot be negative.",
    )

    @api.depends("program_id")
    def _compute_from_program(self):
        for record in self:
            record.session_count = record.program_id.session_count
            record.hours = record.program_id.hours
            record.price = record.program_id.list_price

    @api.depends("seats_limited", "capacity", "seats_taken")
    def _compute_seats_available(self):
        for record in self:
            record.seats_available = (
                max(record.capacity - record.seats_taken, 0) if record.seats_limited else 0
            )

    @api.depends("seats_limited", "capacity", "seats_taken")
    def _compute_is_full(self):
        for record in self:
            record.is_full = record.seats_limited and record.seats_taken >= record.capacity

    @api.depends("min_size", "seats_taken")
    def _compute_is_below_min(self):
        for record in self:
            record.is_below_min = record.seats_taken < record.min_size

    @api.depends("seats_limited", "capacity", "seats_taken")
    def _compute_fill_rate(self):
        for record in self:
            limited = record.seats_limited and record.capacity
            record.fill_rate = 100.0 * record.seats_taken / record.capacity if limited else 0.0

    @api.depends("code", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.code} · {record.name}" if record.code else record.name

    @api.onchange("room_id")
    def _onchange_room_id(self):
        if self.room_id and self.seats_limited:
            self.capacity = self.room_id.capacity

    @api.constrains("room_id", "campus_id")
    def _check_room_id(self):
        for record in self:
            if record.room_id and record.room_id.campus_id != record.campus_id:
                raise ValidationError(
                    self.env._(
                        "Room %(room)s is not at %(campus)s, where the class %(class)s is held."
                        " Choose a room of that campus.",
                        room=record.room_id.display_name,
                        campus=record.campus_id.name,
                        **{"class": record.display_name},
                    )
                )

    @api.constrains("state")
    def _check_state(self):
        # Only when a class opens: the classes of a program that was retired meanwhile may still start (C2).
        self.filtered(lambda record: record.state == "open")._check_program_published()

    @api.constrains("program_id")
    def _check_program_published(self):
        for record in self:
            if record.state in ("open", "running") and record.program_id.state != "published":
                raise ValidationError(
                    self.env._(
                        "%(class)s cannot be opened: the program %(program)s is not published."
                        " Publish the program first.",
                        program=record.program_id.display_name,
                        **{"class": record.display_name},
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        for record in self:
            if record.state not in ("draft", "cancelled") or record.seats_taken:
                raise UserError(
                    self.env._(
                        "%s has been opened and is kept. Cancel or archive it instead.", record.display_name
                    )
                )

    @api.model
    def _derived_fields(self):
        """The headcount is counted by the enrolments, if there are any (C5, E24)."""
        return super()._derived_fields() | {"seats_taken"}

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for record, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", record._copied_code())
        return vals_list

    def action_open(self):
        """Open the class for enrolment (C5); its program must be published.

        :raise UserError: the class is in a state that cannot be opened
        :raise ValidationError: the program is not published
        """
        self.write({"state": "open"})
        return True

    def action_start(self):
        """Start teaching (C5)."""
        self.write({"state": "running"})
        return True

    def action_done(self):
        """Finish the class (C5)."""
        self.write({"state": "done"})
        return True

    def action_cancel(self):
        """Cancel the class (C5)."""
        self.write({"state": "cancelled"})
        return True

    def action_draft(self):
        """Take the class back to *Not open* (C5)."""
        self.write({"state": "draft"})
        return True
