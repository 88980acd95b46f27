from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestRights(ScheduleCommon):
    """Who sees and writes the timetable, the roll and the marks (X1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrollment = cls._enroll(cls.an)
        cls.other_enrollment = cls._enroll(cls.binh, class_id=cls.class_b.id)
        cls.mine, cls.other = cls._session(), cls._session(cls.class_b)
        cls.assessment, cls.other_assessment = cls.env["edu.assessment"].create(
            [
                {"class_id": record.id, "name": "Test", "max_score": 10}
                for record in (cls.class_n, cls.class_b)
            ]
        )

    def _seen(self, role, model, records):
        return self.env[model].with_user(self.users[role]).search([("id", "in", records.ids)])

    def test_who_sees_which_sessions(self):
        both = self.mine | self.other
        for role, expected in (
            ("teacher", self.mine),
            ("counsellor", both),
            ("academic", both),
            ("manager", both),
            ("director", both),
            ("stranger", self.mine.browse()),
        ):
            with self.subTest(role):
                self.assertEqual(self._seen(role, "edu.session", both), expected)
                self.assertEqual(
                    self._seen(role, "edu.assessment", self.assessment | self.other_assessment),
                    (self.assessment | self.other_assessment).filtered(
                        lambda a, seen=expected: a.class_id in seen.class_id
                    ),
                )

    def test_counsellors_see_the_attendance_of_their_own_customers(self):
        lines = (self.mine | self.other).attendance_ids
        self.assertEqual(self._seen("counsellor", "edu.attendance", lines), self.mine.attendance_ids)
        self.assertFalse(self._seen("stranger", "edu.attendance", lines))

    def test_teacher_takes_the_own_roll(self):
        session = self.mine.with_user(self.users["teacher"])
        session.write({"topic": "Listening", "homework": "Unit 3"})
        session.action_all_present()
        self.assertEqual((session.state, self.enrollment.hours_delivered), ("held", 2))
        session.attendance_ids.action_excused()
        self.assertEqual(self.enrollment.hours_delivered, 0)

    def test_teacher_takes_no_other_roll(self):
        with self.assertRaises(AccessError):
            self.other.with_user(self.users["teacher"]).action_all_present()
        with self.assertRaises(AccessError):
            self.other.attendance_ids.with_user(self.users["teacher"]).action_present()

    def test_teacher_does_not_make_the_timetable(self):
        session = self.mine.with_user(self.users["teacher"])
        for vals in (
            {"start": datetime(2026, 3, 2, 10)},
            {"teacher_id": self.bao.id},
            {"state": "cancelled"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                session.write(vals)
        with self.assertRaises(AccessError):
            self.class_n.with_user(self.users["teacher"]).action_generate_sessions()
        with self.assertRaises(AccessError):
            session.unlink()

    def test_who_may_not_plan_learns_nothing_of_clashes(self):
        taken = {"class_id": self.class_b.id, "room_id": self.room_n.id}
        times = {"start": self.mine.start, "stop": self.mine.stop}
        for role in ("teacher", "counsellor", "cashier"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["edu.session"].with_user(self.users[role]).create({**taken, **times})
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["edu.attendance"].with_user(self.users[role]).create(
                    {"session_id": self.other.id, "enrollment_id": self.enrollment.id}
                )

    def test_substitute_sees_and_takes_the_roll_of_the_one_session(self):
        later = self._session(self.class_b, day=4)
        substituted = self._session(self.class_b, day=5)
        substituted.teacher_id = self.teacher
        session = substituted.with_user(self.users["teacher"])
        session.action_all_present()
        self.assertEqual(session.attendance_ids.student_id.name, "Lê Văn Bình")
        self.assertEqual(session.class_id.code, "T-B1")
        self.assertEqual(self._seen("teacher", "edu.session", later | substituted), substituted)
        with self.assertRaises(AccessError):
            self.env["edu.grade"].with_user(self.users["teacher"]).create(
                {
                    "assessment_id": self.other_assessment.id,
                    "enrollment_id": self.other_enrollment.id,
                    "score": 5,
                }
            )

    def test_teacher_enters_marks_in_the_own_grid(self):
        teacher = self.users["teacher"]
        sheet = self.env["edu.grade.sheet"].with_user(teacher).create({"class_id": self.class_n.id})
        sheet.line_ids.mark = "7"
        sheet.action_apply()
        self.assertEqual(self.assessment.grade_ids.score, 7)
        with self.assertRaises(AccessError):
            self.env["edu.grade.sheet"].with_user(teacher).create({"class_id": self.class_b.id})

    def test_academic_staff_plan_and_move(self):
        academic = self.users["academic"]
        self.class_b.slot_ids = [Command.create({"weekday": "2", "hour_from": 9, "hour_to": 11})]
        self.class_b.with_user(academic).action_generate_sessions()
        session = self.class_b.session_ids.filtered("slot_id")[0].with_user(academic)
        session.write({"start": datetime(2026, 3, 4, 3), "stop": datetime(2026, 3, 4, 5)})
        self.assertEqual(session.attendance_ids.start, datetime(2026, 3, 4, 3))

    def test_counsellors_and_strangers_write_nothing(self):
        for role in ("counsellor", "stranger"):
            for record, vals in (
                (self.mine, {"topic": "x"}),
                (self.mine.attendance_ids, {"status": "present"}),
                (self.assessment, {"name": "x"}),
            ):
                with self.subTest(role=role, model=record._name), self.assertRaises(AccessError):
                    record.with_user(self.users[role]).write(vals)

    def test_counsellor_confirms_and_the_roll_follows(self):
        student = self._students(1)
        student.user_id = self.users["counsellor"]
        enrollment = self._enroll(student, confirm=False)
        enrollment.with_user(self.users["counsellor"]).action_confirm()
        self.assertEqual(enrollment.attendance_ids.session_id, self.mine)

    def test_cashier_reads_and_does_not_write(self):
        cashier = self.users["cashier"]
        self.assertTrue(self.mine.with_user(cashier).attendance_ids.mapped("charge_explanation"))
        self.assertIsNotNone(self.enrollment.with_user(cashier).final_mark)
        with self.assertRaises(AccessError):
            self.mine.attendance_ids.with_user(cashier).write({"status": "present"})
