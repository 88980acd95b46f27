from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestChanges(ScheduleCommon):
    """What changes of enrolments (E16, E17) do to the timetable: the rolls follow, lessons tell what was missed."""

    def test_late_starters_leave_out_the_lessons_that_were_held(self):
        """Three of eight lessons were given, though only a third of the days is over."""
        self.class_n.action_generate_sessions()
        first = self.class_n.session_ids.sorted("start")[:1]
        first.action_cancel()
        with freeze_time("2026-03-11 12:00:00"):
            enrollment = self._enroll(confirm=False)
            # 2 March was cancelled; 5 and 9 of seven lessons were given.
            self.assertAlmostEqual(enrollment.hours_given, 60 * 2 / 7, 2)
            enrollment.action_join_late()
            self.assertAlmostEqual(enrollment.hours_planned, 60 * 5 / 7, 2)
            enrollment.action_confirm()
        self.assertEqual(enrollment.amount_invoiced, round(9_999_999 * enrollment.hours_planned / 60))

    def test_class_without_timetable_counts_days(self):
        with freeze_time("2026-03-09 12:00:00"):
            self.assertEqual(self.class_b._share_given(), {self.class_b.id: 7 / 28})

    def test_transfer_moves_the_rolls(self):
        self.class_n.action_generate_sessions()
        to_come = self._session(self.class_b, day=4)
        enrollment = self._enroll()
        held = self.class_n.session_ids.sorted("start")[:1]
        held.action_all_present()
        self.env["edu.enrollment.transfer"].create(
            {"enrollment_id": enrollment.id, "target": "class", "target_class_id": self.class_b.id}
        ).action_apply()
        self.assertEqual(enrollment.attendance_ids.session_id, held | to_come)
        self.assertEqual((enrollment.hours_delivered, enrollment.hours_left), (2, 58))

    def test_transfer_into_a_clash_changes_nothing(self):
        """Who learns elsewhere at that hour cannot come (S2): class, seat and rolls stay."""
        self._session(self.class_n, day=2)
        self._session(self.class_b, day=3)
        third = self.class_b.copy({"code": "T-C1", "room_id": False, "teacher_id": False})
        third.action_open()
        self._session(third, day=2, hour=19)
        self._enroll(class_id=third.id)
        enrollment = self._enroll(class_id=self.class_b.id)
        wizard = self.env["edu.enrollment.transfer"].create(
            {"enrollment_id": enrollment.id, "target": "class", "target_class_id": self.class_n.id}
        )
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            wizard.action_apply()
        self.assertEqual(enrollment.class_id, self.class_b)
        self.assertEqual(enrollment.attendance_ids.session_id, self.class_b.session_ids)
        self.assertFalse(enrollment.change_ids)

    def test_who_takes_over_is_on_the_rolls(self):
        self.class_n.action_generate_sessions()
        enrollment = self._enroll()
        self.class_n.session_ids.sorted("start")[:2].action_all_present()
        action = (
            self.env["edu.enrollment.transfer"]
            .create({"enrollment_id": enrollment.id, "target": "student", "target_student_id": self.binh.id})
            .action_apply()
        )
        successor = self.env["edu.enrollment"].browse(action["res_id"])
        self.assertEqual((len(enrollment.attendance_ids), len(successor.attendance_ids)), (2, 6))
        self.assertEqual((enrollment.hours_left, successor.hours_left), (0, 56))

    def test_suspension_takes_off_the_rolls_and_ends_by_itself(self):
        with freeze_time("2026-03-01"):
            self.class_n.action_generate_sessions()
            enrollment = self._enroll()
            enrollment.action_suspend(date(2026, 3, 3), date(2026, 3, 12))
        # 5, 9 and 12 March lie in between.
        self.assertEqual(len(enrollment.attendance_ids), 5)
        states = []
        for day in ("2026-03-02", "2026-03-03", "2026-03-12", "2026-03-13"):
            with freeze_time(day):
                self.env["edu.enrollment"]._cron_suspensions()
            states.append(enrollment.state)
            self.assertEqual(len(enrollment.attendance_ids), 5, day)
        self.assertEqual(states, ["confirmed", "suspended", "suspended", "confirmed"])

    def test_who_comes_back_early_is_expected_again(self):
        with freeze_time("2026-03-01"):
            self.class_n.action_generate_sessions()
            enrollment = self._enroll()
            enrollment.action_suspend(date(2026, 3, 1), date(2026, 3, 20))
            self.assertEqual(len(enrollment.attendance_ids), 2)
        with freeze_time("2026-03-10"):
            enrollment.action_resume()
        days = enrollment.attendance_ids.session_id.sorted("start").mapped(
            lambda session: session._local_day().day
        )
        self.assertEqual(days, [12, 16, 19, 23, 26], "what was missed stays missed")
