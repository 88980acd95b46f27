from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .histories import HistoryCommon


@tagged("post_install", "-at_install")
class TestAccounting(HistoryCommon):
    """An accountant works in plain Odoo beside the enrolments: the sums of the design hold, or it is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            login="t_accountant",
            groups="base.group_user,account.group_account_manager,edu_catalog.group_edu_director",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Asia/Ho_Chi_Minh",
        )

    def _sell(self, package="VND none", **values):
        env = self.begin(edu_defer_revenue=True)
        enrollment = env["edu.enrollment"].create(
            {
                "student_id": self.an.id,
                "package_id": self.packages[package].id,
                "class_id": self.class_n.id,
                "campus_id": self.north.id,
                **values,
            }
        )
        enrollment.action_confirm()
        return enrollment

    def _invoice(self, enrollment):
        return enrollment.with_user(self.accountant).invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )

    def _payment(self, enrollment, amount):
        """What the director has collected, as the accountant sees it."""
        self._collect(enrollment, amount, user="director")
        return enrollment.sudo().payment_ids[:1].with_user(self.accountant)

    def _register(self, invoices, **values):
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(values)
        )
        wizard.action_create_payments()

    def _reverse(self, move, modify=False):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Mistake"})
        )
        action = wizard.modify_moves() if modify else wizard.refund_moves()
        return self.env["account.move"].with_user(self.accountant).browse(action["res_id"])

    def _facts(self, enrollment, *names):
        self.check_books()
        enrollment.invalidate_recordset()
        return tuple(enrollment[name] for name in names)

    # ------------------------------------------------------------------ documents
    def test_refund_beside_a_payment_that_was_taken_off_its_invoice(self):
        """E15: the payment that an accountant took off an instalment is paid back, not set off once more."""
        enrollment = self._sell()
        self._collect(enrollment, enrollment.amount_total)
        payment = enrollment.sudo().payment_ids
        payment.move_id.line_ids.filtered("reconciled").remove_move_reconcile()
        total = enrollment.amount_total
        refund = self._refund(enrollment, 7_500_000)
        self.assertEqual(refund.state, "paid")
        self.assertEqual((enrollment.amount_refunded, enrollment.amount_paid), (7_500_000, total - 7_500_000))

    def test_no_context_switches_the_books_off(self):
        """E14: whatever a caller over the API sends along, a credit note lowers what the ledger says."""
        enrollment = self._sell()
        note = self._reverse(self._invoice(enrollment))
        note.with_context(edu_ledger_written=True, edu_historic=True, edu_hold_seats=True).action_post()
        enrollment.invalidate_recordset()
        self.assertEqual((enrollment.hours_left, enrollment.amount_deferred), (0, 0))

    def test_reversed(self):
        """E14, E18: a credit note over everything takes the hours, and cancelling credits nothing twice."""
        enrollment = self._sell()
        self._reverse(self._invoice(enrollment)).action_post()
        names = ("amount_invoiced", "amount_deferred", "hours_left")
        self.assertEqual(self._facts(enrollment, *names), (0, 0, 0))
        enrollment.action_cancel()
        self.assertEqual(self._facts(enrollment, *names), (0, 0, 0))
        self.assertEqual(len(enrollment.invoice_ids), 2)

    def test_reversed_and_written_again(self):
        """E14: the invoice that takes its place is the enrolment's, and gives the hours again."""
        for package in ("VND none", "USD included"):
            with self.subTest(package):
                enrollment = self._sell(package, student_id=self.an.id if "VND" in package else self.binh.id)
                hours, total = enrollment.hours_left, enrollment.amount_total
                invoice = self._reverse(self._invoice(enrollment), modify=True)
                self.assertEqual(invoice.enrollment_id, enrollment)
                self.assertEqual(self._facts(enrollment, "amount_invoiced", "hours_left"), (0, 0))
                invoice.action_post()
                self.assertEqual(self._facts(enrollment, "amount_invoiced", "hours_left"), (total, hours))

    def test_changed_and_posted_again(self):
        """E14, E18, E19: hours stay, the price that was really invoiced counts; money is set off once more."""
        enrollment = self._sell()
        self._collect(enrollment, 5_000_000, user="director")
        invoice = self._invoice(enrollment)
        invoice.button_draft()
        self.assertEqual(
            self._facts(enrollment, "amount_invoiced", "hours_left", "amount_credit"), (0, 0, 5_000_000)
        )
        invoice.invoice_line_ids.price_unit = 8_000_000
        invoice.action_post()
        self.assertEqual(
            self._facts(enrollment, "amount_invoiced", "amount_deferred", "hours_left", "amount_due"),
            (8_000_000, 8_000_000, 60, 3_000_000),
        )
        self._deliver(enrollment, 30)
        self.assertEqual(self._facts(enrollment, "amount_delivered"), (4_000_000,))

    def test_price_lowered_by_a_credit_note(self):
        """E18, E19: a part credited by hand lowers the price of every hour."""
        enrollment = self._sell()
        note = self._reverse(self._invoice(enrollment))
        note.invoice_line_ids.price_unit = 999_999
        note.action_post()
        self._deliver(enrollment, 30)
        self.assertEqual(self._facts(enrollment, "hours_left", "amount_delivered"), (30, 4_500_000))
        enrollment.action_cancel()
        self.assertEqual(self._facts(enrollment, "amount_invoiced", "amount_deferred"), (4_500_000, 0))

    def test_what_was_delivered_stays_invoiced(self):
        """E15, E19: neither reversed nor reset, and nothing is half-done."""
        enrollment = self._sell()
        self._collect(enrollment, 9_999_999, user="director")
        self._deliver(enrollment, 50)
        invoice = self._invoice(enrollment)
        for change in (invoice.button_draft, self._reverse(invoice).action_post):
            with self.assertRaisesRegex(UserError, "delivered already"), self.cr.savepoint():
                change()
        self.assertEqual(self._facts(enrollment, "amount_invoiced", "hours_left"), (9_999_999, 10))
        self.assertEqual(enrollment.amount_refundable, 1_666_666)

    def test_credit_of_a_cancellation_stays(self):
        """E7, E18: a cancelled enrolment gets no hours back."""
        enrollment = self._sell()
        enrollment.action_cancel()
        note = enrollment.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        with self.assertRaisesRegex(UserError, "its credit stays"), self.cr.savepoint():
            note.with_user(self.accountant).button_draft()
        self.assertEqual(self._facts(enrollment, "amount_invoiced", "hours_left"), (0, 0))

    # ------------------------------------------------------------------ money
    def test_written_off_is_not_collected(self):
        """E4, E15: what was written off settles the invoice, and nobody gets it back."""
        enrollment = self._sell()
        self._register(
            self._invoice(enrollment),
            installments_mode="full",
            amount=1_000_000,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.kept.id,
        )
        enrollment.invalidate_recordset()
        self.assertEqual(
            (enrollment.amount_paid, enrollment.amount_written_off, enrollment.amount_due),
            (1_000_000, 8_999_999, 0),
        )
        enrollment.action_cancel()
        enrollment.invalidate_recordset()
        self.assertEqual(enrollment.amount_refundable, 1_000_000)
        with self.assertRaisesRegex(UserError, "at most"), self.cr.savepoint():
            self._refund(enrollment, 1_000_001, user="director")

    def test_credit_note_of_nobody(self):
        """E4, E15: what the accountant gives for goodwill settles the invoice, and was not collected."""
        enrollment = self._sell()
        note = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_refund",
                    "partner_id": enrollment.partner_id.id,
                    "invoice_date": "2026-03-02",
                    "invoice_line_ids": [
                        Command.create({"name": "Goodwill", "price_unit": 3_000_000, "tax_ids": []})
                    ],
                }
            )
        )
        note.action_post()
        line = note.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self._invoice(enrollment).js_assign_outstanding_line(line.id)
        enrollment.invalidate_recordset()
        self.assertEqual((enrollment.amount_paid, enrollment.amount_written_off), (0, 3_000_000))
        self.assertEqual((enrollment.amount_due, enrollment.amount_refundable), (6_999_999, 0))

    def test_payment_reset_corrected_and_posted(self):
        """E11, E13, E15: a draft payment is no money; posted again it settles what is due."""
        enrollment = self._sell()
        payment = self._payment(enrollment, 4_000_000)
        payment.action_draft()
        enrollment.invalidate_recordset()
        self.assertEqual((enrollment.amount_paid, enrollment.amount_refundable), (0, 0))
        payment.action_post()
        names = ("amount_paid", "amount_due", "amount_refundable")
        self.assertEqual(self._facts(enrollment, *names), (4_000_000, 5_999_999, 4_000_000))
        payment.action_draft()
        payment.amount = 9_999_999
        payment.action_post()
        self.assertEqual(self._facts(enrollment, *names), (9_999_999, 0, 9_999_999))
        self.assertFalse(enrollment.instalment_ids.filtered("amount_residual"))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._facts(enrollment, *names), (0, 9_999_999, 0))

    def test_payment_is_not_reversed(self):
        """E22: a payment that bounced is cancelled; its entry is not turned round behind it."""
        enrollment = self._sell()
        payment = self._payment(enrollment, 4_000_000)
        with self.assertRaisesRegex(UserError, "cancel it instead"), self.cr.savepoint():
            self._reverse(payment.move_id)
        self.assertEqual(self._facts(enrollment, "amount_paid"), (4_000_000,))

    def test_paid_refund_stays(self):
        """E15: neither its payment nor its credit note is taken back."""
        enrollment = self._sell()
        self._collect(enrollment, 9_999_999, user="director")
        refund = self._refund(enrollment, 1_000_000, user="director")
        payment = refund.sudo().payment_id.with_user(self.accountant)
        note = refund.sudo().credit_note_id.with_user(self.accountant)
        for change in (payment.action_draft, payment.action_cancel, note.button_draft, note.button_cancel):
            with self.assertRaisesRegex(UserError, "collect it on the enrolment"), self.cr.savepoint():
                change()
            refund.invalidate_recordset()
        self.assertEqual((refund.state, payment.state in ("paid", "in_process")), ("paid", True))
        self.assertEqual(self._facts(enrollment, "amount_refunded", "amount_paid"), (1_000_000, 8_999_999))

    def test_dollars_paid_in_dong(self):
        """E11, E14: counted at the rate of its day, and no more than is open at the day's rate."""
        enrollment = self._sell("USD none")
        total = enrollment.amount_total
        dong = self._currency("VND")
        with self.assertRaisesRegex(UserError, "more than"), self.cr.savepoint():
            self._register(
                self._invoice(enrollment), currency_id=dong.id, installments_mode="full", amount=12_525_750
            )
        self._register(
            self._invoice(enrollment), currency_id=dong.id, installments_mode="full", amount=7_525_750
        )
        enrollment.invalidate_recordset()
        self.assertEqual((enrollment.amount_received, enrollment.payment_count), (total, 1))
        # Odoo turns the instalments into dong one by one.
        self.assertAlmostEqual(enrollment.amount_due, 0, delta=0.01)
        self.assertEqual(enrollment.currency_id.round(enrollment.amount_paid + enrollment.amount_due), total)

    def test_not_beyond_what_is_open_beside_another_invoice(self):
        """E14: also where an invoice that is no enrolment's is paid along."""
        enrollment = self._sell()
        other = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": enrollment.partner_id.id,
                    "invoice_date": "2026-03-02",
                    "invoice_line_ids": [
                        Command.create({"name": "Books", "price_unit": 100_000, "tax_ids": []})
                    ],
                }
            )
        )
        other.action_post()
        with self.assertRaisesRegex(UserError, "more than"), self.cr.savepoint():
            self._register(
                self._invoice(enrollment) | other,
                group_payment=True,
                installments_mode="full",
                amount=15_000_000,
            )

    def test_closed_month_does_not_change(self):
        """E22: the report has the day of the entry, which Odoo moves out of a closed period."""
        enrollment = self._sell()
        self.company.fiscalyear_lock_date = "2026-02-28"
        self._register(self._invoice(enrollment), payment_date="2026-02-10")
        self.env.flush_all()
        rows = self.env["edu.finance.report"].search(
            [("enrollment_id", "=", enrollment.id), ("received", "!=", 0)]
        )
        self.assertEqual(rows.mapped("date"), enrollment.sudo().payment_ids.move_id.mapped("date"))
        self.assertGreater(str(rows.date), "2026-02-28")
