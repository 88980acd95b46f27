from datetime import date, datetime

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestGenerate(ScheduleCommon):
    """A weekly pattern becomes sessions (S1)."""

    def _days(self, sessions=None):
        return [session.slot_date.day for session in (sessions or self.class_n.session_ids).sorted("start")]

    def _leave(self, first, last, **values):
        """A leave by local days of March 2026 at the campus (UTC+7)."""
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "date_from": datetime(2026, 3, first - 1, 17),
                "date_to": datetime(2026, 3, last, 16, 59, 59),
                **values,
            }
        )

    def test_pattern_becomes_sessions(self):
        self.class_n.action_generate_sessions()
        sessions = self.class_n.session_ids.sorted("start")
        self.assertEqual(self._days(), [2, 5, 9, 12, 16, 19, 23, 26])
        self.assertEqual(sessions[0].start, datetime(2026, 3, 2, 11))
        self.assertEqual(set(sessions.mapped("hours")), {2.0})
        self.assertEqual(sessions.teacher_id, self.teacher)
        self.assertEqual(sessions.room_id, self.room_n)
        self.assertEqual(sessions.campus_id, self.north)
        self.assertEqual(self.class_n.scheduled_count, 8)

    def test_again_adds_nothing(self):
        self.class_n.action_generate_sessions()
        before = self.class_n.session_ids
        self.class_n.action_generate_sessions()
        self.assertEqual(self.class_n.session_ids, before)

    def test_moved_and_cancelled_ones_are_not_made_again(self):
        self.class_n.action_generate_sessions()
        first, second = self.class_n.session_ids.sorted("start")[:2]
        first.write({"start": datetime(2026, 3, 3, 1), "stop": datetime(2026, 3, 3, 3)})
        second.action_cancel()
        self.class_n.action_generate_sessions()
        self.assertEqual(len(self.class_n.session_ids), 8)

    def test_only_what_is_missing_is_added(self):
        self.class_n.action_generate_sessions()
        self.class_n.slot_ids = [Command.create({"weekday": "5", "hour_from": 9, "hour_to": 11})]
        new = self.class_n._generate_sessions()
        self.assertEqual(self._days(new), [7, 14, 21, 28])

    def test_no_more_than_the_class_has(self):
        self.class_n.session_count = 5
        self.class_n.action_generate_sessions()
        self.assertEqual(self._days(), [2, 5, 9, 12, 16])
        self.class_n.action_generate_sessions()
        self.assertEqual(len(self.class_n.session_ids), 5)

    def test_without_an_end_the_number_of_sessions_ends_it(self):
        self.class_n.write({"date_end": False, "session_count": 10})
        self._leave(9, 9, calendar_id=False)
        self.class_n.action_generate_sessions()
        last = self.class_n.session_ids.sorted("start")[-1]
        self.assertEqual(len(self.class_n.session_ids), 10)
        self.assertEqual(last.slot_date, date(2026, 4, 6))

    def test_holidays_of_the_campus_are_skipped(self):
        self._leave(5, 10, calendar_id=self.north.resource_calendar_id.id)
        self.class_n.action_generate_sessions()
        self.assertEqual(self._days(), [2, 12, 16, 19, 23, 26])

    def test_holidays_of_another_calendar_are_not(self):
        other = self.env["resource.calendar"].create({"name": "Other", "company_id": self.company.id})
        self._leave(5, 10, calendar_id=other.id)
        self.class_n.action_generate_sessions()
        self.assertEqual(len(self.class_n.session_ids), 8)

    def test_closure_of_the_room_is_skipped_for_that_room_only(self):
        self._leave(5, 10, resource_id=self.room_n.resource_id.id)
        thursday = self.class_n.slot_ids.filtered(lambda slot: slot.weekday == "3")
        thursday.room_id = self.room_b
        self.class_n.action_generate_sessions()
        self.assertEqual(self._days(), [2, 5, 12, 16, 19, 23, 26])

    def test_day_off_of_the_teacher_asks_for_a_substitute_and_skips_nothing(self):
        self._leave(5, 10, resource_id=self.teacher.resource_id.id)
        self.class_n.action_generate_sessions()
        self.assertEqual(len(self.class_n.session_ids), 8)
        self.assertIn("day off", self.class_n.session_ids.sorted("start")[1].conflict_message)

    def test_campus_with_daylight_saving(self):
        self.north.tz = "Europe/Paris"
        self.class_n.date_end = date(2026, 4, 5)
        self.class_n.action_generate_sessions()
        hours = {session.slot_date: session.start.hour for session in self.class_n.session_ids}
        self.assertEqual((hours[date(2026, 3, 26)], hours[date(2026, 3, 30)]), (17, 16))

    def test_second_class_in_the_room_is_refused_and_nothing_is_made(self):
        self.class_n.action_generate_sessions()
        self.class_b.room_id = self.room_n
        self.class_b.slot_ids = [Command.create({"weekday": "0", "hour_from": 19, "hour_to": 21})]
        with self.assertRaises(ValidationError) as refusal:
            self.class_b.action_generate_sessions()
        for part in ("Room N", "T-N1", "20:00", "Nguyễn Thị Lan"):
            self.assertIn(part, str(refusal.exception))
        self.assertFalse(self.class_b.session_ids)

    def test_what_is_missing_is_said(self):
        for values, part in (
            ({"slot_ids": [Command.clear()]}, "weekly pattern"),
            ({"date_start": False}, "first day"),
            ({"date_end": False, "session_count": 0}, "last day"),
        ):
            with self.subTest(part), self.cr.savepoint() as savepoint:
                self.class_n.write(values)
                with self.assertRaisesRegex(UserError, part):
                    self.class_n.action_generate_sessions()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_overlapping_pattern_is_refused_by_the_database(self):
        from psycopg2.errors import ExclusionViolation

        from odoo.tools import mute_logger

        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.class_n.slot_ids = [Command.create({"weekday": "0", "hour_from": 19, "hour_to": 21})]

    def test_cancelled_class_leaves_no_bookings(self):
        self.class_n.action_generate_sessions()
        held = self.class_n.session_ids.sorted("start")[0]
        held.action_hold()
        self.class_n.action_cancel()
        self.assertEqual(held.state, "held")
        self.assertEqual(set((self.class_n.session_ids - held).mapped("state")), {"cancelled"})

    def test_queries_do_not_grow_with_the_sessions(self):
        self._historic(self._students(3))
        self.class_n.session_count = 0

        def generate(days):
            self.class_n.session_ids.unlink()
            self.class_n.date_end = date.fromordinal(date(2026, 3, 2).toordinal() + days)
            count = self._count_queries(self.class_n._generate_sessions)
            return count, len(self.class_n.session_ids)

        generate(7)  # everything that is looked up once
        (few, short), (many, long) = generate(27), generate(279)
        self.assertEqual((short, long), (8, 80))
        # Rows are inserted by the hundred: three students on 80 sessions are two more statements.
        self.assertLessEqual(many, few + 3)
        self.assertLess(many, long)
