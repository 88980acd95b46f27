from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_recognition import RecognitionCommon

# currency, price, typed discount, worth of one unit in the company's currency on the four days of a life
CURRENCIES = (
    ("VND", 9_999_999, 333_333, (1, 1, 1, 1)),
    ("USD", 1_000.01, 33.37, (23_456.7, 24_111.3, 25_003.9, 22_780.1)),
    ("KWD", 1_000.001, 7.777, (76_543.21, 80_001.9, 78_888.7, 81_234.5)),
)
SALE, PAYMENT, RECOGNITION, TODAY = range(4)


@tagged("post_install", "-at_install")
class TestTaxesCurrencies(RecognitionCommon):
    """One life of an enrolment under every kind of tax and currency, exact to the last unit at every step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.context_today(cls.env.user)
        cls.days = [today - timedelta(days=days) for days in (60, 40, 20, 0)]
        cls.class_ = cls.class_n.copy({"code": "T-TAX", "seats_limited": False})
        cls.class_.action_open()
        cls.vat = cls.deferred.copy({"code": "333100", "name": "VAT"})
        cls.on_top, cls.included, cls.second = (
            cls._make_tax(name, amount, kind)
            for name, amount, kind in (
                ("VAT 10", 10, "tax_excluded"),
                ("VAT 10 incl.", 10, "tax_included"),
                ("Levy 5", 5, "tax_excluded"),
            )
        )
        cls.promotion = cls.env["edu.promotion"].create(
            {
                "name": "Early Bird",
                "date_start": cls.days[SALE],
                "date_end": today + timedelta(days=1),
                "discount_rate": 7.77,
                "marketing_rate": 100,
                "campus_id": cls.north.id,
            }
        )

    @classmethod
    def _make_tax(cls, name, amount, kind):
        tax = cls.env["account.tax"].create(
            {"name": name, "amount": amount, "price_include_override": kind, "company_id": cls.company.id}
        )
        lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
        lines.filtered(lambda line: line.repartition_type == "tax").account_id = cls.vat
        return tax

    def _set_rates(self, name, worths):
        currency = self._currency(name)
        if currency != self.company.currency_id:
            self.env["res.currency.rate"].create(
                [
                    {
                        "name": day,
                        "currency_id": currency.id,
                        "company_id": self.company.id,
                        "inverse_company_rate": worth,
                    }
                    for day, worth in zip(self.days, worths, strict=True)
                ]
            )
        return currency

    def _draft(self, currency, price, discount, taxes, hours=23):
        package = self._make_package(
            name=f"{currency.name} {price} {len(taxes)}",
            price=price,
            currency_id=currency.id,
            hours=hours,
            payment_term_id=self.term.id,
        )
        package.tax_ids = taxes
        student = self.env["edu.student"].create({"name": package.name, "campus_id": self.north.id})
        enrollment = self._enroll(
            student,
            confirm=False,
            package_id=package.id,
            class_id=self.class_.id,
            promotion_id=self.promotion.id,
            discount_amount=discount,
        )
        enrollment.date_confirmed = self.days[SALE]
        return enrollment

    def _moves(self, enrollment, kind):
        return enrollment.invoice_ids.filtered(lambda move: move.move_type == kind and move.state == "posted")

    def _assert_same(self, currency, one, other, message=None):
        self.assertEqual(currency.compare_amounts(one, other), 0, f"{message or ''}: {one} ≠ {other}")

    def _assert_exact(self, enrollment, step):
        """What holds after every step (invariant 6), read from the books alone."""
        currency = enrollment.currency_id
        invoice, notes = (self._moves(enrollment, kind) for kind in ("out_invoice", "out_refund"))
        self._assert_same(
            currency, sum(enrollment.instalment_ids.mapped("amount_currency")), invoice.amount_total, step
        )
        for side in ("amount_total", "amount_untaxed", "amount_tax"):
            self.assertLessEqual(
                currency.compare_amounts(sum(notes.mapped(side)), invoice[side]), 0, f"{step}: {side}"
            )
        net = invoice.amount_untaxed - sum(notes.mapped("amount_untaxed"))
        self._assert_same(currency, enrollment.amount_delivered + enrollment.amount_deferred, net, step)
        applied = sum(move.amount_total - move.amount_residual for move in invoice) - sum(
            notes.mapped("amount_total")
        )
        self._assert_same(
            currency,
            enrollment.amount_received,
            applied + enrollment.amount_credit + enrollment.amount_refunded,
            step,
        )
        self._assert_books_agree(enrollment)

    def _assert_books_agree(self, enrollments):
        """Of these enrolments alone: the lives before this one have emptied the account."""
        currency = enrollments.currency_id
        unposted = enrollments.ledger_ids.filtered(
            lambda entry: entry.kind in ("delivery", "expiry") and not entry.move_id
        )
        expected = sum(enrollments.ledger_ids.mapped("amount")) - sum(unposted.mapped("amount"))
        self._assert_same(currency, self._balance(self.deferred, currency_id=currency), expected, "deferred")

    def _assert_nothing_deferred(self, currency):
        self.assertEqual(self._balance(self.deferred, currency_id=currency), 0)
        self.assertEqual(self._balance(self.deferred, "balance", currency_id=currency), 0)

    def _live(self, currency, price, discount, taxes):
        """Deposit, confirm, collect, deliver, refund, deliver, cancel; recognised in between."""
        enrollment = self._draft(currency, price, discount, taxes)
        unit = currency.rounding
        self._collect(enrollment, currency.round(price / 7), date=self.days[SALE])
        enrollment.action_confirm()
        invoice = self._moves(enrollment, "out_invoice")
        self.assertEqual(invoice.invoice_date, self.days[SALE])
        for side in ("amount_untaxed", "amount_total"):
            self._assert_same(currency, enrollment[side], invoice[side], side)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("price_unit"),
            [price, -discount, -enrollment.promotion_amount],
        )
        self.assertEqual(len(enrollment.instalment_ids), 3)
        self._assert_exact(enrollment, "confirmed")
        self._collect(enrollment, currency.round(enrollment.amount_due * 0.61803), date=self.days[PAYMENT])
        self._assert_exact(enrollment, "collected")
        self._deliver(enrollment, 3, date=self.days[PAYMENT])
        self._deliver(enrollment, 1.37, date=self.days[PAYMENT])
        self._recognize(date_to=self.days[RECOGNITION])
        self._assert_exact(enrollment, "delivered")
        for share in (0.123, 0.0777):
            amount = currency.round(enrollment.amount_refundable * share)
            refund = self._refund(enrollment, amount)
            self._assert_same(currency, refund.credit_note_id.amount_total, amount, "credit note")
            self._assert_exact(enrollment, "refunded")
        self._refund(enrollment, unit)
        self._assert_exact(enrollment, "one unit refunded")
        self._deliver(enrollment, 2.11, date=self.days[TODAY])
        self._recognize(date_to=self.days[TODAY])
        self._assert_exact(enrollment, "delivered again")
        self._deliver(enrollment, 1, date=self.days[TODAY])
        enrollment.action_cancel()
        self._assert_exact(enrollment, "cancelled")
        self.assertEqual(enrollment.amount_deferred, 0)
        self._recognize(date_to=self.days[TODAY])
        self._assert_exact(enrollment, "recognised")
        self._assert_nothing_deferred(currency)
        if enrollment.amount_refundable:
            self._refund(enrollment, enrollment.amount_refundable)
        elif currency.compare_amounts(enrollment.amount_due, 0) > 0:
            self._collect(enrollment, enrollment.amount_due)
        self._assert_exact(enrollment, "settled")
        self.assertEqual((enrollment.amount_due, enrollment.amount_credit), (0, 0))
        return enrollment

    def _lives(self, taxes, names=("VND", "USD", "KWD")):
        self.assertLessEqual({*names}, {name for name, *_numbers in CURRENCIES})
        for name, price, discount, worths in CURRENCIES:
            if name not in names:
                continue
            with self.subTest(name):
                currency = self._set_rates(name, worths)
                enrollment = self._live(currency, price, discount, taxes)
                self._assert_exchange(enrollment, worths[SALE])

    def _assert_exchange(self, enrollment, worth):
        """The rate of the sale holds for what was earned and for its tax; the rest is Odoo's exchange account's."""
        currency, company = enrollment.currency_id, self.company
        accounts = company.income_currency_exchange_account_id | company.expense_currency_exchange_account_id
        moves = enrollment.invoice_ids | enrollment.payment_ids.move_id | enrollment.ledger_ids.move_id
        receivable = moves.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertTrue(receivable)
        self.assertFalse(any(receivable.mapped("amount_residual")))
        self.assertFalse(any(receivable.mapped("amount_residual_currency")))
        earned = self._balance(self.income, currency_id=currency)
        rounding = len(moves.line_ids) * company.currency_id.rounding
        self.assertAlmostEqual(
            self._balance(self.income, "balance", currency_id=currency), earned * worth, delta=rounding
        )
        tax = self._balance(self.vat, currency_id=currency)
        # Odoo counts a tax in the company's currency from what it was before it was rounded.
        rounding += len(moves.line_ids) * currency.rounding * worth / 2
        self.assertAlmostEqual(
            self._balance(self.vat, "balance", currency_id=currency), tax * worth, delta=rounding
        )
        exchanged = self.env["account.move.line"].search([("account_id", "in", accounts.ids)])
        self.assertEqual(bool(exchanged), currency != company.currency_id)
        # Nothing but bank, receivable, deferred, income, tax and exchange is touched by a life.
        lines = self.env["account.move.line"].search(
            [("company_id", "=", company.id), ("parent_state", "=", "posted")]
        )
        others = lines.account_id - self.deferred - self.income - self.vat - accounts
        self.assertLessEqual(
            set(others.mapped("account_type")), {"asset_receivable", "asset_cash", "asset_current"}
        )

    def test_without_tax(self):
        self._lives(self.on_top.browse())

    def test_tax_on_top(self):
        self._lives(self.on_top, ("VND", "USD"))

    def test_tax_included(self):
        """Also of a price that does not divide."""
        self._lives(self.included)

    def test_two_taxes_on_top(self):
        self._lives(self.on_top | self.second, ("VND", "KWD"))

    def test_included_and_on_top(self):
        self._lives(self.included | self.second)

    def test_rounded_globally(self):
        """Where the company rounds the taxes of a whole document at once."""
        self.company.tax_calculation_rounding_method = "round_globally"
        self._lives(self.included | self.second, ("VND", "USD"))

    def test_whole_credit_is_the_invoice(self):
        """A part paid back, then cancelled before the first lesson: the notes undo the invoice, tax by tax."""
        for taxes, (name, price, discount, worths) in zip(
            (self.included | self.second, self.on_top | self.second, self.included), CURRENCIES, strict=True
        ):
            currency = self._set_rates(name, worths)
            for odd in (0, 7):
                with self.subTest(name, odd=odd):
                    enrollment = self._draft(currency, price - odd * 37 * currency.rounding, discount, taxes)
                    enrollment.action_confirm()
                    self._collect(enrollment, currency.round(price / 3))
                    self._refund(enrollment, currency.round(price / 7))
                    enrollment.action_cancel()
                    invoice, notes = (self._moves(enrollment, kind) for kind in ("out_invoice", "out_refund"))
                    for side in ("amount_untaxed", "amount_tax", "amount_total"):
                        self._assert_same(currency, sum(notes.mapped(side)), invoice[side], side)
                    for tax in taxes:
                        booked = enrollment.invoice_ids.line_ids.filtered(
                            lambda line, tax=tax: line.tax_line_id == tax
                        )
                        self._assert_same(currency, sum(booked.mapped("amount_currency")), 0, tax.name)
                    self._assert_nothing_deferred(currency)

    def test_enrolment_says_what_the_invoice_will(self):
        """Taxes are counted line by line on both, so that they round alike (E4)."""
        for taxes in (self.on_top | self.second, self.included, self.included | self.second):
            for name, price, discount, _worths in CURRENCIES:
                currency = self._currency(name)
                drafts = self.env["edu.enrollment"]
                for odd in (3, 11):
                    drafts |= self._draft(
                        currency,
                        price - odd * 37 * currency.rounding,
                        discount + odd * currency.rounding,
                        taxes,
                    )
                said = {draft: (draft.amount_untaxed, draft.amount_total) for draft in drafts}
                drafts.action_confirm()
                for draft, amounts in said.items():
                    invoice = draft.invoice_ids
                    for ours, theirs in zip(
                        amounts, (invoice.amount_untaxed, invoice.amount_total), strict=True
                    ):
                        self._assert_same(currency, ours, theirs, f"{draft.price} {taxes.mapped('name')}")

    def test_money_moves_between_rates(self):
        """E16: what was paid at one rate pays an invoice of another day; the rest is the exchange account's."""
        fees = self.income.copy({"code": "711200", "name": "Fees"})
        self.company.edu_transfer_fee_account_id = fees
        for taxes, (name, price, discount, worths) in zip(
            (self.included, self.included | self.second, self.on_top | self.second), CURRENCIES, strict=True
        ):
            with self.subTest(name):
                currency = self._set_rates(name, worths)
                source = self._draft(currency, price, discount, taxes)
                source.action_confirm()
                self._collect(source, source.amount_total, date=self.days[PAYMENT])
                self._deliver(source, 5.37, date=self.days[PAYMENT])
                self._recognize(date_to=self.days[RECOGNITION])
                target = self._draft(currency, price, 0, taxes)
                target.date_confirmed = self.days[TODAY]
                target.action_confirm()
                moved, fee = source.amount_refundable, currency.round(price / 50)
                self.env["edu.enrollment.transfer"].create(
                    {
                        "enrollment_id": source.id,
                        "target": "enrollment",
                        "target_enrollment_id": target.id,
                        "amount": moved,
                        "fee": fee,
                    }
                ).action_apply()
                self.assertEqual((source.state, source.amount_deferred), ("cancelled", 0))
                for enrollment in (source, target):
                    self._assert_same(
                        currency,
                        enrollment.amount_delivered + enrollment.amount_deferred,
                        sum(
                            move.amount_untaxed * (1 if move.move_type == "out_invoice" else -1)
                            for move in enrollment.invoice_ids
                            if move.move_type != "entry"
                        ),
                    )
                self.assertEqual((source.amount_due, source.amount_credit), (0, 0))
                self._assert_same(currency, target.amount_due, target.amount_total - moved + fee, "due")
                self._collect(target, target.amount_due)
                self._assert_same(currency, target.amount_due, 0, "paid")
                self._assert_same(currency, self._balance(fees, currency_id=currency), fee, "fee")
                receivable = (
                    (source | target).invoice_ids | (source | target).payment_ids.move_id
                ).line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
                self.assertTrue(receivable)
                self.assertFalse(any(receivable.mapped("amount_residual")))
                self.assertFalse(any(receivable.mapped("amount_residual_currency")))
                self._deliver(target, 23, date=self.days[TODAY])
                self._recognize(date_to=self.days[TODAY])
                self._assert_nothing_deferred(currency)
