from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import weekly
from .edu_booking_mixin import CLASHES_SHOWN, Plan

DEFAULT_HOURS = 1.5
# Kinds of sessions that have a roll. People at a placement test or a trial lesson are not students of the class.
ROLL_KINDS = ("lesson", "makeup", "exam")
# States in which a student is expected in the sessions of the class, outside of suspensions.
ATTENDING_STATES = ("confirmed", "suspended")


class EduSession(models.Model):
    _name = "edu.session"
    _description = "Session"
    _inherit = ["edu.workflow.mixin", "edu.booking.mixin"]
    _order = "start, id"

    _workflow = {
        "planned": ("held", "cancelled"),
        "held": ("planned",),
        "cancelled": ("planned",),
    }
    _booking_columns = ("teacher_id", "room_id", "class_id")
    # What teachers may write on their own sessions: the lesson record. The academic staff make the timetable.
    _teacher_fields = {"state", "topic", "homework", "attendance_ids"}

    class_id = fields.Many2one("edu.class", required=True, index=True, ondelete="cascade")
    campus_id = fields.Many2one(related="class_id.campus_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="class_id.company_id", store=True, precompute=True, index=True)
    tz = fields.Selection(related="campus_id.tz")
    subject_id = fields.Many2one("edu.subject", index="btree_not_null", ondelete="restrict")
    teacher_id = fields.Many2one("edu.teacher", index="btree_not_null", ondelete="restrict")
    room_id = fields.Many2one("edu.room", index="btree_not_null", ondelete="restrict")
    start = fields.Datetime(required=True, index=True)
    stop = fields.Datetime(string="End", required=True)
    hours = fields.Float(digits=(6, 2), compute="_compute_hours", store=True, precompute=True)
    kind = fields.Selection(
        [
            ("lesson", "Lesson"),
            ("makeup", "Make-up"),
            ("exam", "Exam"),
            ("placement", "Placement Test"),
            ("trial", "Trial"),
        ],
        required=True,
        default="lesson",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("held", "Held"), ("cancelled", "Cancelled")],
        required=True,
        default="planned",
        copy=False,
        index=True,
        group_expand=True,
    )
    makeup_of_id = fields.Many2one(
        "edu.session",
        string="Makes Up For",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('class_id', '=', class_id), ('id', '!=', id)]",
    )
    topic = fields.Char()
    homework = fields.Text()
    # Which line of the weekly pattern the session was generated from, and for which day. Generating again finds
    # it by them, even when it has been moved.
    slot_id = fields.Many2one(
        "edu.timetable.slot", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    slot_date = fields.Date(readonly=True, copy=False)
    color = fields.Integer(related="campus_id.color")
    conflict_message = fields.Text(compute="_compute_conflict_message")
    attendance_ids = fields.One2many("edu.attendance", "session_id", string="Roll")
    attendance_count = fields.Integer(compute="_compute_attendance_counts", string="Students")
    present_count = fields.Integer(compute="_compute_attendance_counts", help="Present or late.")
    absent_count = fields.Integer(compute="_compute_attendance_counts", help="Absent or excused.")
    unmarked_count = fields.Integer(compute="_compute_attendance_counts", string="Not Marked")

    _stop_after_start = models.Constraint(
        "CHECK (start < stop)", "A session begins before it ends. Correct its times."
    )
    _slot_uniq = models.UniqueIndex(
        "(slot_id, slot_date) WHERE slot_id IS NOT NULL",
        "These sessions have been generated already, a moment ago. Reload the page to see them.",
    )
    _teacher_free = models.Constraint(
        "EXCLUDE USING gist (int4range(teacher_id, teacher_id, '[]') WITH &&,"
        " tsrange(start, stop, '[)') WITH &&)"
        " WHERE (state <> 'cancelled' AND teacher_id IS NOT NULL)",
        "The teacher has just been booked for another session at that time."
        " Reload the timetable and choose another time or teacher.",
    )
    _room_free = models.Constraint(
        "EXCLUDE USING gist (int4range(room_id, room_id, '[]') WITH &&, tsrange(start, stop, '[)') WITH &&)"
        " WHERE (state <> 'cancelled' AND room_id IS NOT NULL)",
        "The room has just been booked for another session at that time."
        " Reload the timetable and choose another time or room.",
    )
    _class_free = models.Constraint(
        "EXCLUDE USING gist (int4range(class_id, class_id, '[]') WITH &&, tsrange(start, stop, '[)') WITH &&)"
        " WHERE (state <> 'cancelled' AND class_id IS NOT NULL)",
        "The class has just been given another session at that time."
        " Reload the timetable and choose another time.",
    )

    @api.depends("start", "stop")
    def _compute_hours(self):
        for session in self:
            session.hours = (
                (session.stop - session.start).total_seconds() / 3600 if session.start and session.stop else 0
            )

    @api.depends("class_id.code", "start", "tz")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for session in self:
            moment = self._format_moment(session.start, session.tz) if session.start else ""
            session.display_name = f"{session.class_id.code or ''} · {moment}"

    @api.depends("attendance_ids.status")
    def _compute_attendance_counts(self):
        counts = defaultdict(lambda: [0, 0, 0])
        for session, status, count in self.env["edu.attendance"]._read_group(
            [("session_id", "in", self.ids)], ["session_id", "status"], ["__count"]
        ):
            counts[session.id][0 if status in ("present", "late") else 1 if status else 2] += count
        for session in self:
            present, absent, unmarked = counts[session._origin.id]
            session.present_count, session.absent_count, session.unmarked_count = present, absent, unmarked
            session.attendance_count = present + absent + unmarked

    @api.depends(*_booking_columns, "start", "stop", "state")
    def _compute_conflict_message(self):
        plans = [plan for session in self if (plan := session._as_plan())]
        sentences = defaultdict(list)
        for clashes in self._origin._find_clashes_of(plans):
            for clash in clashes:
                sentences[clash.wanted.session].append(self._explain_clash(clash))
        for session, warnings in self._explain_days_off(plans).items():
            sentences[session] += warnings
        for session in self:
            session.conflict_message = "\n".join(sentences[session]) or False

    @api.onchange("class_id")
    def _onchange_class_id(self):
        if self.class_id:
            self.teacher_id = self.class_id.teacher_id
            self.room_id = self.class_id.room_id

    @api.onchange("start")
    def _onchange_start(self):
        """Propose an end: a lesson is as long as those of the class's weekly pattern, or an hour and a half."""
        if self.start and (not self.stop or self.stop <= self.start):
            slot = self.class_id.slot_ids[:1]
            hours = slot.hour_to - slot.hour_from if slot else DEFAULT_HOURS
            self.stop = self.start + timedelta(hours=hours)

    @api.constrains("makeup_of_id", "kind")
    def _check_makeup_of_id(self):
        for session in self:
            if session.makeup_of_id and session.kind != "makeup":
                raise ValidationError(
                    self.env._(
                        "%(session)s makes up for %(other)s, so it is a make-up session."
                        " Set its kind, or empty the field.",
                        session=session.display_name,
                        other=session.makeup_of_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        sessions = super().create(vals_list)
        sessions._add_to_rolls()
        return sessions

    @api.model
    def _prepare_create(self, vals_list):
        """The teacher and the room of the class, unless others are given; and nobody is booked twice (S2).

        :raise ValidationError: a teacher, a room or a class is busy
        """
        vals_list = super()._prepare_create(vals_list)
        classes = self.env["edu.class"].browse(
            {vals["class_id"] for vals in vals_list if vals.get("class_id")}
        )
        classes.fetch(["teacher_id", "room_id"])
        defaults = {
            class_.id: {"teacher_id": class_.teacher_id.id, "room_id": class_.room_id.id}
            for class_ in classes
        }
        vals_list = [defaults.get(vals.get("class_id"), {}) | vals for vals in vals_list]
        plans = [plan for vals in vals_list if (plan := self._as_plan(vals))]
        self._refuse(self._find_clashes(self._bookings_of(plans)))
        return vals_list

    def write(self, vals):
        self._check_values(vals)
        self._check_timetable_right(vals)
        if "class_id" in vals and any(session.class_id.id != vals["class_id"] for session in self):
            raise UserError(
                self.env._("A session stays with its class. Cancel it and make one for the other class.")
            )
        moves = not {*self._booking_columns, "start", "stop"}.isdisjoint(vals)
        if not moves and "state" not in vals:
            return super().write(vals)
        # Holding or cancelling a session books nobody. One that was cancelled and is planned again does.
        (self if moves else self.filtered(lambda session: session.state == "cancelled"))._check_free(vals)
        held = self.filtered(lambda session: session.state == "held")
        result = super().write(vals)
        if vals.get("state") == "planned":
            self._add_to_rolls()
        (held | self.filtered(lambda session: session.state == "held")).attendance_ids._book_deliveries()
        return result

    def copy_data(self, default=None):
        raise UserError(
            self.env._("A copy would be in the same room at the same time. Create a new session instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        for session in self:
            if session.state == "held":
                raise UserError(
                    self.env._(
                        "%s has been held and is kept. Cancel what is wrong in its roll instead.",
                        session.display_name,
                    )
                )

    def action_hold(self):
        """The session has taken place (S7).

        :raise UserError: a session is cancelled
        """
        self.write({"state": "held"})
        return True

    def action_all_present(self):
        """Mark everybody as present who is not marked yet, and the session as held (S7)."""
        self.attendance_ids.filtered(lambda attendance: not attendance.status).action_present()
        self.filtered(lambda session: session.state == "planned").action_hold()
        return True

    def action_cancel(self):
        """Cancel planned sessions: teacher, room and students are free again (S3).

        :raise UserError: a session has been held
        """
        self.write({"state": "cancelled"})
        return True

    def action_plan(self):
        """Back to *Planned*, from cancelled (when the time is still free) or from held.

        :raise ValidationError: somebody is busy by now
        """
        self.write({"state": "planned"})
        return True

    def _check_timetable_right(self, vals):
        """Teachers keep the lesson record; moving and cancelling is the academic staff's (S3)."""
        if self.env.su or self.env.user.has_group("edu_catalog.group_edu_academic"):
            return
        if not self._teacher_fields.issuperset(vals) or vals.get("state") == "cancelled":
            raise AccessError(
                self.env._(
                    "Teachers write the topic, the homework and the roll of their sessions."
                    " Ask the academic staff to move or cancel %s.",
                    ", ".join(self[:CLASHES_SHOWN].mapped("display_name")),
                )
            )

    # --- clashes (S2) ---

    def _as_plan(self, vals=None):
        """Where the session is, or will be once ``vals`` are written; of no session: where a new one will be.

        :param dict vals: as for ``write`` or ``create``
        :return: :class:`.edu_booking_mixin.Plan`, or None when it is cancelled and keeps nobody busy
        """
        vals = vals or {}
        if vals.get("state", self.state or "planned") == "cancelled":
            return None

        def value(name):
            if name not in vals:
                return self[name]
            field = self._fields[name]
            if field.type == "many2one":
                return self.env[field.comodel_name].browse(vals[name] or ())
            return fields.Datetime.to_datetime(vals[name])

        return Plan(self, *(value(name) for name in Plan._fields if name != "session"))

    @api.model
    def _bookings_of(self, plans):
        """The teachers, rooms and classes that plans keep busy.

        :return: list of :class:`..tools.clash.Booking`
        """
        return [
            plan.booking(column, record)
            for plan in plans
            for column in self._booking_columns
            if (record := getattr(plan, column))
        ]

    @api.model
    def _student_bookings_of(self, plans):
        """The students that plans keep busy: those on the roll, or those who a new session will put there.

        :return: list of :class:`..tools.clash.Booking`
        """
        new = self.concat(*(plan.session for plan in plans if not plan.session._origin))
        # Counsellors see their own students only; who plans a session sees which of all its students are busy.
        enrollments_sudo = self.env["edu.enrollment"].sudo()
        if new.class_id:
            enrollments_sudo = enrollments_sudo.search(
                [("class_id", "in", new.class_id._origin.ids), ("state", "=", "confirmed")]
            )
        by_class_sudo = enrollments_sudo.grouped("class_id")
        bookings = []
        for plan in plans:
            roll = plan.session._origin.attendance_ids
            if plan.session in new and plan.session.kind in ROLL_KINDS:
                roll = by_class_sudo.get(plan.class_id._origin, roll)
            bookings += [plan.booking("student_id", line.student_id) for line in roll]
        return bookings

    def _find_clashes_of(self, plans):
        """Everything that clashes when these sessions move to the places of the plans (S2).

        :return: clashes of teachers, rooms and classes; clashes of students: two lists of
            :class:`..tools.clash.Clash`
        """
        return (
            self._find_clashes(self._bookings_of(plans), self.ids),
            self.env["edu.attendance"]._find_clashes(
                self._student_bookings_of(plans), self.attendance_ids.ids
            ),
        )

    def _check_free(self, vals):
        """Refuse what cannot be once ``vals`` are written (S2).

        :raise ValidationError: a teacher, a room, a class or a student is busy
        """
        plans = [plan for session in self if (plan := session._as_plan(vals))]
        clashes, student_clashes = self._find_clashes_of(plans)
        self._refuse(clashes)
        self.env["edu.attendance"]._refuse(student_clashes)

    @api.model
    def _clash_message(self, reasons):
        return self.env._(
            "The timetable has no place for this:\n%(reasons)s\nChoose another time, teacher or room.",
            reasons=reasons,
        )

    # --- the roll (S7) ---

    def _add_to_rolls(self, enrollments=None):
        """Put the students of the class on the rolls of the planned sessions, where they are not yet (S7).

        :param enrollments: only these ``edu.enrollment``; by default all that attend the class
        :return: the new ``edu.attendance``
        :raise ValidationError: a student would be in two places at once
        """
        sessions = self.filtered(lambda session: session.state == "planned" and session.kind in ROLL_KINDS)
        # The sessions have just been written, so the user may plan them; their rolls hold all students of the class.
        attendance_sudo = self.env["edu.attendance"].sudo()
        if not sessions:
            return attendance_sudo
        enrollments_sudo = self.env["edu.enrollment"].sudo()
        if enrollments is None:
            enrollments_sudo = enrollments_sudo.search(
                [("class_id", "in", sessions.class_id.ids), ("state", "in", ATTENDING_STATES)]
            )
        else:
            enrollments_sudo = enrollments.sudo()
        if not enrollments_sudo:
            return attendance_sudo
        on_roll = set(
            attendance_sudo._read_group(
                [("session_id", "in", sessions.ids), ("enrollment_id", "in", enrollments_sudo.ids)],
                ["session_id", "enrollment_id"],
            )
        )
        by_class_sudo = enrollments_sudo.grouped("class_id")
        return attendance_sudo.create(
            [
                {"session_id": session.id, "enrollment_id": enrollment_sudo.id}
                for session in sessions
                for enrollment_sudo in by_class_sudo.get(session.class_id, ())
                if (session, enrollment_sudo) not in on_roll
                and not enrollment_sudo._is_suspended_on(session._local_day())
            ]
        )

    def _local_day(self):
        """The day of the session at its campus.

        :return: ``date``
        """
        self.ensure_one()
        return weekly.to_local(self.start, self.campus_id.tz or "UTC").date()

    # --- days off, closures and working hours: they warn, and do not refuse (S2, S4) ---

    @api.model
    def _explain_days_off(self, plans):
        """Teachers of the plans who have a day off, and rooms that are closed.

        :return: dict of ``edu.session`` → list of sentences
        """
        result = defaultdict(list)
        plans = [plan for plan in plans if plan.start and plan.stop]
        if not plans:
            return result
        leaves = self._leaves_of(plans)
        for plan in plans:
            for record in (plan.teacher_id, plan.room_id):
                if not record:
                    continue
                resource = record._origin.resource_id
                if any(
                    leave.date_from < plan.stop and leave.date_to > plan.start for leave in leaves[resource]
                ):
                    result[plan.session].append(
                        self.env._("%s has a day off then.", record.name)
                        if record == plan.teacher_id
                        else self.env._("%s is closed then.", record.display_name)
                    )
                elif not self._is_working(resource, plan.start, plan.stop):
                    result[plan.session].append(
                        self.env._("It is outside the working hours of %s.", record.name)
                        if record == plan.teacher_id
                        else self.env._("It is outside the opening hours of %s.", record.display_name)
                    )
        return result

    @api.model
    def _leaves_of(self, plans):
        """One search for the days off and closures of all teachers and rooms of the plans.

        :return: dict of ``resource.resource`` → ``resource.calendar.leaves``
        """
        resources = self.env["resource.resource"].concat(
            *(record._origin.resource_id for plan in plans for record in (plan.teacher_id, plan.room_id))
        )
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id", "in", resources.ids),
                ("time_type", "=", "leave"),
                ("date_from", "<", max(plan.stop for plan in plans)),
                ("date_to", ">", min(plan.start for plan in plans)),
            ]
        )
        return defaultdict(leaves.browse, leaves.grouped("resource_id"))

    @api.model
    def _is_working(self, resource, start, stop):
        """Whether [start, stop) (naive UTC) lies within the weekly hours of a resource; none: always."""
        calendar = resource.calendar_id
        if not calendar or calendar.flexible_hours:
            return True
        start, stop = pytz.utc.localize(start), pytz.utc.localize(stop)
        intervals = calendar._attendance_intervals_batch(start, stop, resources=resource)[resource.id]
        return (
            sum((to - since).total_seconds() for since, to, _line in intervals)
            >= (stop - start).total_seconds()
        )
