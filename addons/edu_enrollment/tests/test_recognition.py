from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import EnrollmentCommon

MARCH = date(2026, 3, 31)


class RecognitionCommon(EnrollmentCommon):
    """``company`` defers its revenue to ``deferred``; the packages earn on ``income``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred, cls.income = cls.env["account.account"].create(
            [
                {"code": code, "name": name, "account_type": kind, "company_ids": cls.company.ids}
                for code, name, kind in (
                    ("338700", "Deferred tuition", "liability_current"),
                    ("511300", "Tuition", "income"),
                )
            ]
        )
        cls.package.product_id.property_account_income_id = cls.income
        cls.company.write({"edu_defer_revenue": True, "edu_deferred_account_id": cls.deferred.id})

    @classmethod
    def _make_package(cls, **values):
        package = super()._make_package(**values)
        if hasattr(cls, "income"):
            package.product_id.property_account_income_id = cls.income
        return package

    def _recognize(self, date_to=MARCH, user=None, **values):
        """Run the wizard; the journal entries that it shows."""
        wizard = self.env["edu.revenue.recognize"]
        if user:
            wizard = wizard.with_user(self.users[user])
        action = wizard.create({"date_to": date_to, **values}).action_apply()
        if action["type"] == "ir.actions.client":
            return self.env["account.move"]
        return self.env["account.move"].search(action["domain"])

    def _balance(self, account, field="amount_currency", **values):
        """What is booked on an account: credit is positive here."""
        domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        domain += [(name, "=", value.id) for name, value in values.items()]
        return round(-sum(self.env["account.move.line"].search(domain).mapped(field)), 6) + 0.0

    def _assert_books_agree(self, enrollments):
        """Deferred in accounting = what the ledger still owes + what it earned and has not posted yet."""
        for currency, group in enrollments.grouped("currency_id").items():
            entries = group.ledger_ids
            unposted = entries.filtered(
                lambda entry: entry.kind in ("delivery", "expiry") and not entry.move_id
            )
            expected = sum(entries.mapped("amount")) - sum(unposted.mapped("amount"))
            self.assertEqual(
                currency.compare_amounts(self._balance(self.deferred, currency_id=currency), expected),
                0,
                f"{self._balance(self.deferred, currency_id=currency)} deferred, the ledger says {expected}",
            )
            net = sum(
                move.amount_untaxed * (1 if move.move_type == "out_invoice" else -1)
                for move in group.invoice_ids
            )
            earned = self._balance(self.income, currency_id=currency)
            self.assertEqual(
                currency.compare_amounts(earned + self._balance(self.deferred, currency_id=currency), net),
                0,
            )


@tagged("post_install", "-at_install")
class TestRecognition(RecognitionCommon):
    def test_invoice_is_deferred(self):
        """E19: the course and its discount wait on the deferred account; without deferral they are income."""
        enrollment = self._enroll(discount_amount=333_333)
        self.assertEqual(enrollment.invoice_ids.invoice_line_ids.account_id, self.deferred)
        self.assertEqual(self._balance(self.deferred), 9_666_666)
        self.company.edu_defer_revenue = False
        other = self._enroll(self.binh)
        self.assertEqual(other.invoice_ids.invoice_line_ids.account_id, self.income)
        self._deliver(other, 60)
        self.assertFalse(self._recognize())

    def test_without_the_account_nothing_is_confirmed(self):
        """The message names the setting; no invoice, no seat."""
        self.company.edu_deferred_account_id = False
        enrollment = self._enroll(confirm=False)
        with self.assertRaisesRegex(UserError, "Deferred Revenue Account"), self.cr.savepoint():
            enrollment.with_user(self.users["counsellor"]).action_confirm()
        self.assertEqual((enrollment.state, len(enrollment.invoice_ids)), ("draft", 0))

    def test_counsellor_confirms(self):
        """Whoever may sell need not see the accounts, nor choose one."""
        enrollment = self._enroll(confirm=False)
        enrollment.with_user(self.users["counsellor"]).action_confirm()
        self.assertEqual(enrollment.deferred_account_id, self.deferred)
        with self.assertRaises(AccessError):
            enrollment.with_user(self.users["counsellor"]).deferred_account_id = self.income
        with self.assertRaises(AccessError):
            enrollment.with_user(self.users["cashier"]).write({"deferred_account_id": self.income.id})

    def test_month_is_posted_once(self):
        """E19: one entry moves exactly what was earned; a second run posts nothing."""
        enrollments = self._enroll(self.an | self.binh)
        self._deliver(enrollments[0], 7)
        self._deliver(enrollments[1], 2.5, date="2026-03-31")
        later = self._deliver(enrollments[1], 1, date="2026-04-01")
        move = self._recognize(user="cashier")
        self.assertEqual((len(move), move.state, move.date), (1, "posted", MARCH))
        self.assertEqual(
            self._balance(self.income), sum(enrollments.mapped("amount_delivered")) + later.amount
        )
        deliveries = enrollments.ledger_ids.filtered(lambda entry: entry.kind == "delivery")
        self.assertEqual((deliveries - later).move_id, move)
        self.assertFalse(later.move_id)
        self._assert_books_agree(enrollments)
        self.assertFalse(self._recognize())
        self.assertTrue(self._recognize(date_to=date(2026, 4, 30)))
        self._assert_books_agree(enrollments)

    def test_correction_takes_revenue_back(self):
        """A roll that was corrected after the month was posted: the next entry counters it."""
        enrollment = self._enroll()
        self._deliver(enrollment, 7)
        self._recognize()
        self._deliver(enrollment, -7, date="2026-04-02")
        move = self._recognize(date_to=date(2026, 4, 30))
        self.assertEqual(self._balance(self.income), 0)
        self.assertEqual(self._balance(self.deferred), 9_999_999)
        countering = enrollment.ledger_ids.filtered(lambda line: line.kind == "delivery" and line.hours > 0)
        self.assertEqual(countering.move_id, move)

    def test_delivery_and_correction_in_one_month(self):
        """Nothing was earned: no entry, and the books agree."""
        enrollment = self._enroll()
        self._deliver(enrollment, 7)
        self._deliver(enrollment, -7)
        self.assertFalse(self._recognize())
        self._assert_books_agree(enrollment)

    def test_to_the_last_unit(self):
        """E19: lesson by lesson, then cancelled: VND, USD, KWD; without tax, on top, included."""
        taxes = self.env["account.tax"].create(
            [
                {
                    "name": f"VAT {kind}",
                    "amount": 10,
                    "company_id": self.company.id,
                    "price_include_override": kind,
                }
                for kind in ("tax_included", "tax_excluded")
            ]
        )
        vat = self.deferred.copy({"code": "333100", "name": "VAT"})
        lines = taxes.invoice_repartition_line_ids | taxes.refund_repartition_line_ids
        lines.filtered(lambda line: line.repartition_type == "tax").account_id = vat
        enrollments = self.env["edu.enrollment"]
        class_ = self.class_n.copy({"code": "T-BIG", "seats_limited": False})
        class_.action_open()
        for name, price, discount in (
            ("VND", 9_999_999, 333_333),
            ("USD", 1000.01, 33.33),
            ("KWD", 1000.001, 0.777),
        ):
            currency = self._currency(name)
            for tax in (taxes.browse(), *taxes):
                package = self._make_package(
                    name=f"{name} {tax.name}", price=price, currency_id=currency.id, hours=7
                )
                package.tax_ids = tax
                student = self.env["edu.student"].create(
                    {"name": f"{name} {tax.name}", "campus_id": self.north.id}
                )
                enrollments |= self._enroll(
                    student, package_id=package.id, class_id=class_.id, discount_amount=discount
                )
        for month in range(1, 4):
            for enrollment in enrollments:
                self._deliver(enrollment, 1, date=f"2026-0{month}-15")
            self._assert_books_agree(enrollments)
            moves = self._recognize(date_to=date(2026, month, 28))
            self.assertEqual(len(moves), 3, "one for each currency")
            self._assert_books_agree(enrollments)
        for enrollment in enrollments:
            entry = sum(enrollment.ledger_ids.filtered(lambda line: line.kind == "delivery").mapped("amount"))
            self.assertEqual(
                enrollment.currency_id.compare_amounts(
                    -entry + enrollment.amount_deferred, enrollment.amount_untaxed
                ),
                0,
            )
        for enrollment in enrollments[::2]:
            enrollment.action_cancel()
            self._assert_books_agree(enrollments)
        for enrollment in enrollments[1::2]:
            self._deliver(enrollment, 4, date="2026-04-15")
        self._recognize(date_to=date(2026, 4, 30))
        self._assert_books_agree(enrollments)
        self.assertEqual(self._balance(self.deferred), 0)

    def test_foreign_currency_keeps_the_worth_of_its_invoice(self):
        """The rate of the invoice holds, whatever the rate does; nothing stays in the company's currency."""
        usd = self._currency("USD")
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "inverse_company_rate": rate,
                }
                for day, rate in (("2020-01-01", 23_456.7), (fields.Date.today() + timedelta(1), 26_000))
            ]
        )
        package = self._make_package(name="Dollars", price=100.01, currency_id=usd.id, hours=3)
        enrollment = self._enroll(package_id=package.id)
        worth = self._balance(self.deferred, "balance")
        self.assertEqual(worth, round(100.01 * 23_456.7))
        for day in (1, 2, 3):
            self._deliver(enrollment, 1, date=f"2026-03-0{day}")
            self._recognize(date_to=fields.Date.today() + timedelta(day))
        self.assertEqual(self._balance(self.income), 100.01)
        self.assertEqual(self._balance(self.income, "balance"), worth)
        self.assertEqual(self._balance(self.deferred, "balance"), 0)

    def test_credit_note_in_foreign_currency_keeps_the_worth_of_its_invoice(self):
        """E17, E19: cancelled at another rate than invoiced, nothing stays deferred or owed in any currency."""
        usd = self._currency("USD")
        today = fields.Date.today()
        self.env["res.currency.rate"].create(
            [
                {"name": day, "currency_id": usd.id, "company_id": self.company.id, "inverse_company_rate": rate}
                for day, rate in ((today - timedelta(30), 25_000), (today - timedelta(1), 26_000))
            ]
        )
        package = self._make_package(name="Dollars", price=100.01, currency_id=usd.id, hours=3)
        enrollment = self._enroll(package_id=package.id, confirm=False)
        enrollment.sudo().date_confirmed = today - timedelta(10)
        enrollment.action_confirm()
        self.assertEqual(self._balance(self.deferred, "balance"), 2_500_250)
        enrollment.action_cancel()
        self.assertEqual(self._balance(self.deferred), 0)
        self.assertEqual(self._balance(self.deferred, "balance"), 0)
        self.assertEqual(sum(enrollment.invoice_ids.mapped("amount_total_signed")), 0)

    def test_campus_and_range(self):
        """Restricted to a campus, or to a month, the rest stays for later."""
        north = self._enroll()
        south = self._enroll(self.chi, campus_id=self.south.id, class_id=self.class_s.id)
        self._deliver(north, 1)
        self._deliver(south, 2)
        self._deliver(north, 4, date="2026-02-27")
        move = self._recognize(period="month", campus_ids=self.north.ids)
        self.assertEqual(move.edu_ledger_ids.enrollment_id, north)
        self.assertEqual(sum(move.edu_ledger_ids.mapped("hours")), -1)
        self.assertEqual(sum(self._recognize().edu_ledger_ids.mapped("hours")), -6)
        self._assert_books_agree(north | south)

    def test_locked_period(self):
        """A closed month: a sentence, and nothing half done; a later date goes."""
        enrollment = self._enroll()
        self._deliver(enrollment, 3)
        self.company.fiscalyear_lock_date = MARCH
        with self.assertRaisesRegex(UserError, "cannot be posted"), self.cr.savepoint():
            self._recognize()
        self.assertFalse(enrollment.ledger_ids.move_id)
        self.assertEqual(self._balance(self.income), 0)
        self.assertEqual(self._recognize(date_to=date(2026, 4, 30)).date, date(2026, 4, 30))

    def test_entry_stays_posted(self):
        """Reset, cancel and reverse are refused while the ledger points at the entry; the way out is said."""
        enrollment = self._enroll()
        self._deliver(enrollment, 3)
        move = self._recognize()
        for refused in (move.button_draft, move.button_cancel, move._reverse_moves):
            with self.assertRaisesRegex(UserError, "Correct the attendance"), self.cr.savepoint():
                refused()
        self.assertEqual(move.state, "posted")

    def test_ledger_takes_no_other_step(self):
        """E18: only from not posted to posted; over the ORM not even that."""
        enrollment = self._enroll()
        entry = self._deliver(enrollment, 3)
        move = self._recognize()
        with self.assertRaisesRegex(UserError, "never changed"):
            entry.move_id = False
        with self.assertRaisesRegex(UserError, "somebody else"):
            entry._mark_recognized(move)
        purchase = enrollment.ledger_ids.filtered(lambda line: line.kind == "purchase")
        with self.assertRaisesRegex(UserError, "somebody else"):
            purchase._mark_recognized(move)

    def test_who_may(self):
        """X1: the cashier and the director; not a counsellor, a teacher or the academic staff."""
        for role in ("counsellor", "teacher", "academic", "manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._recognize(user=role)
        self.assertFalse(self._recognize(user="director"))

    def test_cron(self):
        """What was earned up to the end of last month; a closed company does not stop the others."""
        enrollment = self._enroll()
        today = fields.Date.today()
        self._deliver(enrollment, 3, date=today.replace(day=1) - timedelta(days=1))
        self._deliver(enrollment, 5, date=today)
        self.company.fiscalyear_lock_date = today
        with self.assertLogs("odoo.addons.edu_enrollment", "WARNING"):
            self.env["edu.ledger.entry"]._cron_recognize()
        self.assertEqual(self._balance(self.income), 0)
        self.company.fiscalyear_lock_date = False
        self.env.ref("edu_enrollment.ir_cron_recognize").ir_actions_server_id.run()
        self.env.invalidate_all()
        self.assertEqual(self._balance(self.income), 500_000)

    def test_queries_do_not_grow(self):
        """Figures: as many queries for 1,000 entries as for 100."""
        enrollments = self._enroll(self.an | self.binh)

        def recognize(count, day):
            self.env["edu.ledger.entry"]._deliver(
                [
                    {"enrollment_id": enrollments[index % 2].id, "date": day, "hours": 0.01}
                    for index in range(count)
                ]
            )
            return self._count_queries(lambda: self._recognize(date_to=day))

        recognize(2, date(2026, 3, 1))
        few, many = recognize(100, date(2026, 3, 2)), recognize(1000, date(2026, 3, 3))
        self.assertLessEqual(many, few)
