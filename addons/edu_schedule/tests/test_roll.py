from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestRoll(ScheduleCommon):
    """The roll, what it charges, and the hours ledger (S7, S8, E18)."""

    def _entries(self, enrollment):
        return (
            enrollment.ledger_ids.filtered(lambda entry: entry.kind == "delivery")
            .sorted("id")
            .mapped("hours")
        )

    def test_story_of_a_student(self):
        """Enrolled, on the roll, present, corrected, corrected back, left."""
        self.class_n.action_generate_sessions()
        enrollment = self._enroll(self.an)
        self.assertEqual(len(enrollment.attendance_ids), 8)
        self.assertFalse(any(enrollment.attendance_ids.mapped("status")))
        session = self.class_n.session_ids.sorted("start")[0]
        line = session.attendance_ids

        line.action_present()
        self.assertEqual((session.state, line.charged_hours), ("held", 2.0))
        self.assertEqual(self._entries(enrollment), [-2.0])
        self.assertEqual(
            enrollment.ledger_ids.filtered(lambda e: e.kind == "delivery").date, date(2026, 3, 2)
        )
        self.assertEqual((enrollment.hours_delivered, enrollment.hours_left), (2.0, 58.0))
        self.assertEqual(enrollment.amount_delivered, 333_333)  # 9,999,999 × 2 / 60

        line.action_present()
        session.action_hold()
        self.assertEqual(self._entries(enrollment), [-2.0], "once more: nothing more")

        line.write({"status": "excused"})
        self.assertEqual(self._entries(enrollment), [-2.0, 2.0])
        self.assertEqual(enrollment.hours_delivered, 0)
        line.write({"status": "absent"})
        self.assertEqual(self._entries(enrollment), [-2.0, 2.0, -2.0])

        enrollment.action_cancel()
        self.assertEqual(enrollment.attendance_ids, line, "what is to come is taken off, what was stays")

    def test_all_present_marks_the_rest(self):
        session = self._session()
        enrollments = self._enroll(self.an | self.binh)
        first, second = session.attendance_ids
        first.action_absent()
        self.assertEqual((session.state, enrollments.mapped("hours_delivered")), ("planned", [0, 0]))
        session.action_all_present()
        self.assertEqual((first.status, second.status, session.state), ("absent", "present", "held"))
        self.assertEqual(enrollments.mapped("hours_delivered"), [2, 2], "absent without a reason is charged")
        self.assertEqual((session.present_count, session.absent_count, session.unmarked_count), (1, 1, 0))

    def test_roll_goes_to_the_ledger_once(self):
        """Lines of a session that is held by them, and of one that was held before: each line is booked once."""
        held, planned = self._session(), self._session(day=3)
        enrollments = self._enroll(self.an | self.binh)
        held.action_hold()
        lines = held.attendance_ids | planned.attendance_ids[0]
        lines.action_present()
        self.assertEqual((held.state, planned.state), ("held", "held"))
        self.assertEqual(enrollments.mapped("hours_delivered"), [4, 2])
        deliveries = enrollments.ledger_ids.filtered(lambda entry: entry.kind == "delivery")
        self.assertEqual(sorted(entry.origin.id for entry in deliveries), sorted(lines.ids))

    def test_notice(self):
        reason = self.env["edu.absence.reason"].create(
            {"name": "Trip", "charge": "notice", "notice_hours": 24}
        )
        session = self._session()
        enrollment = self._enroll(self.an)
        line = session.attendance_ids
        line.write(
            {"status": "absent", "reason_id": reason.id, "notice_date": session.start - timedelta(hours=24)}
        )
        session.action_hold()
        self.assertEqual((line.charged_hours, self._entries(enrollment)), (0, []))
        self.assertIn("reported in time", line.charge_explanation)
        line.notice_date = session.start - timedelta(hours=23)
        self.assertEqual(self._entries(enrollment), [-2.0])
        self.assertIn("not reported in time", line.charge_explanation)
        reason.charge = "none"
        self.assertEqual(line.charged_hours, 2.0, "another rule does not change what was charged")

    def test_report_is_dated_when_it_comes_in(self):
        session = self._session()
        self._enroll(self.an)
        reason = self.env.ref("edu_schedule.edu_absence_reason_illness")
        session.attendance_ids.reason_id = reason
        self.assertLess(fields.Datetime.now() - session.attendance_ids.notice_date, timedelta(minutes=5))

    def test_taking_back_that_it_was_held_takes_the_hours_back(self):
        session = self._session()
        enrollment = self._enroll(self.an)
        session.action_all_present()
        session.action_plan()
        self.assertEqual(self._entries(enrollment), [-2.0, 2.0])
        session.action_cancel()
        self.assertEqual(enrollment.hours_delivered, 0)

    def test_corrected_after_who_was_taught_has_left(self):
        """E17, S8: hours of a lesson that is excused afterwards are credited; not in a locked period, and not half."""
        session = self._session()
        left, goes_on = both = self._enroll(self.an | self.binh)
        session.action_all_present()
        left.action_cancel()
        self.assertEqual((left.amount_invoiced, left.hours_delivered, left.hours_left), (333_333, 2, 0))
        lines = session.attendance_ids.with_user(self.users["teacher"])
        entries, moves = both.ledger_ids, both.invoice_ids
        self.company.fiscalyear_lock_date = date(2099, 12, 31)
        with self.assertRaisesRegex(UserError, f"{left.name}.* books are closed"), self.cr.savepoint():
            lines.write({"status": "excused"})
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("status"), ["present", "present"])
        self.assertEqual((both.ledger_ids, both.invoice_ids), (entries, moves))
        self.company.fiscalyear_lock_date = False
        lines.write({"status": "excused"})
        self.assertEqual((left.hours_delivered, left.hours_left, left.amount_deferred), (0, 0, 0))
        self.assertEqual((left.amount_invoiced, left.amount_due), (0, 0))
        self.assertEqual((goes_on.hours_left, goes_on.amount_invoiced), (60, 9_999_999))
        lines.write({"status": "excused"})
        self.assertEqual(len(left.invoice_ids), 3, "once more: nothing more")

    def test_correcting_the_length_corrects_the_hours(self):
        session = self._session()
        enrollment = self._enroll(self.an)
        session.action_all_present()
        # Without a time zone of the user's it is tomorrow at the campus already, and the books say so.
        self.env.user.tz = False
        with freeze_time("2026-03-04 20:00:00"):
            session.with_context(tz=False).stop = datetime(2026, 3, 2, 14)
        self.assertEqual(self._entries(enrollment), [-2.0, -1.0])
        self.assertEqual(enrollment.ledger_ids.sorted("id")[-1].date, date(2026, 3, 5))

    def test_cancelled_session_is_not_held(self):
        session = self._session()
        session.action_cancel()
        with self.assertRaisesRegex(UserError, "cannot become"):
            session.action_hold()

    def test_held_sessions_and_marked_lines_are_kept(self):
        session = self._session()
        self._enroll(self.an)
        session.action_all_present()
        with self.assertRaisesRegex(UserError, "has been held"):
            session.unlink()
        with self.assertRaisesRegex(UserError, "roll says"):
            session.attendance_ids.unlink()

    def test_suspended_students_are_not_on_the_rolls_to_come(self):
        enrollment = self._enroll(self.an)
        self.class_n.action_generate_sessions()
        held = self.class_n.session_ids.sorted("start")[0]
        held.action_all_present()
        with freeze_time("2026-03-03"):
            enrollment.action_suspend()
            self.assertEqual(enrollment.attendance_ids.session_id, held)
            enrollment.action_resume()
        self.assertEqual(len(enrollment.attendance_ids), 8)

    def test_change_of_class_changes_the_rolls(self):
        self.class_n.action_generate_sessions()
        other = self._session(self.class_b, day=3)
        enrollment = self._enroll(self.an)
        enrollment.sudo().write({"class_id": self.class_b.id})
        self.assertEqual(enrollment.attendance_ids.session_id, other)

    def test_trial_lessons_have_no_roll(self):
        self._enroll(self.an)
        self.assertFalse(self._session(kind="trial").attendance_ids)

    def test_attendance_rate(self):
        enrollment = self._enroll(self.an)
        self.class_n.action_generate_sessions()
        lines = enrollment.attendance_ids.sorted("start")[:4]
        for line, action in zip(lines, ("present", "late", "present", "absent"), strict=True):
            getattr(line, f"action_{action}")()
        self.assertEqual((enrollment.attendance_rate, enrollment.attendance_count), (100, 3))
        lines[3].session_id.action_hold()
        self.assertEqual((enrollment.attendance_rate, enrollment.attendance_count), (75, 4))

    def test_charged_hours_are_not_typed(self):
        self._session()
        line = self._enroll(self.an).attendance_ids
        with self.assertRaises(AccessError):
            line.with_user(self.users["manager"]).charged_hours = 9
        with self.assertRaisesRegex(UserError, "stays with"):
            line.with_user(self.users["manager"]).session_id = self._session(day=3)

    def test_queries_and_chatter_of_a_roll(self):
        def measure(count):
            group = self.class_b.copy({"code": f"T-{count}", "seats_limited": False, "state": "open"})
            self._historic(self._students(count), class_id=group.id)
            lines = self._session(group, day=2 + count % 7, hour=9).attendance_ids
            queries = self._count_queries(lines.action_present)
            self.assertEqual(len(lines), count)
            return queries

        messages = self.env["mail.message"].search_count([("model", "in", ("edu.attendance", "edu.session"))])
        measure(1)
        few, many = measure(9), measure(90)
        # Values are written by the hundred rows.
        self.assertLessEqual(many, few + 3)
        self.assertEqual(
            self.env["mail.message"].search_count([("model", "in", ("edu.attendance", "edu.session"))]),
            messages,
        )
