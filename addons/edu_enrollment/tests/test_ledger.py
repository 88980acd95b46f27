from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestLedger(EnrollmentCommon):
    def test_delivered_and_deferred_make_the_net(self):
        """E18, E19: after every lesson, and to the last đồng after the last one."""
        enrollment = self._enroll(discount_amount=333_333)
        for lesson in range(1, 41):
            self._deliver(enrollment, 1.5)
            self.assertEqual(enrollment.amount_delivered + enrollment.amount_deferred, 9_666_666)
            self.assertEqual(enrollment.hours_delivered + enrollment.hours_left, 60)
            self.assertEqual(enrollment.hours_delivered, lesson * 1.5)
        self.assertEqual((enrollment.amount_delivered, enrollment.hours_left), (9_666_666, 0))

    def test_taking_back_restores_the_amount(self):
        """E18: a correction is a countering line; in total nothing has happened."""
        enrollment = self._enroll()
        self._deliver(enrollment, 7)
        self._deliver(enrollment, -7)
        self.assertEqual((enrollment.hours_delivered, enrollment.amount_delivered), (0, 0))
        self.assertEqual(len(enrollment.ledger_ids), 3)

    def test_more_hours_than_bought(self):
        """Hours owed are seen; they earn no money that was not paid."""
        enrollment = self._enroll()
        self._deliver(enrollment, 61.5)
        self.assertEqual((enrollment.hours_left, enrollment.amount_delivered), (-1.5, 9_999_999))

    def test_append_only(self):
        """E18: edit and delete are refused, for the administrator too."""
        entry = self._enroll().ledger_ids
        for values in ({"hours": 1}, {"amount": 1}, {"date": "2026-01-01"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "never changed"):
                entry.write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            entry.unlink()
        with self.assertRaises(AccessError):
            self.env["edu.ledger.entry"].with_user(self.users["director"]).create(
                {"enrollment_id": entry.enrollment_id.id, "kind": "adjust", "hours": 1, "amount": 0}
            )

    @mute_logger("odoo.sql_db")
    def test_signs_and_single_purchase_are_held_by_the_database(self):
        enrollment = self._enroll()
        purchase = enrollment.ledger_ids
        for values in (
            {"kind": "purchase", "hours": -1, "amount": 0},
            {"kind": "refund", "hours": 1, "amount": 0},
            {"kind": "expiry", "hours": 0, "amount": 1},
            {"kind": "purchase", "hours": 1, "amount": 0, "origin": f"account.move,{purchase.origin.id}"},
        ):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.env["edu.ledger.entry"].create({"enrollment_id": enrollment.id, **values})

    def test_thousand_lines_are_one_batch(self):
        """Figures: at most 0.03 queries for each line more."""
        enrollments = self._enroll(self.an | self.binh)

        def deliver(count):
            lines = [
                {"enrollment_id": enrollments[index % 2].id, "date": "2026-03-02", "hours": 0.01}
                for index in range(count)
            ]
            return self._count_queries(lambda: self.env["edu.ledger.entry"]._deliver(lines))

        deliver(2)
        self.assertLessEqual((deliver(1000) - deliver(100)) / 900, 0.03)
