from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ..tools import charging, weekly

PRESENT = ("present", "late")


class EduAttendance(models.Model):
    _name = "edu.attendance"
    _description = "Attendance"
    _inherit = ["edu.booking.mixin"]
    _order = "start desc, session_id, student_id"
    _rec_names_search = ["student_id", "session_id"]

    _booking_columns = ("student_id",)
    _booking_state = "session_state"

    session_id = fields.Many2one("edu.session", required=True, index=True, ondelete="cascade")
    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, precompute=True, index=True)
    class_id = fields.Many2one(related="session_id.class_id", store=True, precompute=True, index=True)
    campus_id = fields.Many2one(related="session_id.campus_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, precompute=True, index=True)
    # The one fact that is stored twice: an exclusion constraint sees a single table, so the times and the
    # state of the session stand here too. Stored related fields change in the transaction that changes the
    # session.
    start = fields.Datetime(related="session_id.start", store=True, precompute=True, index=True)
    stop = fields.Datetime(related="session_id.stop", store=True, precompute=True, string="End")
    session_state = fields.Selection(
        related="session_id.state", store=True, precompute=True, string="Session State"
    )
    status = fields.Selection(
        [("present", "Present"), ("late", "Late"), ("absent", "Absent"), ("excused", "Excused")],
        index=True,
        help="Empty until the roll is taken.",
    )
    minutes_late = fields.Integer(aggregator="avg")
    reason_id = fields.Many2one("edu.absence.reason", index="btree_not_null", ondelete="restrict")
    notice_date = fields.Datetime(
        string="Reported on",
        compute="_compute_notice_date",
        store=True,
        readonly=False,
        precompute=True,
        help="When the absence was reported; some reasons are not charged if it was early enough.",
    )
    method = fields.Selection(
        [("roll", "Roll Call"), ("qr", "QR Code"), ("card", "Card"), ("portal", "Portal")],
        required=True,
        default="roll",
    )
    note = fields.Char()
    charged_hours = fields.Float(digits=(6, 2), compute="_compute_charged_hours", store=True, precompute=True)
    charge_explanation = fields.Char(compute="_compute_charge_explanation")

    _session_enrollment_uniq = models.UniqueIndex(
        "(session_id, enrollment_id)", "This student is on the roll of the session already."
    )
    _minutes_late_positive = models.Constraint("CHECK (minutes_late >= 0)", "Minutes cannot be negative.")
    _student_free = models.Constraint(
        "EXCLUDE USING gist (int4range(student_id, student_id, '[]') WITH &&,"
        " tsrange(start, stop, '[)') WITH &&)"
        " WHERE (session_state <> 'cancelled' AND student_id IS NOT NULL)",
        "A student has just been booked for another session at that time."
        " Reload the timetable and choose another time or class.",
    )

    @api.depends("reason_id")
    def _compute_notice_date(self):
        for attendance in self:
            attendance.notice_date = attendance.notice_date or (
                attendance.reason_id and fields.Datetime.now()
            )

    # The rules of the reason are left out on purpose: changing them does not change what was charged before.
    @api.depends("status", "reason_id", "notice_date", "session_state", "start", "stop")
    def _compute_charged_hours(self):
        for attendance in self:
            attendance.charged_hours = attendance._charged_hours_and_rule()[0]

    @api.depends("charged_hours", "status", "reason_id", "notice_date")
    @api.depends_context("lang")
    def _compute_charge_explanation(self):
        texts = {
            "open": "",
            "attended": self.env._("Charged: the lesson was attended."),
            "unexcused": self.env._("Charged: absent without a reason."),
            "excused": self.env._("Not charged: the absence is excused."),
            "reason_none": self.env._("Not charged: absences for this reason are free."),
            "reason_full": self.env._("Charged: absences for this reason are charged."),
            "notice_kept": self.env._("Not charged: the absence was reported in time."),
            "notice_missed": self.env._("Charged: the absence was not reported in time."),
        }
        for attendance in self:
            attendance.charge_explanation = texts[attendance._charged_hours_and_rule()[1]]

    @api.depends("student_id", "session_id")
    def _compute_display_name(self):
        for attendance in self:
            # Whoever may read the roll may read the names on it.
            student_sudo = attendance.student_id.sudo()
            attendance.display_name = f"{student_sudo.name} · {attendance.session_id.display_name}"

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        attendances = super().create(vals_list)
        attendances.filtered("status")._book_roll()
        return attendances

    @api.model
    def _prepare_create(self, vals_list):
        """No student is booked twice (S2).

        :raise ValidationError: a student is busy
        """
        vals_list = super()._prepare_create(vals_list)
        complete = [vals for vals in vals_list if vals.get("session_id") and vals.get("enrollment_id")]
        sessions = self.env["edu.session"].browse({vals["session_id"] for vals in complete})
        plans = {session.id: session._as_plan() for session in sessions}
        # Of the enrolments, nothing but their students is read.
        enrollments_sudo = (
            self.env["edu.enrollment"].sudo().browse([vals["enrollment_id"] for vals in complete])
        )
        wanted = [
            plan.booking("student_id", enrollment_sudo.student_id)
            for enrollment_sudo, vals in zip(enrollments_sudo, complete, strict=True)
            if (plan := plans[vals["session_id"]])
        ]
        self._refuse(self._find_clashes(wanted))
        return vals_list

    def write(self, vals):
        self._check_roll_right(vals)
        result = super().write(vals)
        if not {"status", "reason_id", "notice_date"}.isdisjoint(vals):
            self._book_roll()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_marked(self):
        for attendance in self:
            if attendance.status:
                raise UserError(
                    self.env._(
                        "The roll says that %s was there or not. Empty the status before removing the line.",
                        attendance.display_name,
                    )
                )

    def action_present(self):
        """Mark as present (S7); the session has taken place then."""
        self.write({"status": "present", "minutes_late": 0, "reason_id": False, "notice_date": False})
        return True

    def action_late(self):
        """Mark as late (S7)."""
        self.write({"status": "late", "reason_id": False, "notice_date": False})
        return True

    def action_absent(self):
        """Mark as absent (S7)."""
        self.write({"status": "absent", "minutes_late": 0})
        return True

    def action_excused(self):
        """Mark as absent and excused (S7)."""
        self.write({"status": "excused", "minutes_late": 0})
        return True

    def _check_roll_right(self, vals):
        """Lines stay with their session and student (S7); what follows from the roll is typed by nobody."""
        if not self.env.su and not {"session_id", "enrollment_id"}.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "A line of the roll stays with its student and session. Remove it and add another one."
                )
            )

    # --- charging (S8, E18) ---

    def _charged_hours_and_rule(self):
        """What the line costs; see :func:`..tools.charging.charged_hours`. Nothing before the session is held.

        :return: (hours, name of the rule)
        """
        self.ensure_one()
        if self.session_state != "held":
            return 0.0, "open"
        reason = self.reason_id
        notice = (self.start - self.notice_date).total_seconds() / 3600 if self.notice_date else None
        hours = (self.stop - self.start).total_seconds() / 3600
        return charging.charged_hours(hours, self.status, reason.charge, reason.notice_hours, notice)

    def _book_roll(self):
        """The roll has been taken or corrected: sessions that somebody attended are held, hours are booked."""
        attended = self.filtered(lambda attendance: attendance.status in PRESENT)
        newly_held = attended.session_id.filtered(lambda session: session.state == "planned")
        if newly_held:
            # Books the hours of their whole rolls.
            newly_held.action_hold()
        self.filtered(lambda attendance: attendance.session_id not in newly_held)._book_deliveries()

    def _book_deliveries(self):
        """Book what is charged minus what is booked, so that doing it again books nothing (S8, E18).

        A correction is dated today at the campus: the month of the lesson may be closed.
        """
        if not self:
            return
        origins = {f"{self._name},{attendance.id}": attendance for attendance in self}
        # The roll has just been written, so the user may take it; the ledger need not be readable for that.
        ledger_sudo = self.env["edu.ledger.entry"].sudo()
        booked = {
            str(origin): -hours
            for origin, hours in ledger_sudo._read_group(
                [("origin", "in", list(origins)), ("kind", "=", "delivery")], ["origin"], ["hours:sum"]
            )
        }
        lines = []
        for origin, attendance in origins.items():
            hours = attendance.charged_hours - booked.get(origin, 0.0)
            if not float_is_zero(hours, precision_digits=2):
                day = weekly.to_local(attendance.start, attendance.campus_id.tz).date()
                lines.append(
                    {
                        "enrollment_id": attendance.enrollment_id.id,
                        "date": attendance.campus_id._today() if origin in booked else day,
                        "hours": hours,
                        "origin": attendance,
                    }
                )
        if lines:
            self.env["edu.ledger.entry"]._deliver(lines)

    # --- clashes of students (S2) ---

    def _as_plan(self):
        return self.session_id._as_plan()

    @api.model
    def _clash_message(self, reasons):
        return self.env._(
            "Students would have to be in two places at once:\n%(reasons)s\nChoose another time or class.",
            reasons=reasons,
        )
