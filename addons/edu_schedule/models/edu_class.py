from collections import defaultdict
from datetime import timedelta
from itertools import islice

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import weekly

# How far ahead sessions are looked for when a class has a number of sessions but no end.
HORIZON = relativedelta(years=3)


class EduClass(models.Model):
    _inherit = "edu.class"

    slot_ids = fields.One2many("edu.timetable.slot", "class_id", string="Weekly Pattern", copy=True)
    session_ids = fields.One2many("edu.session", "class_id", string="Timetable")
    scheduled_count = fields.Integer(
        compute="_compute_session_counts", help="Sessions that are not cancelled."
    )
    held_count = fields.Integer(compute="_compute_session_counts")
    grading_scheme_id = fields.Many2one(
        "edu.grading.scheme",
        compute="_compute_grading_scheme_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    assessment_ids = fields.One2many("edu.assessment", "class_id", string="Assessments")
    assessment_count = fields.Integer(compute="_compute_assessment_count")

    @api.depends("session_ids.state")
    def _compute_session_counts(self):
        counts = {
            (class_.id, state): count
            for class_, state, count in self.env["edu.session"]._read_group(
                [("class_id", "in", self.ids)], ["class_id", "state"], ["__count"]
            )
        }
        for class_ in self:
            class_.held_count = counts.get((class_.id, "held"), 0)
            class_.scheduled_count = class_.held_count + counts.get((class_.id, "planned"), 0)

    @api.depends("assessment_ids")
    def _compute_assessment_count(self):
        counts = dict(
            self.env["edu.assessment"]._read_group([("class_id", "in", self.ids)], ["class_id"], ["__count"])
        )
        for class_ in self:
            class_.assessment_count = counts.get(class_, 0)

    @api.depends("program_id")
    def _compute_grading_scheme_id(self):
        for class_ in self:
            class_.grading_scheme_id = class_.program_id.grading_scheme_id

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "cancelled":
            # Teachers, rooms and students are free again.
            self.session_ids.filtered(lambda session: session.state == "planned").action_cancel()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held_sessions(self):
        for class_ in self:
            if class_.held_count:
                raise UserError(
                    self.env._("%s has held sessions and is kept. Archive it instead.", class_.display_name)
                )

    def _share_given(self):
        """Of classes with a timetable: the share of the hours of their lessons, instead of their days (E17)."""
        shares = super()._share_given()
        now = fields.Datetime.now()
        given, total = defaultdict(float), defaultdict(float)
        for class_id, has_begun, hours in self._hours_of_lessons(now):
            total[class_id] += hours
            given[class_id] += hours if has_begun else 0.0
        return shares | {class_id: given[class_id] / total[class_id] for class_id in total if total[class_id]}

    def _hours_of_lessons(self, now):
        """Hours of lessons before and after a moment.

        :param datetime now: naive UTC
        :return: list of (class id, whether they began by then, hours)
        """
        self.env["edu.session"].flush_model(["class_id", "state", "kind", "start", "hours"])
        return self.env.execute_query(
            SQL(
                "SELECT class_id, start <= %s, SUM(hours) FROM edu_session"
                " WHERE class_id IN %s AND state <> 'cancelled' AND kind = 'lesson' GROUP BY 1, 2",
                now,
                tuple(self.ids) or (0,),
            )
        )

    def action_generate_sessions(self):
        """Make the sessions of the weekly pattern (S1). Doing it again adds only what is missing.

        Holidays of the campus and closures of the room are skipped. Sessions are made from the first day of
        the class to its last, and no more than the class has (``session_count``).

        :return: action that shows the timetable
        :raise UserError: the class has no pattern, no first day, or no end
        :raise ValidationError: a teacher, a room or the class is busy; nothing is made then
        """
        if self:
            self._generate_sessions()
        return self.action_view_sessions()

    def action_view_sessions(self):
        """Open the timetable of the classes."""
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_schedule.edu_session_action")
        first = min((day for day in self.mapped("date_start") if day), default=False)
        context = {"initial_date": max(first, self.campus_id[:1]._today())} if first else {}
        if len(self) == 1:
            context["default_class_id"] = self.id
        return action | {"domain": [("class_id", "in", self.ids)], "context": context}

    def action_view_assessments(self):
        """Open the assessments of the class."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_schedule.edu_assessment_action")
        return action | {"domain": [("class_id", "=", self.id)], "context": {"default_class_id": self.id}}

    def action_enter_marks(self):
        """Open the grid of students × assessments (S9)."""
        self.ensure_one()
        sheet = self.env["edu.grade.sheet"].create({"class_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Marks of %s", self.display_name),
            "res_model": sheet._name,
            "res_id": sheet.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large", "show_max_score": True},
        }

    def action_create_assessments(self):
        """Make the assessments that the grading scheme asks for and the class does not have yet (S9)."""
        vals_list = [
            line._prepare_assessment_values(class_)
            for class_ in self
            for line in class_.grading_scheme_id.line_ids - class_.assessment_ids.scheme_line_id
        ]
        self.env["edu.assessment"].create(vals_list)
        return True

    # --- generating sessions (S1) ---

    def _generate_sessions(self):
        """As :meth:`action_generate_sessions`.

        :return: the new ``edu.session``
        """
        self.check_access("write")
        self._lock()
        self._check_can_generate()
        return self.env["edu.session"].create(self._propose_sessions())

    def _check_can_generate(self):
        for class_ in self:
            missing = None
            if class_.state in ("done", "cancelled"):
                missing = self.env._("it is finished or cancelled. Take it back to an earlier state first.")
            elif not class_.slot_ids:
                missing = self.env._("it has no weekly pattern. Add its lessons on the page “Timetable”.")
            elif not class_.date_start:
                missing = self.env._("it has no first day. Enter its dates.")
            elif not class_.date_end and not class_.session_count:
                missing = self.env._(
                    "nothing says when it ends. Enter its last day or its number of sessions."
                )
            if missing:
                raise UserError(
                    self.env._(
                        "No sessions can be generated for %(class)s: %(missing)s",
                        missing=missing,
                        **{"class": class_.display_name},
                    )
                )

    def _propose_sessions(self):
        """The sessions that the weekly patterns ask for, minus those that there are.

        :return: list of values for ``create``, class by class, in order of time
        """
        blocked = self._blocked_times()
        return [vals for class_ in self for vals in class_._propose_missing_sessions(blocked)]

    def _propose_missing_sessions(self, blocked):
        """As :meth:`_propose_sessions`, for one class.

        :param blocked: see :meth:`_blocked_times`
        """
        self.ensure_one()
        # Cancelled sessions are among them: they are not made again.
        known = {(session.slot_id, session.slot_date) for session in self.session_ids}
        active = self.session_ids.filtered(lambda session: session.state != "cancelled")
        busy = weekly.Blocked((session.start, session.stop) for session in active)
        lessons = weekly.occurrences(
            self.slot_ids._as_pattern(), self.date_start, self._last_day(), self.campus_id.tz
        )
        missing = (
            lesson
            for lesson in lessons
            if (lesson.key, lesson.day) not in known
            and not busy.overlaps(lesson.start, lesson.stop)
            and not blocked[self.campus_id, lesson.key._room()].overlaps(lesson.start, lesson.stop)
        )
        limit = None
        if self.session_count:
            counted = active.filtered(lambda session: session.kind in ("lesson", "makeup"))
            limit = max(self.session_count - len(counted), 0)
        return [self._prepare_session_values(lesson) for lesson in islice(missing, limit)]

    def _prepare_session_values(self, lesson):
        """The values of the session that a lesson of the weekly pattern becomes.

        :param lesson: :class:`..tools.weekly.Occurrence` of an ``edu.timetable.slot``
        """
        slot = lesson.key
        return {
            "class_id": self.id,
            "subject_id": slot.subject_id.id,
            "teacher_id": (slot.teacher_id or self.teacher_id).id,
            "room_id": slot._room().id,
            "start": lesson.start,
            "stop": lesson.stop,
            "slot_id": slot.id,
            "slot_date": lesson.day,
        }

    def _last_day(self):
        return self.date_end or self.date_start + HORIZON

    def _blocked_times(self):
        """Holidays and closures in the time of the classes, in one query.

        :return: dict of (campus, room) of the weekly lessons → :class:`..tools.weekly.Blocked`
        """
        places = {(class_.campus_id, slot._room()) for class_ in self for slot in class_.slot_ids}
        rooms = self.env["edu.room"].concat(*(room for _campus, room in places))
        leaves = self.env["resource.calendar.leaves"].search(
            Domain("time_type", "=", "leave")
            & Domain("date_to", ">", min(self.mapped("date_start")) - timedelta(days=1))
            & Domain("date_from", "<", max(class_._last_day() for class_ in self) + timedelta(days=2))
            & (Domain("resource_id", "=", False) | Domain("resource_id", "in", rooms.resource_id.ids))
        )
        by_resource = defaultdict(leaves.browse, leaves.grouped("resource_id"))
        holidays = by_resource[self.env["resource.resource"]]
        blocked = {}
        for campus, room in places:
            # A leave without a calendar is for everybody in its company; without a company, for all.
            of_campus = holidays.filtered(
                lambda leave, campus=campus: (
                    leave.calendar_id in (campus.resource_calendar_id, leave.calendar_id.browse())
                    and leave.company_id in (campus.company_id, leave.company_id.browse())
                )
            )
            of_room = by_resource[room.resource_id] if room else leaves.browse()
            blocked[campus, room] = weekly.Blocked(
                (leave.date_from, leave.date_to) for leave in of_campus | of_room
            )
        return blocked
