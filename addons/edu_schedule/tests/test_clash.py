from datetime import datetime

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestClash(ScheduleCommon):
    """Nobody and nothing is in two places at once (S2)."""

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x' AND conrelid IN"
            " ('edu_session'::regclass, 'edu_attendance'::regclass)"
        )
        found = dict(self.env.cr.fetchall())
        for name, column in (
            ("edu_session_teacher_free", "teacher_id"),
            ("edu_session_room_free", "room_id"),
            ("edu_session_class_free", "class_id"),
            ("edu_attendance_student_free", "student_id"),
        ):
            self.assertIn(f"int4range({column}, {column}", found[name])
            self.assertIn("tsrange(start, stop", found[name])
            self.assertIn("'cancelled'", found[name])

    def test_database_refuses_what_python_lets_through(self):
        mine, other = self._session(), self._session(self.class_b)
        for column, value in (
            ("room_id", self.room_n),
            ("teacher_id", self.teacher),
            ("class_id", self.class_n),
        ):
            with (
                self.subTest(column),
                mute_logger("odoo.sql_db"),
                self.assertRaises(ExclusionViolation) as refusal,
                self.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL(
                        "UPDATE edu_session SET %s = %s WHERE id = %s",
                        SQL.identifier(column),
                        value.id,
                        other.id,
                    )
                )
            message = self.env["edu.session"]._sql_error_to_message(refusal.exception)
            self.assertIn("just been", message)
        self.assertTrue(mine.exists())

    def test_form_says_who_where_until_when_with_what_before_saving(self):
        self._session()
        with self.assertRaises(ValidationError) as refusal, Form(self.env["edu.session"]) as form:
            form.class_id = self.class_b
            form.start = datetime(2026, 3, 2, 12)
            form.stop = datetime(2026, 3, 2, 14)
            self.assertFalse(form.conflict_message and "Room N is taken" in form.conflict_message)
            form.room_id = self.room_n
            self.assertIn("Room N is taken", form.conflict_message)
            form.teacher_id = self.teacher
            self.assertIn("Nguyễn Thị Lan is busy", form.conflict_message)
            shown = form.conflict_message
        for part in ("T-N1", "18:00", "20:00", "Room N", "Nguyễn Thị Lan"):
            self.assertIn(part, shown)
            self.assertIn(part, str(refusal.exception))

    def test_end_before_beginning(self):
        session = self._session()
        with Form(session) as form:
            form.start = datetime(2026, 3, 2, 15)  # two hours after the end, while typing
            form.stop = datetime(2026, 3, 2, 16)
        for stop in (session.start, datetime(2026, 3, 1)):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                session.stop = stop
                self.env.flush_all()

    def test_numbers_of_no_record_are_refused_in_words(self):
        """X3: over the API, before a search for clashes meets a number that the database cannot keep."""
        session = self._session()
        self._enroll()
        nobody = 2**40
        for refused in (
            lambda: self._session(day=3, room_id=nobody),
            lambda: session.write({"teacher_id": nobody}),
            lambda: self.env["edu.attendance"].create({"session_id": session.id, "enrollment_id": nobody}),
        ):
            with self.assertRaisesRegex(ValidationError, "no number that can be kept"):
                refused()

    def test_values_of_the_caller_stay_as_they_are(self):
        """An import calls again with the same values."""
        values = {"class_id": self.class_n.id, "start": "2026-03-02 11:00:00", "stop": "2026-03-02 13:00:00"}
        given = dict(values)
        session = self.env["edu.session"].create(given)
        self.assertEqual(given, values)
        self.assertEqual((session.teacher_id, session.room_id), (self.teacher, self.room_n))

    def test_one_ends_where_the_next_begins(self):
        self._session(hour=16)
        self._session(hour=18)
        self.assertEqual(len(self.class_n.session_ids), 2)

    def test_cancelled_sessions_take_no_room(self):
        gone = self._session()
        gone.action_cancel()
        self._session()
        with self.assertRaisesRegex(ValidationError, "another session"):
            gone.action_plan()

    def test_moving_onto_another_session(self):
        self._session(day=2)
        moved = self._session(day=3)
        with self.assertRaisesRegex(ValidationError, "busy"):
            moved.write({"start": datetime(2026, 3, 2, 12), "stop": datetime(2026, 3, 2, 13)})
        moved.write({"start": datetime(2026, 3, 3, 12), "stop": datetime(2026, 3, 3, 15)})
        self.assertEqual(moved.hours, 3)

    def test_clash_inside_one_batch(self):
        values = {
            "start": datetime(2026, 3, 2, 11),
            "stop": datetime(2026, 3, 2, 13),
            "room_id": self.room_n.id,
        }
        with self.assertRaisesRegex(ValidationError, "Room N is taken"):
            self.env["edu.session"].create(
                [{**values, "class_id": self.class_n.id}, {**values, "class_id": self.class_b.id}]
            )

    def test_days_off_and_hours_warn_but_do_not_refuse(self):
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Repairs",
                    "resource_id": self.room_n.resource_id.id,
                    "date_from": datetime(2026, 3, 2),
                    "date_to": datetime(2026, 3, 3),
                }
            ]
        )
        session = self._session()
        self.assertIn("Room N is closed", session.conflict_message)
        night = self._session(day=4, hour=22, hours=1)
        self.assertIn("outside the working hours of Nguyễn Thị Lan", night.conflict_message)
        self.assertFalse(self._session(day=5, hour=9).conflict_message)

    def test_student_in_two_classes(self):
        self._session()
        self._enroll(self.an)
        self._enroll(self.an, class_id=self.class_b.id)
        with self.assertRaises(ValidationError) as refusal:
            self._session(self.class_b, hour=19)
        for part in ("Trần Minh An", "T-N1", "20:00", "Room N"):
            self.assertIn(part, str(refusal.exception))

    def test_hours_are_those_of_the_campus_that_asks(self):
        """A teacher, and a student, who are busy at north from 18:00 (UTC+7): at south (UTC+8) that is 19:00."""
        self.south.tz = "Asia/Shanghai"
        self._session()
        self._historic(self.an)
        self._historic(self.an, class_id=self.class_s.id, campus_id=self.south.id)
        for values, who in (({"teacher_id": self.teacher.id}, "Nguyễn Thị Lan"), ({}, "Trần Minh An")):
            with self.assertRaisesRegex(ValidationError, f"{who} is busy from .* 19:00 until .* 21:00"):
                self._session(self.class_s, hour=19, **values)

    def test_form_says_which_student_is_busy(self):
        self._session()
        self._enroll(self.an)
        self._enroll(self.an, class_id=self.class_b.id)
        other = self._session(self.class_b, day=3)
        with Form(other) as form:
            self.assertNotIn("is busy", form.conflict_message or "")
            form.start, form.stop = datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 13)
            self.assertIn("Trần Minh An is busy", form.conflict_message)
            form.start, form.stop = datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 9)
        new = self.env["edu.session"].new(
            {"class_id": self.class_b.id, "start": datetime(2026, 3, 2, 12), "stop": datetime(2026, 3, 2, 13)}
        )
        self.assertIn("Trần Minh An is busy", new.conflict_message)

    def test_student_cannot_be_enrolled_into_a_clash(self):
        self._session()
        self._session(self.class_b, hour=19)
        self._enroll(self.an)
        late = self._enroll(self.an, class_id=self.class_b.id, confirm=False)
        with self.assertRaisesRegex(ValidationError, "Trần Minh An is busy"):
            late.action_confirm()

    def test_student_is_held_by_the_database(self):
        first, second = self._session(), self._session(self.class_b, day=3)
        self._enroll(self.an)
        self._enroll(self.an, class_id=self.class_b.id)
        line = second.attendance_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE edu_attendance SET start = %s, stop = %s WHERE id = %s",
                [first.start, first.stop, line.id],
            )

    def test_time_of_the_roll_never_differs_from_the_session(self):
        self._historic(self.an | self.binh)
        self.class_n.action_generate_sessions()
        moved, cancelled, back = self.class_n.session_ids.sorted("start")[:3]
        moved.write({"start": datetime(2026, 3, 3, 1), "stop": datetime(2026, 3, 3, 2)})
        (cancelled | back).action_cancel()
        back.action_plan()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*), count(*) FILTER (WHERE (a.start, a.stop, a.session_state) IS DISTINCT FROM"
            " (s.start, s.stop, s.state)) FROM edu_attendance a JOIN edu_session s ON s.id = a.session_id"
        )
        self.assertEqual(self.env.cr.fetchone(), (16, 0))

    def test_session_stays_with_its_class(self):
        with self.assertRaisesRegex(UserError, "stays with its class"):
            self._session().class_id = self.class_b

    def test_looking_for_clashes_takes_one_query_for_all(self):
        sessions = self.env["edu.session"]
        for day in range(2, 22):
            sessions |= self._session(day=day)
        one = self._count_queries(lambda: sessions[0]._check_free({"state": "planned"}))
        all_of_them = self._count_queries(lambda: sessions._check_free({"state": "planned"}))
        self.assertEqual(all_of_them, one)
