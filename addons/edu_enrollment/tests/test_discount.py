from psycopg2 import IntegrityError

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestDiscount(EnrollmentCommon):
    def test_typed_amount_stays_exact(self):
        """E5: however often the record is saved, and over the API as in the form."""
        enrollment = self._enroll(confirm=False, discount_amount=333_333)
        for _save in range(3):
            enrollment.write({"note": "again"})
            enrollment.invalidate_recordset()
            self.assertEqual(enrollment.discount_amount, 333_333)
            self.assertEqual(enrollment.discount_rate, 3.33)
            self.assertEqual(enrollment.amount_total, 9_666_666)

    def test_typed_rate_stays_exact(self):
        """E5: the amount is rounded to the currency."""
        enrollment = self._enroll(confirm=False, discount_rate=3.33)
        for _save in range(3):
            enrollment.write({"note": "again"})
            enrollment.invalidate_recordset()
            self.assertEqual(enrollment.discount_rate, 3.33)
            self.assertEqual(enrollment.discount_amount, 333_000)

    def test_form(self):
        """E5: whichever side is typed in the form, the other one follows and the typed one stays."""
        form = Form(self.env["edu.enrollment"])
        form.campus_id = self.north
        form.student_id = self.an
        form.package_id = self.package
        form.discount_amount = 333_333
        self.assertEqual(form.discount_rate, 3.33)
        self.assertEqual(form.discount_amount, 333_333)
        enrollment = form.save()
        self.assertEqual((enrollment.discount_basis, enrollment.discount_amount), ("amount", 333_333))
        with Form(enrollment) as form:
            form.discount_rate = 10
            self.assertEqual(form.discount_amount, 1_000_000)
        self.assertEqual((enrollment.discount_basis, enrollment.discount_rate), ("rate", 10))
        with Form(enrollment) as form:
            form.discount_amount = 1
        self.assertEqual((enrollment.discount_amount, enrollment.discount_rate), (1, 0))

    def test_more_digits_than_are_shown(self):
        """E5: a rate of three digits is not rounded behind the one who typed it."""
        enrollment = self._enroll(confirm=False, discount_rate=33.333)
        enrollment.invalidate_recordset()
        self.assertEqual((enrollment.discount_rate, enrollment.discount_amount), (33.333, 3_333_300))

    def test_both_sides_given(self):
        """E5: they never contradict each other; the basis says which was typed, else an amount."""
        for values, expected in (
            ({"discount_rate": 10, "discount_amount": 5}, ("amount", 0, 5)),
            ({"discount_rate": 10, "discount_amount": 0}, ("rate", 10, 1_000_000)),
            ({"discount_rate": 10, "discount_amount": 5, "discount_basis": "rate"}, ("rate", 10, 1_000_000)),
        ):
            with self.subTest(values):
                enrollment = self._enroll(confirm=False, **values)
                found = (enrollment.discount_basis, enrollment.discount_rate, enrollment.discount_amount)
                self.assertEqual(found, expected)
        enrollment.write({"discount_rate": 20, "discount_amount": 7})
        self.assertEqual((enrollment.discount_rate, enrollment.discount_amount), (20, 2_000_000))
        enrollment.write({"discount_rate": 30, "discount_basis": "amount"})
        self.assertEqual((enrollment.discount_rate, enrollment.discount_amount), (20, 2_000_000))

    def test_discount_is_a_line_of_its_own(self):
        """E5, E9: so that the typed amount stands on the invoice, and the instalments cut the net."""
        enrollment = self._enroll(discount_amount=333_333)
        self.assertEqual(
            enrollment.invoice_ids.invoice_line_ids.mapped("price_subtotal"), [9_999_999, -333_333]
        )
        self.assertEqual(
            enrollment.instalment_ids.mapped("amount_currency"), [3_866_666, 2_900_000, 2_900_000]
        )

    @mute_logger("odoo.sql_db")
    def test_bad_discounts(self):
        for values in ({"discount_rate": 100.01}, {"discount_rate": -1}, {"discount_amount": 10_000_000}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self._enroll(confirm=False, **values)
                self.env.flush_all()
