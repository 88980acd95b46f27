from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestCollect(EnrollmentCommon):
    def _assert_balanced(self, enrollment):
        """Received = applied + open credit + refunded (invariant 6); applied is read from the invoices alone."""
        posted = enrollment.invoice_ids.filtered(lambda move: move.state == "posted")
        settled = {
            kind: sum(move.amount_total - move.amount_residual for move in posted if move.move_type == kind)
            for kind in ("out_invoice", "out_refund")
        }
        credit_left = sum(move.amount_residual for move in posted if move.move_type == "out_refund")
        total_credited = sum(move.amount_total for move in posted if move.move_type == "out_refund")
        applied = settled["out_invoice"] - total_credited
        currency = enrollment.currency_id
        self.assertFalse(
            currency.compare_amounts(
                enrollment.amount_received, applied + enrollment.amount_credit + enrollment.amount_refunded
            ),
            (enrollment.amount_received, applied, enrollment.amount_credit, enrollment.amount_refunded),
        )
        self.assertFalse(
            currency.compare_amounts(
                enrollment.amount_paid, enrollment.amount_received - enrollment.amount_refunded
            )
        )
        self.assertLessEqual(credit_left, enrollment.amount_credit)

    def test_oldest_instalment_first(self):
        """E11: half of it pays the first instalment and a part of the second; the rest overpays."""
        enrollment = self._enroll()
        self._collect(enrollment, 5_000_000, date=fields.Date.context_today(enrollment))
        self.assertEqual(
            enrollment.instalment_ids.mapped("amount_residual_currency"), [0, 2_000_000, 2_999_999]
        )
        payment = enrollment.payment_ids
        self.assertEqual(
            (payment.amount, payment.partner_id, payment.move_id.state), (5_000_000, self.mother, "posted")
        )
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (5_000_000, 4_999_999))
        self._assert_balanced(enrollment)
        self._collect(enrollment, 5_000_000)
        self.assertEqual(enrollment.amount_credit, 1)
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (10_000_000, -1))
        self.assertFalse(enrollment.invoice_ids.amount_residual)
        self._assert_balanced(enrollment)

    def test_deposit_keeps_its_currency(self):
        """E12: with a deposit on it, a draft takes no package in another currency; the money would be lost to it."""
        dollars = self._make_package(name="USD", price=300, currency_id=self._currency("USD").id)
        draft = self._enroll(confirm=False)
        self._collect(draft, 1_000_000)
        with self.assertRaisesRegex(ValidationError, "deposit was taken in VND"), self.cr.savepoint():
            draft.package_id = dollars
        self.assertEqual((draft.package_id, draft.amount_credit), (self.package, 1_000_000))
        draft.action_cancel()
        self.assertEqual(draft.refund_ids.amount, 1_000_000)

    def test_every_currency(self):
        """E11: exact in đồng, cents and mils."""
        for name, price, student, first in (
            ("USD", 300.01, self.binh, 100.02),
            ("KWD", 1000.001, self.an, 333.334),
        ):
            with self.subTest(name):
                package = self._make_package(
                    name=name,
                    price=price,
                    currency_id=self._currency(name).id,
                    payment_term_id=self.term.id,
                )
                enrollment = self._enroll(student, package_id=package.id)
                self._collect(enrollment, first)
                self._assert_balanced(enrollment)
                self._collect(enrollment, enrollment.amount_due)
                self.assertEqual((enrollment.amount_due, enrollment.amount_credit), (0, 0))
                self.assertEqual(enrollment.amount_paid, price)
                self._assert_balanced(enrollment)

    def test_once_per_dialog(self):
        """E11: a second click on the same dialog does nothing; the database would refuse a second payment."""
        enrollment = self._enroll()
        wizard = self._collect(enrollment, 1_000_000)
        wizard.action_apply()
        payment = enrollment.payment_ids
        self.assertEqual(payment.amount, 1_000_000)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            payment.copy({"collect_key": payment.collect_key})

    def test_dialog_proposes_and_warns(self):
        """E11: the oldest open instalment is proposed, what goes beyond is announced."""
        enrollment = self._enroll()
        action = enrollment.with_user(self.users["cashier"]).action_collect()
        form = Form(
            self.env["edu.enrollment.collect"]
            .with_user(self.users["cashier"])
            .with_context(**action["context"])
        )
        self.assertEqual((form.amount, form.amount_open), (4_000_000, 9_999_999))
        form.amount = 10_000_009
        self.assertEqual(form.amount_beyond, 10)
        form.amount = 4_000_000
        form.save().action_apply()
        self.assertEqual(enrollment.amount_due, 5_999_999)

    def test_deposit_is_applied_on_confirmation(self):
        """E12: taken on the draft, set off against the oldest instalment when the invoice is there."""
        enrollment = self._enroll(confirm=False)
        self._collect(enrollment, 3_000_000)
        self._collect(enrollment, 2_000_000)
        self.assertEqual((enrollment.deposit_amount, enrollment.amount_credit), (5_000_000, 5_000_000))
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (5_000_000, -5_000_000))
        self._assert_balanced(enrollment)
        enrollment.with_user(self.users["counsellor"]).action_confirm()
        self.assertEqual(
            enrollment.instalment_ids.mapped("amount_residual_currency"), [0, 2_000_000, 2_999_999]
        )
        self.assertEqual((enrollment.deposit_amount, enrollment.amount_credit), (5_000_000, 0))
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (5_000_000, 4_999_999))
        enrollment.action_confirm()
        self._assert_balanced(enrollment)

    def test_deposit_belongs_to_its_payer(self):
        """E12: somebody else's invoice is not paid with it."""
        enrollment = self._enroll(confirm=False)
        self._collect(enrollment, 1_000_000)
        enrollment.partner_id = self.binh.partner_id
        with self.assertRaisesRegex(UserError, "deposit came from"):
            enrollment.action_confirm()
        enrollment.partner_id = self.mother
        enrollment.action_confirm()
        self.assertEqual(enrollment.amount_due, 8_999_999)

    def test_draft_with_a_deposit_is_not_deleted(self):
        """E12: the sentence names the deposit and the way out, to those who sell and see no payments."""
        draft = self._enroll(confirm=False)
        self._collect(draft, 1_000_000)
        payment = draft.payment_ids
        for role in ("counsellor", "manager"):
            self.env.invalidate_all()
            with self.assertRaisesRegex(UserError, f"{payment.display_name} and is kept. Cancel it"):
                draft.with_user(self.users[role]).unlink()
        draft.with_user(self.users["manager"]).action_cancel()
        self.assertEqual(draft.state, "cancelled")

    def test_kept_deposit_is_income(self):
        """E12: not refundable: other income, on the account that the settings name."""
        self.company.edu_deposit_refundable = False
        enrollment = self._enroll(confirm=False)
        self._collect(enrollment, 1_000_000)
        seller = enrollment.with_user(self.users["counsellor"])
        with self.assertRaisesRegex(UserError, "Account for Kept Deposits"), self.cr.savepoint():
            seller.action_cancel()
        self.assertEqual(enrollment.state, "draft")
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "income_other")], limit=1
        )
        self.company.edu_deposit_account_id = account
        seller.action_cancel()
        seller.action_cancel()
        entry = self.env["account.move"].search([("enrollment_id", "=", enrollment.id)])
        income = entry.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual((entry.state, income.balance), ("posted", -1_000_000))
        self.assertEqual((enrollment.state, enrollment.amount_credit), ("cancelled", 0))
        self.assertTrue(enrollment.payment_ids.move_id.line_ids.filtered("reconciled"))

    def test_bad_input(self):
        """E11, E12, E14: nothing, less than nothing, parts of a đồng, too big a deposit, nothing open."""
        enrollment = self._enroll()
        draft = self._enroll(self.binh, confirm=False)
        for target, amount, error in (
            (enrollment, 0, "more than nothing"),
            (draft, 10_000_000, "at most what is still to be paid"),
        ):
            with self.subTest(amount=amount), self.assertRaisesRegex(UserError, error):
                self._collect(target, amount)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._collect(enrollment, -5)
        self._collect(enrollment, 9_999_999)
        with self.assertRaisesRegex(UserError, "nothing is open"):
            enrollment.with_user(self.users["cashier"]).action_collect()
        with self.assertRaisesRegex(UserError, "nothing is open"):
            self._collect(enrollment, 1)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            enrollment.with_user(self.users["cashier"]).action_register_payment()

    def test_locked_period(self):
        """E11: a payment in a closed month is refused, and nothing of it is there."""
        enrollment = self._enroll()
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "books are closed"), self.cr.savepoint():
            self._collect(enrollment, 1_000_000, date=date(2026, 1, 15))
        self.assertFalse(enrollment.payment_ids)
        self.assertEqual(enrollment.amount_due, 9_999_999)

    def test_by_hand_not_beyond_what_is_open(self):
        """E14: Odoo's own dialog says what is open; what it takes belongs to the enrolment."""
        enrollment = self._enroll()
        cashier = self.users["cashier"]
        action = enrollment.with_user(cashier).action_register_payment()
        register = self.env["account.payment.register"].with_user(cashier).with_context(**action["context"])
        with self.assertRaisesRegex(UserError, "more than the"):
            register.create({"amount": 10_000_000}).action_create_payments()
        register.create({"amount": 9_999_999}).action_create_payments()
        self.assertEqual((enrollment.amount_received, enrollment.amount_due), (9_999_999, 0))
        self._assert_balanced(enrollment)

    def test_who_takes_money(self):
        """X1: cashiers and managers; a manager of another campus does not."""
        enrollment = self._enroll()
        for role in ("teacher", "counsellor", "academic", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._collect(enrollment, 1_000, user=role)
        self._collect(enrollment, 1_000, user="manager")
        self.assertEqual(enrollment.amount_received, 1_000)

    def test_amounts_are_not_typed(self):
        """E4, E12: they follow the payments."""
        draft = self._enroll(confirm=False)
        for name in ("deposit_amount", "amount_received", "amount_refunded", "amount_credit"):
            with self.subTest(name), self.assertRaises(AccessError):
                draft.with_user(self.users["director"]).write({name: 5})

    def test_confirming_more_deposits_costs_no_more_each(self):
        """E12: the deposits of a batch are set off together."""
        students = self.env["edu.student"].create(
            [{"name": f"S{number}", "campus_id": self.north.id} for number in range(12)]
        )
        self.class_n.capacity = 20
        drafts = self._enroll(students, confirm=False)
        today = fields.Date.context_today(drafts)
        for draft in drafts:
            draft._register_payment(1_000, self.journal, today - timedelta(days=1), is_deposit=True)

        drafts[:1].action_confirm()
        one, ten = (self._count_queries(some.action_confirm) for some in (drafts[1:2], drafts[2:]))
        self.assertLessEqual(ten, one * 5)
        self.assertEqual(set(drafts.mapped("amount_due")), {9_998_999})
