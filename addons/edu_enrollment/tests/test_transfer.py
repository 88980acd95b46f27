from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestTransfer(EnrollmentCommon):
    """E16, E17: class, student, package and money change hands; hours and money stay exact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee_account = cls.env["account.account"].create(
            {"name": "Fees", "code": "707707", "account_type": "income_other"}
        )
        cls.company.edu_transfer_fee_account_id = cls.fee_account
        cls.class_2 = cls.class_n.copy({"name": "Second", "code": "N2"})
        cls.class_2.action_open()

    def _transfer(self, enrollment, target, user=None, **values):
        wizard = (
            self.env["edu.enrollment.transfer"]
            .with_user(user or self.env.user)
            .create({"enrollment_id": enrollment.id, "target": target, **values})
        )
        action = wizard.action_apply()
        return self.env["edu.enrollment"].browse(action["res_id"])

    def _assert_closed(self, *enrollments):
        """Hours and money add up: E18, and number 6 of the money rules."""
        for enrollment in enrollments:
            self.assertAlmostEqual(
                enrollment.hours_total,
                enrollment.hours_delivered
                + enrollment.hours_left
                + enrollment.hours_moved
                + enrollment.hours_refunded
                + enrollment.hours_expired,
                2,
            )
            moves = enrollment.invoice_ids.filtered(lambda move: move.move_type != "entry")
            net = sum(moves.mapped("amount_untaxed_signed"))
            self.assertEqual(
                net,
                enrollment.amount_delivered + enrollment.amount_expired + enrollment.amount_deferred,
            )
            self.assertEqual(
                enrollment.amount_invoiced,
                enrollment.amount_paid
                - enrollment.amount_credit
                + sum(moves.filtered(lambda move: move.move_type == "out_invoice").mapped("amount_residual")),
            )

    # ------------------------------------------------------------------ class
    def test_another_class_keeps_hours_and_money(self):
        enrollment = self._enroll()
        self._collect(enrollment, 4_000_000, journal_id=self.journal.id)
        result = self._transfer(enrollment, "class", target_class_id=self.class_2.id, reason="Evenings suit")
        self.assertEqual(result, enrollment)
        self.assertEqual(enrollment.class_id, self.class_2)
        self.assertEqual((self.class_n.seats_taken, self.class_2.seats_taken), (0, 1))
        self.assertEqual((enrollment.hours_left, enrollment.amount_paid), (60, 4_000_000))
        change = enrollment.change_ids
        self.assertEqual(
            (change.kind, change.class_id, change.target_class_id, change.reason),
            ("class", self.class_n, self.class_2, "Evenings suit"),
        )

    def test_full_class_refuses(self):
        self.class_2.capacity = 1
        self._enroll(self.binh, class_id=self.class_2.id)
        enrollment = self._enroll()
        with self.assertRaisesRegex(UserError, "is full"), self.env.cr.savepoint():
            self._transfer(enrollment, "class", target_class_id=self.class_2.id)
        self.assertEqual(enrollment.class_id, self.class_n)

    def test_class_that_the_package_does_not_cover(self):
        other = self.class_2.copy(
            {"program_id": self.program.copy({"name": "Other", "code": "OTH"}).id, "code": "X9"}
        )
        other.program_id.action_submit()
        other.program_id.action_publish()
        other.action_open()
        with self.assertRaisesRegex(UserError, "does not cover"), self.env.cr.savepoint():
            self._transfer(self._enroll(), "class", target_class_id=other.id)

    def test_class_of_another_campus_takes_over(self):
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999, journal_id=self.journal.id)
        self._deliver(enrollment, 20)
        result = self._transfer(
            enrollment, "class", target_class_id=self.class_s.id, amount=enrollment.amount_refundable
        )
        self.assertNotEqual(result, enrollment)
        self.assertEqual((result.campus_id, result.student_id), (self.south, self.an))
        self.assertEqual((result.hours_left, result.amount_due), (40, 0))
        self._assert_closed(enrollment, result)

    # ------------------------------------------------------------------ student
    def test_another_student_goes_on_at_the_price_really_paid(self):
        enrollment = self._enroll(discount_amount=1_000_001)
        self._collect(enrollment, 5_000_000, journal_id=self.journal.id)
        self._deliver(enrollment, 7)
        worth, hours = enrollment.amount_deferred, enrollment.hours_left
        available = enrollment.amount_refundable
        result = self._transfer(enrollment, "student", target_student_id=self.binh.id)
        self.assertEqual((result.student_id, result.partner_id), (self.binh, self.binh.partner_id))
        self.assertEqual(
            (result.state, result.sales_stage, result.moved_from_id), ("confirmed", "moved", enrollment)
        )
        self.assertEqual((enrollment.state, enrollment.sales_stage), ("cancelled", "failure"))
        self.assertEqual((result.amount_total, result.hours_left), (worth, hours))
        self.assertEqual((result.amount_paid, result.amount_due), (available, worth - available))
        self.assertEqual((enrollment.amount_due, enrollment.amount_credit), (0, 0))
        self.assertEqual(enrollment.hours_moved, hours)
        self.assertEqual(result.ledger_ids.mapped("kind"), ["move_in"])
        self._assert_closed(enrollment, result)

    def test_the_seat_goes_over_before_anybody_waiting(self):
        """In a full class with a queue, whoever takes over has the seat (E17, E23)."""
        self.class_n.capacity = 1
        enrollment = self._enroll()
        dung = self.env["edu.student"].create({"name": "Dung", "campus_id": self.north.id})
        queued = self._enroll(dung, confirm=False)
        queued.action_join_waitlist()
        result = self._transfer(enrollment, "student", target_student_id=self.binh.id)
        self.assertEqual((result.class_id, result.state), (self.class_n, "confirmed"))
        self.assertEqual(queued.waitlist_ids.state, "waiting")
        result.action_cancel()
        self.assertEqual(queued.waitlist_ids.state, "offered")

    def test_package_no_longer_on_sale_can_be_taken_over(self):
        enrollment = self._enroll()
        self.package.write({"date_from": "2020-01-01", "date_to": "2020-12-31"})
        result = self._transfer(enrollment, "student", target_student_id=self.binh.id)
        self.assertEqual(result.state, "confirmed")

    # ------------------------------------------------------------------ package
    def test_convert_to_another_package(self):
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999, journal_id=self.journal.id)
        self._deliver(enrollment, 20)
        left = enrollment.amount_refundable
        package = self._make_package(name="Private", price=20_000_000, hours=30)
        result = self._transfer(
            enrollment, "package", target_package_id=package.id, target_class_id=self.class_2.id
        )
        self.assertEqual((result.package_id, result.price, result.amount_paid), (package, 20_000_000, left))
        self.assertEqual(result.amount_due, 20_000_000 - left)
        self.assertEqual(enrollment.amount_paid, 9_999_999 - left)
        self.assertEqual(set(result.ledger_ids.mapped("kind")), {"move_in", "purchase"})
        self.assertEqual(sum(result.ledger_ids.mapped("amount")), 20_000_000)
        self.assertEqual(result.hours_total, 30)
        self._assert_closed(enrollment, result)

    def test_cheaper_package_leaves_credit(self):
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999, journal_id=self.journal.id)
        package = self._make_package(name="Short", price=1_000_000, hours=6)
        result = self._transfer(
            enrollment, "package", target_package_id=package.id, target_class_id=self.class_2.id
        )
        self.assertEqual((result.amount_due, result.amount_credit), (-8_999_999, 8_999_999))
        self.assertEqual(result.amount_refundable, 9_999_999)

    # ------------------------------------------------------------------ money
    def test_money_moves_wholly_minus_a_fee(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        self._deliver(source, 6)
        target = self._enroll(self.binh, class_id=self.class_2.id)
        available = source.amount_refundable
        self.assertEqual(available, 6_000_000 - 1_000_000)
        result = self._transfer(
            source, "enrollment", target_enrollment_id=target.id, amount=available, fee=123_457
        )
        self.assertEqual(result, target)
        self.assertEqual(
            (source.state, source.sales_stage, target.sales_stage), ("cancelled", "failure", "moved")
        )
        self.assertEqual((source.amount_due, source.amount_credit, source.amount_paid), (0, 0, 1_000_000))
        self.assertEqual(target.amount_paid, available - 123_457)
        entry = source.change_ids.filtered("move_id").move_id
        self.assertEqual(entry.state, "posted")
        fee_line = entry.line_ids.filtered(lambda line: line.account_id == self.fee_account)
        self.assertEqual(fee_line.balance, -123_457)
        receivable = entry.line_ids - fee_line
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assertEqual(set(receivable.partner_id.ids), {self.mother.id, self.binh.partner_id.id})
        self._assert_closed(source, target)

    def test_money_moves_partly_and_the_source_goes_on(self):
        source = self._enroll()
        self._collect(source, 9_999_999, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id)
        # A manager has no rights on entries; this transfer makes a credit note and an entry.
        self._transfer(
            source,
            "enrollment",
            user=self.users["manager"],
            target_enrollment_id=target.id,
            amount=3_333_333,
            keep_source=True,
        )
        self.assertEqual((source.state, source.amount_paid, source.amount_due), ("confirmed", 6_666_666, 0))
        self.assertEqual((source.hours_left, source.hours_moved), (40, 20))
        self.assertEqual((source.amount_invoiced, source.amount_to_invoice), (6_666_666, 0))
        self.assertEqual(target.amount_paid, 3_333_333)
        self._assert_closed(source, target)

    def test_money_moves_to_a_draft_and_is_set_off_later(self):
        source = self._enroll()
        self._collect(source, 9_999_999, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id, confirm=False)
        self._transfer(
            source,
            "enrollment",
            target_enrollment_id=target.id,
            amount=9_000_000,
            confirm_target=False,
        )
        self.assertEqual(
            (target.state, target.amount_credit, target.amount_paid), ("draft", 9_000_000, 9_000_000)
        )
        self.assertEqual(source.amount_credit, 999_999)
        target.action_confirm()
        self.assertEqual((target.amount_credit, target.amount_due, target.sales_stage), (0, 999_999, "moved"))
        self._assert_closed(source, target)

    def test_deposit_of_a_draft_moves(self):
        source = self._enroll(confirm=False)
        self._collect(source, 2_000_000, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id)
        self._transfer(source, "enrollment", target_enrollment_id=target.id, amount=2_000_000)
        self.assertEqual((source.state, source.amount_credit, source.refund_ids.ids), ("cancelled", 0, []))
        self.assertEqual(target.amount_paid, 2_000_000)

    def test_what_was_moved_moves_on(self):
        first = self._enroll()
        self._collect(first, 9_999_999, journal_id=self.journal.id)
        second = self._transfer(first, "student", target_student_id=self.binh.id)
        third = self._transfer(
            second,
            "enrollment",
            amount=9_999_999,
            target_enrollment_id=self._enroll(self.an, class_id=self.class_2.id).id,
        )
        self.assertEqual((second.state, second.amount_credit), ("cancelled", 0))
        self.assertEqual((third.amount_paid, third.amount_due, third.moved_from_id), (9_999_999, 0, second))
        self._assert_closed(first, second, third)

    def test_refusals_leave_nothing(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id)
        entries = self.env["account.move"].search_count([])
        for values, message in (
            ({"amount": 6_000_001}, "at most"),
            ({"amount": 0}, "no money to move"),
            ({"target_enrollment_id": source.id, "amount": 1}, "its own money"),
            ({"target_enrollment_id": False, "amount": 1}, "Receiving Enrolment"),
        ):
            values = {"target_enrollment_id": target.id, **values}
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, message),
                self.env.cr.savepoint(),
            ):
                self._transfer(source, "enrollment", **values)
        self._collect(target, 9_000_000, journal_id=self.journal.id)
        with self.assertRaisesRegex(UserError, "only .* to be paid"), self.env.cr.savepoint():
            self._transfer(source, "enrollment", target_enrollment_id=target.id, amount=6_000_000)
        self.company.edu_transfer_fee_account_id = False
        with self.assertRaisesRegex(UserError, "account for transfer fees"), self.env.cr.savepoint():
            self._transfer(source, "enrollment", target_enrollment_id=target.id, amount=500_000, fee=1)
        self.assertEqual(source.state, "confirmed")
        # Only the entry of the payment that was taken in between.
        self.assertEqual(self.env["account.move"].search_count([]), entries + 1)

    def test_locked_period(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id)
        self.company.fiscalyear_lock_date = "2025-12-31"
        with self.assertRaisesRegex(UserError, "books are closed"), self.env.cr.savepoint():
            self._transfer(
                source, "enrollment", target_enrollment_id=target.id, amount=1_000, date="2025-12-01"
            )
        self.assertEqual((source.state, target.amount_paid), ("confirmed", 0))

    def test_once_per_dialog(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        wizard = self.env["edu.enrollment.transfer"].create(
            {"enrollment_id": source.id, "target": "student", "target_student_id": self.binh.id}
        )
        first, second = wizard.action_apply(), wizard.action_apply()
        self.assertEqual(first, second)
        self.assertEqual(len(self.binh.enrollment_ids), 1)

    def test_only_a_manager_gives_money_to_somebody_else(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        target = self._enroll(self.binh, class_id=self.class_2.id, user_id=self.users["counsellor"].id)
        values = {"target_enrollment_id": target.id, "amount": 1_000}
        with self.assertRaisesRegex(AccessError, "Only a campus manager"), self.env.cr.savepoint():
            self._transfer(source, "enrollment", user=self.users["counsellor"], **values)
        self._transfer(source, "enrollment", user=self.users["manager"], **values)
        self.assertEqual(target.amount_paid, 1_000)

    def test_counsellor_converts_own_customer(self):
        source = self._enroll()
        self._collect(source, 6_000_000, journal_id=self.journal.id)
        package = self._make_package(name="Private", price=20_000_000, hours=30)
        result = self._transfer(
            source,
            "package",
            user=self.users["counsellor"],
            target_package_id=package.id,
            target_class_id=self.class_2.id,
        )
        self.assertEqual((result.state, result.amount_paid), ("confirmed", 6_000_000))
        self.assertEqual(result.user_enrolling_id, self.users["counsellor"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._transfer(
                self._enroll(self.chi, class_id=self.class_s.id, campus_id=self.south.id),
                "student",
                user=self.users["counsellor"],
                target_student_id=self.an.id,
            )

    def test_nobody_moves_to_what_they_may_not_see(self):
        source = self._enroll()
        for target, field, record in (
            ("class", "target_class_id", self.class_s),
            ("student", "target_student_id", self.chi),
        ):
            with (
                self.subTest(target),
                self.assertRaisesRegex(AccessError, "doesn't have 'read' access"),
                self.env.cr.savepoint(),
            ):
                self._transfer(source, target, user=self.users["manager"], **{field: record.id})
        self.assertEqual(source.state, "confirmed")
