from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..tools.dates import share_of_days
from ..tools.money import prorated
from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestChange(EnrollmentCommon):
    """E17: join mid-course, suspend and resume, withdraw, renew; E18: hours lapse. All of it is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _withdraw(self, enrollment, **values):
        return (
            self.env["edu.enrollment.cancel"]
            .create({"enrollment_id": enrollment.id, **values})
            .action_apply()
        )

    # ------------------------------------------------------------------ pure functions
    def test_share_of_days(self):
        start, end = date(2026, 3, 1), date(2026, 3, 10)
        for today, share in (
            (date(2026, 2, 1), 0.0),
            (start, 0.0),
            (date(2026, 3, 6), 0.5),
            (end, 0.9),
            (date(2026, 4, 1), 1.0),
        ):
            self.assertEqual(share_of_days(start, end, today), share)
        self.assertEqual(share_of_days(None, end, end), 0.0)

    def test_prorated(self):
        self.assertEqual(prorated(9_999_999, 20, 60, 1), 3_333_333)
        self.assertEqual(prorated(100, 1, 3, 0.01), 33.33)
        self.assertEqual(prorated(100, 1, 3, 0.001), 33.333)
        self.assertEqual(prorated(100, 5, 0, 1), 100)

    # ------------------------------------------------------------------ joining late
    def test_join_mid_course(self):
        self.class_n.write(
            {"date_start": self.today - timedelta(days=10), "date_end": self.today + timedelta(days=29)}
        )
        enrollment = self._enroll(confirm=False)
        self.assertEqual(enrollment.hours_given, 15)
        enrollment.action_join_late()
        self.assertEqual((enrollment.hours_planned, enrollment.price), (45, 7_499_999))
        enrollment.action_confirm()
        self.assertEqual((enrollment.amount_invoiced, enrollment.hours_left), (7_499_999, 45))
        self.assertEqual(sum(enrollment.instalment_ids.mapped("amount_currency")), 7_499_999)
        self.assertEqual(
            enrollment.change_ids.mapped(lambda change: (change.kind, change.hours)), [("late", 15)]
        )

    def test_join_late_with_a_rate_of_discount(self):
        enrollment = self._enroll(confirm=False, discount_rate=10, is_prorated=True, hours_planned=20)
        self.assertEqual((enrollment.price, enrollment.discount_amount), (3_333_333, 333_333))

    def test_only_what_was_given_is_left_out(self):
        """E17, E20: a price pro rata is no way round the approval of a discount; a manager may do more."""
        self.class_n.write(
            {"date_start": self.today - timedelta(days=10), "date_end": self.today + timedelta(days=29)}
        )
        counsellor = self.users["counsellor"]
        for values in (
            {"is_prorated": True, "hours_planned": 44},
            {"is_prorated": True, "hours_planned": 0},
            {"is_prorated": True, "hours_planned": 61},
            {"hours_planned": 4_000},
        ):
            with self.subTest(values):
                enrollment = self._enroll(confirm=False, **values)
                with self.assertRaisesRegex(UserError, "ask a campus manager"), self.cr.savepoint():
                    enrollment.with_user(counsellor).action_confirm()
                self.assertEqual(enrollment.state, "draft")
        enrollment.write({"is_prorated": True, "hours_planned": 45})
        enrollment.with_user(counsellor).action_confirm()
        other = self._enroll(self.binh, confirm=False, hours_planned=70)
        other.with_user(self.users["manager"]).action_confirm()
        self.assertEqual((enrollment.hours_left, other.hours_left), (45, 70))

    def test_nothing_to_leave_out(self):
        self.class_n.write(
            {"date_start": self.today + timedelta(days=1), "date_end": self.today + timedelta(days=9)}
        )
        with self.assertRaisesRegex(UserError, "given no hours"):
            self._enroll(confirm=False).action_join_late()

    def test_copy_is_sold_anew(self):
        """E8, E17: a copy is another sale: of the whole package, registered by who made the copy."""
        self.class_n.write(
            {"date_start": self.today - timedelta(days=10), "date_end": self.today + timedelta(days=29)}
        )
        enrollment = self._enroll(confirm=False, user_enrolling_id=self.users["counsellor"].id)
        enrollment.action_join_late()
        copy = enrollment.with_user(self.users["manager"]).copy()
        self.assertEqual(copy.user_enrolling_id, self.users["manager"])
        self.assertEqual((copy.is_prorated, copy.hours_planned, copy.price), (False, 60, 9_999_999))

    def test_confirmed_is_not_prorated_any_more(self):
        with self.assertRaisesRegex(UserError, "is confirmed"):
            self._enroll().with_user(self.users["manager"]).is_prorated = True

    # ------------------------------------------------------------------ suspension
    def test_suspend_today_and_resume(self):
        enrollment = self._enroll()
        enrollment.action_suspend(
            date_to=fields.Date.to_string(self.today + timedelta(days=7)), reason="Exams"
        )
        self.assertEqual((enrollment.state, enrollment.suspend_from), ("suspended", self.today))
        self.assertEqual(self.class_n.seats_taken, 1)
        self.env["edu.enrollment"]._cron_suspensions()
        self.assertEqual(enrollment.state, "suspended")
        enrollment.action_resume()
        self.assertEqual((enrollment.state, enrollment.suspend_to), ("confirmed", False))
        self.assertCountEqual(enrollment.change_ids.mapped("kind"), ["suspend", "resume"])

    def test_suspension_ahead_begins_and_ends_by_itself(self):
        enrollment = self._enroll()
        wizard = Form(self.env["edu.enrollment.suspend"].with_context(default_enrollment_id=enrollment.id))
        wizard.date_from, wizard.date_to = self.today + timedelta(days=3), self.today + timedelta(days=5)
        wizard.save().action_apply()
        self.assertEqual(
            (enrollment.state, enrollment.suspend_from), ("confirmed", self.today + timedelta(days=3))
        )
        for days, state in ((0, "confirmed"), (3, "suspended"), (5, "suspended"), (6, "confirmed")):
            with freeze_time(self.today + timedelta(days=days)):
                self.env["edu.enrollment"]._cron_suspensions()
                self.env["edu.enrollment"]._cron_suspensions()
            self.assertEqual(enrollment.state, state, days)
        self.assertEqual(
            enrollment.change_ids.sorted("id").mapped("kind"), ["suspend", "resume"], "counted once each"
        )

    def test_suspension_follows_the_day_of_the_campus(self):
        """E17: 17:30 in UTC, the clock of the server, is half past midnight of the next day in Hanoi."""
        enrollment, elsewhere = self._enroll(), self._enroll(self.binh)
        first = self.today + timedelta(days=10)
        (enrollment | elsewhere).action_suspend(first, first + timedelta(days=1))
        self.south.tz = "America/Bogota"
        elsewhere.sudo().write({"class_id": False, "campus_id": self.south.id})
        for days, state, theirs in (
            (-2, "confirmed", "confirmed"),
            (-1, "suspended", "confirmed"),
            (0, "suspended", "suspended"),
            (1, "confirmed", "suspended"),
            (2, "confirmed", "confirmed"),
        ):
            with freeze_time(datetime.combine(first + timedelta(days=days), time(17, 30))):
                self.env["edu.enrollment"]._cron_suspensions()
            self.assertEqual((enrollment.state, elsewhere.state), (state, theirs), days)

    def test_suspending_many_costs_little_more(self):
        """Figures: who begins, ends and is counted is written at once."""
        self.class_n.seats_limited = False
        students = self.env["edu.student"].create(
            [{"name": f"S{index}", "campus_id": self.north.id} for index in range(22)]
        )
        enrollments = self._enroll(students)

        def suspend(some):
            some.action_suspend(self.today, self.today)
            with freeze_time(self.today + timedelta(days=2)):
                some._cron_suspensions()
            self.assertEqual(set(some.mapped("state")), {"confirmed"})

        many, few = (
            self._count_queries(lambda some=some: suspend(some))
            for some in (enrollments[2:], enrollments[:2])
        )
        self.assertLess(many - few, 18 * 12)

    def test_missed_days_of_the_cron_do_not_suspend_afterwards(self):
        enrollment = self._enroll()
        enrollment.action_suspend(self.today + timedelta(days=3), self.today + timedelta(days=5))
        with freeze_time(self.today + timedelta(days=9)):
            self.env["edu.enrollment"]._cron_suspensions()
        self.assertEqual(enrollment.state, "confirmed")
        with self.assertRaisesRegex(UserError, "not suspended"), freeze_time(self.today + timedelta(days=9)):
            enrollment.action_resume()

    def test_suspension_ahead_is_called_off(self):
        enrollment = self._enroll()
        enrollment.action_suspend(self.today + timedelta(days=3))
        enrollment.action_resume()
        with freeze_time(self.today + timedelta(days=3)):
            self.env["edu.enrollment"]._cron_suspensions()
        self.assertEqual(enrollment.state, "confirmed")

    def test_dates_in_the_wrong_order(self):
        enrollment = self._enroll()
        for start, end in ((0, -1), (5, 4)):
            with self.assertRaisesRegex(UserError, "neither past nor before"):
                enrollment.action_suspend(
                    self.today + timedelta(days=start), self.today + timedelta(days=end)
                )
        with self.assertRaisesRegex(UserError, "cannot become"):
            self._enroll(self.binh, confirm=False).action_suspend()
        with self.assertRaisesRegex(UserError, "not suspended"):
            enrollment.action_resume()

    # ------------------------------------------------------------------ withdrawal
    def test_withdraw_and_keep_the_credit(self):
        enrollment = self._enroll()
        self._collect(enrollment, 6_000_000, journal_id=self.journal.id)
        self._deliver(enrollment, 6)
        self._withdraw(enrollment, reason="Moved house")
        self.assertEqual((enrollment.state, enrollment.amount_credit), ("cancelled", 5_000_000))
        change = enrollment.change_ids
        self.assertEqual((change.kind, change.hours, change.reason), ("withdraw", 54, "Moved house"))
        self.assertFalse(enrollment.refund_ids)
        self._withdraw(enrollment)
        self.assertEqual(len(enrollment.change_ids), 1)

    def test_withdraw_with_refund(self):
        enrollment = self._enroll()
        self._collect(enrollment, 6_000_000, journal_id=self.journal.id)
        self._withdraw(enrollment, money="refund")
        refund = enrollment.refund_ids
        self.assertEqual((refund.state, refund.amount), ("draft", 6_000_000))
        refund.action_approve()
        refund.action_pay()
        self.assertEqual((enrollment.amount_credit, enrollment.amount_refunded), (0, 6_000_000))

    def test_refund_above_the_balance_cancels_nothing(self):
        enrollment = self._enroll()
        self._collect(enrollment, 6_000_000, journal_id=self.journal.id)
        with self.assertRaisesRegex(ValidationError, "at most"), self.env.cr.savepoint():
            self._withdraw(enrollment, money="refund", amount_refund=6_000_001)
        self.assertEqual(enrollment.state, "confirmed")

    def test_withdraw_and_move_opens_the_transfer(self):
        enrollment = self._enroll()
        action = self._withdraw(enrollment, money="move", reason="Sister")
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(
            (wizard.target, wizard.reason, wizard.enrollment_id), ("enrollment", "Sister", enrollment)
        )
        self.assertEqual(enrollment.state, "confirmed")

    # ------------------------------------------------------------------ renewal
    def test_renew_once(self):
        enrollment = self._enroll()
        action = enrollment.action_renew()
        self.assertEqual(enrollment.action_renew()["res_id"], action["res_id"])
        renewal = self.env["edu.enrollment"].browse(action["res_id"])
        self.assertEqual(
            (renewal.state, renewal.renewed_from_id, renewal.type), ("draft", enrollment, "existing")
        )
        self.assertFalse(enrollment.change_ids)
        renewal.class_id = self.class_n.copy({"code": "N3"})
        renewal.class_id.action_open()
        renewal.action_confirm()
        self.assertEqual(
            enrollment.change_ids.mapped(lambda change: (change.kind, change.target_enrollment_id)),
            [("renew", renewal)],
        )

    # ------------------------------------------------------------------ lapse
    def test_hours_lapse_and_are_earned(self):
        self.company.write(
            {
                "edu_defer_revenue": True,
                "edu_deferred_account_id": self.env["account.account"]
                .create({"name": "Deferred", "code": "338700", "account_type": "liability_current"})
                .id,
            }
        )
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999, journal_id=self.journal.id)
        self._deliver(enrollment, 59)
        with self.assertRaisesRegex(UserError, "not completed"):
            enrollment.action_expire_hours()
        enrollment.action_complete()
        with self.assertRaises(AccessError):
            enrollment.with_user(self.users["counsellor"]).action_expire_hours()
        enrollment.action_expire_hours()
        enrollment.action_expire_hours()
        self.assertEqual((enrollment.hours_left, enrollment.hours_expired), (0, 1))
        self.assertEqual((enrollment.amount_deferred, enrollment.amount_refundable), (0, 0))
        self.assertEqual(enrollment.amount_delivered + enrollment.amount_expired, 9_999_999)
        moves = self.env["edu.ledger.entry"].sudo()._recognize(self.company, self.today)
        deferred = moves.line_ids.filtered(
            lambda line: line.account_id == self.company.edu_deferred_account_id
        )
        self.assertEqual(sum(deferred.mapped("balance")), 9_999_999)

    def test_lapsed_without_a_lesson_is_not_refundable(self):
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999, journal_id=self.journal.id)
        enrollment.action_complete()
        enrollment.action_expire_hours()
        self.assertEqual(enrollment.amount_refundable, 0)

    def test_package_without_hours_is_earned_when_completed(self):
        """E19: what was sold without hours does not stay deferred for ever."""
        package = self._make_package(name="Mock exam", price=500_000, hours=0, kind="hours")
        enrollment = self._enroll(package_id=package.id)
        self.assertEqual(enrollment.amount_deferred, 500_000)
        enrollment.action_complete()
        self.assertEqual((enrollment.amount_deferred, enrollment.amount_expired), (0, 500_000))

    def test_dialogs_tell_nothing_of_what_is_hidden(self):
        """X1: a dialog made over the API for somebody else's enrolment, student or class is refused."""
        foreign = self._enroll(
            self.chi, campus_id=self.south.id, class_id=self.class_s.id, user_id=self.users["stranger"].id
        )
        mine = self._enroll()
        # What other sessions read stays in their memory.
        self.env.invalidate_all()
        for model, role in (
            ("edu.enrollment.cancel", "counsellor"),
            ("edu.enrollment.transfer", "counsellor"),
            ("edu.enrollment.suspend", "counsellor"),
            ("edu.enrollment.collect", "manager"),
        ):
            dialog = self.env[model].with_user(self.users[role])
            with self.subTest(model), self.assertRaises(AccessError):
                dialog.create({"enrollment_id": foreign.id})
            with self.subTest(model), self.assertRaises(AccessError):
                dialog.create({"enrollment_id": mine.id}).enrollment_id = foreign
            figures = {name: {} for name in dialog._fields if name.startswith(("amount", "hours", "student"))}
            if figures:
                self.env.invalidate_all()
                with self.subTest(model), self.assertRaises(AccessError):
                    dialog.onchange({"enrollment_id": foreign.id}, ["enrollment_id"], figures)
        with self.assertRaises(AccessError):
            self.env["edu.enrollment.transfer"].with_user(self.users["counsellor"]).create(
                {"enrollment_id": mine.id, "target": "student", "target_student_id": self.chi.id}
            )
        with self.assertRaises(AccessError):
            self.env["edu.class.promote"].with_user(self.users["academic"]).create(
                {"class_id": self.class_n.id, "enrollment_ids": [Command.set(foreign.ids)]}
            )

    def test_dialogs_propose_the_day_at_the_campus(self):
        """E11, E16, E17: wherever the user is, a dialog proposes the day that it is at the campus."""
        enrollment = self._enroll()
        director = self.users["director"]
        with freeze_time("2026-11-30 20:00:00"):
            self._assert_dialogs_propose(director, False, enrollment)
            self._assert_dialogs_propose(director, "America/New_York", enrollment)

    def _assert_dialogs_propose(self, director, tz, enrollment):
        director.tz = tz
        self.assertEqual(fields.Date.context_today(enrollment.with_user(director)), date(2026, 11, 30))
        for model, name in (
            ("edu.enrollment.collect", "date"),
            ("edu.enrollment.transfer", "date"),
            ("edu.enrollment.suspend", "date_from"),
        ):
            dialog = self.env[model].with_user(director).with_context(default_enrollment_id=enrollment.id)
            with self.subTest(model, tz=tz):
                self.assertEqual(Form(dialog)[name], date(2026, 12, 1))
                self.assertEqual(dialog.create({})[name], date(2026, 12, 1))
