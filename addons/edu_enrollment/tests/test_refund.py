from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestRefund(EnrollmentCommon):
    def _assert_balanced(self, enrollment):
        """Invariant 6, with what was applied read from the invoices alone; hours and money of the ledger agree."""
        posted = enrollment.invoice_ids.filtered(lambda move: move.state == "posted")
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        notes = posted.filtered(lambda move: move.move_type == "out_refund")
        applied = (
            sum(invoices.mapped("amount_total"))
            - sum(invoices.mapped("amount_residual"))
            - sum(notes.mapped("amount_total"))
        )
        compare = enrollment.currency_id.compare_amounts
        self.assertFalse(
            compare(
                enrollment.amount_received, applied + enrollment.amount_credit + enrollment.amount_refunded
            ),
            (enrollment.amount_received, applied, enrollment.amount_credit, enrollment.amount_refunded),
        )
        net = sum(invoices.mapped("amount_untaxed")) - sum(notes.mapped("amount_untaxed"))
        self.assertFalse(compare(net, enrollment.amount_delivered + enrollment.amount_deferred))
        self.assertAlmostEqual(
            enrollment.hours_total,
            enrollment.hours_delivered
            + enrollment.hours_left
            - sum(enrollment.ledger_ids.filtered(lambda entry: entry.kind == "refund").mapped("hours")),
        )

    def test_after_a_cancellation(self):
        """E15: all was paid, a third was taught; what is left goes back through the credit note."""
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999)
        self._deliver(enrollment, 20)
        self.assertEqual(enrollment.amount_refundable, 6_666_666)
        enrollment.action_cancel()
        self.assertEqual((enrollment.amount_credit, enrollment.amount_refundable), (6_666_666, 6_666_666))
        self._assert_balanced(enrollment)
        refund = self._ask_refund(enrollment, 6_666_666)
        self.assertEqual((refund.campus_id, refund.user_id), (self.north, self.users["counsellor"]))
        refund.with_user(self.users["manager"]).action_approve()
        self.assertEqual((enrollment.amount_refundable, enrollment.amount_refund_approved), (0, 6_666_666))
        refund.with_user(self.users["cashier"]).action_pay()
        payment = refund.payment_id
        self.assertEqual(
            (refund.state, payment.payment_type, payment.amount, payment.partner_id, payment.move_id.state),
            ("paid", "outbound", 6_666_666, self.mother, "posted"),
        )
        self.assertEqual(refund.credit_note_id.move_type, "out_refund")
        self.assertFalse(refund.credit_note_id.amount_residual)
        self.assertEqual(
            (enrollment.amount_credit, enrollment.amount_refunded, enrollment.amount_paid),
            (0, 6_666_666, 3_333_333),
        )
        self._assert_balanced(enrollment)

    def test_taken_back_after_the_cancellation(self):
        """E17, E18: a lesson that turns out not to have been given is credited to who has left."""
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999)
        self._deliver(enrollment, 7)
        enrollment.action_cancel()
        earned = enrollment.amount_delivered
        self.assertEqual(enrollment.amount_credit, 9_999_999 - earned)
        self._deliver(enrollment, -2)
        self.assertEqual((enrollment.hours_delivered, enrollment.hours_left), (5, 0))
        self.assertEqual((enrollment.hours_refunded, enrollment.amount_deferred), (55, 0))
        self.assertLess(enrollment.amount_delivered, earned)
        self._deliver(enrollment, -5)
        self.assertEqual((enrollment.amount_invoiced, enrollment.amount_credit), (0, 9_999_999))

    def test_while_the_enrolment_goes_on(self):
        """E15, E18: a credit note for the part, and the hours in proportion; the price per hour stays."""
        enrollment = self._enroll()
        self._collect(enrollment, 4_000_000)
        self._deliver(enrollment, 12)
        refund = self._refund(enrollment, 1_000_000)
        self.assertEqual(refund.credit_note_id.amount_total, 1_000_000)
        entry = enrollment.ledger_ids.filtered(lambda line: line.kind == "refund")
        # 48 hours for 7,999,999 are left: 1,000,000 is 6 hours of them.
        self.assertEqual((entry.hours, entry.amount), (-6, -1_000_000))
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (3_000_000, 5_999_999))
        self.assertEqual(enrollment.state, "confirmed")
        self._assert_balanced(enrollment)
        self._deliver(enrollment, 42)
        self.assertEqual((enrollment.amount_delivered, enrollment.hours_left), (8_999_999, 0))
        self._assert_balanced(enrollment)

    def test_overpaid_needs_no_credit_note(self):
        """E15: open credit goes first."""
        enrollment = self._enroll()
        self._collect(enrollment, 10_500_000)
        refund = self._refund(enrollment, 500_001)
        self.assertFalse(refund.credit_note_id)
        self.assertEqual((enrollment.amount_credit, enrollment.amount_due), (0, 0))
        self._assert_balanced(enrollment)

    def test_every_currency(self):
        """E15: exact in cents and mils, with a tax on top as well."""
        tax = self.env["account.tax"].create({"name": "VAT 8", "amount": 8, "company_id": self.company.id})
        for name, price, taxes, student, amount in (
            ("USD", 300.01, tax, self.binh, 33.33),
            ("KWD", 1000.001, tax.browse(), self.an, 333.333),
        ):
            with self.subTest(name):
                package = self._make_package(name=name, price=price, currency_id=self._currency(name).id)
                package.tax_ids = taxes
                enrollment = self._enroll(student, package_id=package.id)
                self._collect(enrollment, enrollment.amount_total)
                self._deliver(enrollment, 7)
                self._assert_balanced(enrollment)
                self._refund(enrollment, amount)
                self._assert_balanced(enrollment)
                self.assertEqual(enrollment.amount_refunded, amount)
                self._refund(enrollment, enrollment.amount_refundable)
                self._assert_balanced(enrollment)
                self.assertEqual(enrollment.amount_refundable, 0)
                self.assertEqual(enrollment.amount_deferred, 0)

    def test_tax_in_the_price(self):
        """E15: with taxes in the price the paid side is exact."""
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 10 incl.",
                "amount": 10,
                "company_id": self.company.id,
                "price_include_override": "tax_included",
            }
        )
        self.package.tax_ids = tax
        enrollment = self._enroll()
        self._collect(enrollment, 5_000_000)
        refund = self._refund(enrollment, 1_234_567)
        self.assertEqual(refund.credit_note_id.amount_total, 1_234_567)
        self.assertFalse(refund.credit_note_id.amount_residual)
        self._assert_balanced(enrollment)

    def test_unit_by_unit_with_taxes(self):
        """E15: however small the refunds, a cancellation credits the net and the taxes to the last unit."""
        tax = self.env["account.tax"].create({"name": "VAT 50", "amount": 50, "company_id": self.company.id})
        package = self._make_package(name="Two and one", price=2)
        package.tax_ids = tax
        for amounts in ((1,), (2,), (1, 1), (1, 2), (2, 1), (1, 1, 1)):
            with self.subTest(amounts):
                enrollment = self._enroll(package_id=package.id)
                self._collect(enrollment, 3)
                for amount in amounts:
                    self._refund(enrollment, amount)
                enrollment.action_cancel()
                self.assertEqual((enrollment.amount_invoiced, enrollment.amount_deferred), (0, 0))
                self.assertEqual(sum(enrollment.invoice_ids.mapped("amount_untaxed_signed")), 0)
                self.assertEqual(sum(enrollment.invoice_ids.mapped("amount_tax_signed")), 0)
                self.assertEqual(enrollment.amount_credit, 3 - sum(amounts))
                self.assertGreater(min(enrollment.invoice_ids.mapped("amount_total")), 0)

    def test_twice_pays_once(self):
        """E15: a second click, also from a list of several."""
        enrollment = self._enroll()
        self._collect(enrollment, 9_999_999)
        refunds = self._ask_refund(enrollment, 1_000) | self._ask_refund(enrollment, 2_000)
        refunds.with_user(self.users["manager"]).action_approve()
        refunds.with_user(self.users["manager"]).action_approve()
        refunds.with_user(self.users["cashier"]).action_pay()
        refunds.with_user(self.users["cashier"]).action_pay()
        self.assertEqual(enrollment.amount_refunded, 3_000)
        self._assert_balanced(enrollment)
        for state in ("draft", "cancelled"):
            with self.subTest(state), self.assertRaises(UserError):
                refunds[0].with_user(self.users["manager"])._check_workflow(state)

    def test_never_more_than_collected_minus_delivered(self):
        """E15: when asked for, when approved, and when paid."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        with self.assertRaisesRegex(ValidationError, "at most"):
            self._ask_refund(enrollment, 1_000_001)
        first, second, third = (self._ask_refund(enrollment, amount) for amount in (600_000, 600_000, 400_000))
        first.with_user(self.users["manager"]).action_approve()
        with self.assertRaisesRegex(ValidationError, "at most"):
            second.with_user(self.users["manager"]).action_approve()
        third.with_user(self.users["manager"]).action_approve()
        self._deliver(enrollment, 4)
        with self.assertRaisesRegex(ValidationError, "at most"):
            first.with_user(self.users["cashier"]).action_pay()
        self.assertEqual(enrollment.amount_refunded, 0)
        third.action_cancel()
        with self.assertRaisesRegex(ValidationError, "at most"):
            first.with_user(self.users["cashier"]).action_pay()

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        """E15: nothing, less than nothing, no reason; paid without a payment is refused by the database."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        for values in ({"amount": 0}, {"amount": -5}, {"amount": 5, "reason": False}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.env["edu.refund"].create({"enrollment_id": enrollment.id, "reason": "Why", **values})
        refund = self._ask_refund(enrollment, 5)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.cr.execute("UPDATE edu_refund SET state = 'paid' WHERE id = %s", [refund.id])

    def test_deposit_of_a_cancelled_draft(self):
        """E12, E15: it goes back through a refund that a manager has yet to approve."""
        draft = self._enroll(confirm=False)
        self._collect(draft, 2_000_000)
        draft.with_user(self.users["counsellor"]).action_cancel()
        draft.with_user(self.users["counsellor"]).action_cancel()
        refund = draft.refund_ids
        self.assertEqual((refund.state, refund.amount), ("draft", 2_000_000))
        refund.with_user(self.users["manager"]).action_approve()
        refund.with_user(self.users["cashier"]).action_pay()
        self.assertEqual((draft.amount_refunded, draft.amount_credit, draft.amount_paid), (2_000_000, 0, 0))
        self._assert_balanced(draft)

    def test_locked_period(self):
        """E15: in a closed period nothing is paid and nothing is half-done."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        refund = self._ask_refund(enrollment, 1_000)
        refund.with_user(self.users["manager"]).action_approve()
        self.company.fiscalyear_lock_date = date(2099, 12, 31)
        with self.assertRaises(UserError), self.cr.savepoint():
            refund.with_user(self.users["cashier"]).action_pay()
        self.assertEqual((refund.state, refund.payment_id.id), ("approved", False))
        self.assertEqual((len(enrollment.invoice_ids), enrollment.amount_refunded), (1, 0))

    def test_who_does_what(self):
        """X1: sellers ask, managers approve, cashiers pay; the states are not typed."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        refund = self._ask_refund(enrollment, 1_000)
        for role in ("counsellor", "academic", "cashier", "teacher", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                refund.with_user(self.users[role]).action_approve()
        for values in ({"state": "approved"}, {"payment_id": 1}, {"credit_note_id": 1}):
            with self.subTest(values), self.assertRaises(AccessError):
                refund.with_user(self.users["director"]).write(values)
        refund.with_user(self.users["manager"]).action_approve()
        with self.assertRaises(AccessError):
            refund.with_user(self.users["manager"]).action_pay()
        with self.assertRaisesRegex(UserError, "no longer a draft"):
            refund.with_user(self.users["manager"]).write({"amount": 2_000})
        with self.assertRaises(AccessError):
            self._ask_refund(enrollment, 1, user="teacher")
        with self.assertRaises(AccessError):
            self._ask_refund(enrollment, 1, user="stranger")
        refund.with_user(self.users["cashier"]).action_pay()
        with self.assertRaises(UserError):
            refund.with_user(self.users["manager"]).action_cancel()

    def test_what_was_agreed_stays(self):
        """E15, X1: derived facts are typed by nobody; what was approved stays, what was paid altogether."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        refund = self._ask_refund(enrollment, 1_000).with_user(self.users["manager"])
        cashier, director = refund.with_user(self.users["cashier"]), refund.with_user(self.users["director"])
        bank, cash = self.env["account.journal"].create(
            [
                {"name": name, "code": name, "type": name.lower(), "company_id": self.company.id}
                for name in ("Bank", "Cash")
            ]
        )
        for values in (
            {"campus_id": self.south.id},
            {"company_id": self.company.id},
            {"currency_id": self._currency("USD").id},
        ):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "cannot be typed"):
                director.write(values)
            with self.subTest(values), self.assertRaisesRegex(AccessError, "cannot be typed"):
                director.create({"enrollment_id": enrollment.id, "amount": 1, "reason": "Why", **values})
        refund.reason = "Moves abroad"
        refund.action_approve()
        with self.assertRaisesRegex(UserError, "Reason can no longer be changed"):
            director.reason = "Gift"
        director.user_id = self.users["academic"]
        cashier.journal_id = cash
        cashier.action_pay()
        for values in ({"journal_id": bank.id}, {"reason": "Gift"}, {"user_id": self.users["manager"].id}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "can no longer be changed"):
                director.write(values)
        self.assertEqual(
            (refund.payment_id.journal_id, refund.journal_id, refund.reason), (cash, cash, "Moves abroad")
        )

    def test_screens_of_each_role(self):
        """X1: whoever sees refunds can read every field of the form."""
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        refund = self._ask_refund(enrollment, 1_000)
        for role in ("counsellor", "academic", "manager", "director", "cashier"):
            with self.subTest(role):
                view = refund.with_user(self.users[role]).get_view(view_type="form")
                names = view["models"]["edu.refund"]
                self.assertIn("amount", names)
                refund.with_user(self.users[role]).web_read({name: {} for name in names})
