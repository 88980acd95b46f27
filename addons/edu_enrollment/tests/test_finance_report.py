import io
import re
from datetime import date, timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .test_recognition import RecognitionCommon

MEASURES = (
    "received",
    "refunds",
    "collected",
    "invoiced",
    "credited",
    "due",
    "overdue",
    "open_credit",
    "discounts",
    "discounts_marketing",
    "discounts_center",
    "delivered",
    "deferred",
)


@tagged("post_install", "-at_install")
class TestFinanceReport(RecognitionCommon):
    """What happened: the dollar is worth 25,000 đồng.

    ========= ======= ======================================== ==================== =========================
    sale      who     price and discounts                      delivered            money
    ========= ======= ======================================== ==================== =========================
    sale      an      9,999,999 đ less 333,333 typed, 10 %     6 of 60 hours        one instalment, one late
    gone      chi     9,999,999 đ at south                     20 hours, then left  nothing paid
    dollars   binh    $ 300.01 less 10 %                       1 hour               nothing paid
    ========= ======= ======================================== ==================== =========================

    Of the 10 % of a promotion marketing bears 30.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.promotion = cls.env["edu.promotion"].create(
            {
                "name": "Summer",
                "date_start": cls.today - timedelta(days=10),
                "date_end": cls.today + timedelta(days=10),
                "discount_rate": 10,
                "marketing_rate": 30,
                "center_rate": 70,
                "campus_id": cls.north.id,
            }
        )
        usd = cls._currency("USD")
        cls.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": cls.company.id,
                "name": cls.today - timedelta(days=100),
                "inverse_company_rate": 25_000,
            }
        )
        cls.sale = cls._enroll(discount_amount=333_333, promotion_id=cls.promotion.id)
        cls.gone = cls._enroll(cls.chi, campus_id=cls.south.id, class_id=cls.class_s.id)
        package = cls._make_package(name="Dollars", price=300.01, currency_id=usd.id)
        cls.dollars = cls._enroll(cls.binh, package_id=package.id, promotion_id=cls.promotion.id)
        cls.env["edu.ledger.entry"]._deliver(
            [
                {"enrollment_id": cls.sale.id, "date": cls.today, "hours": 6},
                {"enrollment_id": cls.gone.id, "date": cls.today, "hours": 20},
                {"enrollment_id": cls.dollars.id, "date": cls.today, "hours": 1},
            ]
        )
        action = cls.sale.with_user(cls.users["cashier"]).action_register_payment()
        cls.env["account.payment.register"].with_user(cls.users["cashier"]).with_context(
            **action["context"]
        ).create({}).action_create_payments()
        cls.gone.action_cancel()
        cls.late = cls.sale.instalment_ids[1]
        cls.late.date_maturity = cls.today - timedelta(days=45)
        cls.env.flush_all()

    def _figures(self, user="director", **values):
        domain = [(name, "=", record.id) for name, record in values.items()]
        [row] = (
            self.env["edu.finance.report"]
            .with_user(self.users[user])
            ._read_group(domain, [], [f"{name}:sum" for name in MEASURES])
        )
        return dict(zip(MEASURES, (round(amount or 0, 6) for amount in row), strict=True))

    def _accounting(self, *domain):
        """Sum of the company's posted journal items, debit positive, in its currency."""
        [(balance,)] = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted"), *domain],
            [],
            ["balance:sum"],
        )
        return balance or 0.0

    def _sell_hours(self, price, student=None, **values):
        package = self._make_package(name=f"Pass {price}", price=price, kind="hours")
        return self._enroll(student or self.binh, class_id=False, package_id=package.id, **values)

    def _assert_agrees_with_accounting(self):
        """Every total is that of the journal items, whatever happened."""
        self.env.flush_all()
        figures = self._figures(company_id=self.company)
        receivable = ("account_id.account_type", "=", "asset_receivable")
        money = (
            ("journal_id.type", "in", ("bank", "cash")),
            ("account_id.account_type", "=", "asset_receivable"),
        )
        self.assertEqual(figures["collected"], -self._accounting(*money))
        self.assertEqual(figures["received"], -self._accounting(*money, ("balance", "<", 0)))
        self.assertEqual(figures["refunds"], self._accounting(*money, ("balance", ">", 0)))
        self.assertEqual(figures["invoiced"], self._accounting(receivable, ("journal_id.type", "=", "sale")))
        self.assertEqual(figures["due"], self._accounting(receivable))
        # What is earned and not posted yet is still on the account of deferred revenue.
        self.env["edu.ledger.entry"]._recognize(self.company, self.today + timedelta(days=1))
        self.assertAlmostEqual(
            figures["deferred"], -self._accounting(("account_id", "=", self.deferred.id)), delta=1
        )
        self.assertAlmostEqual(
            figures["delivered"], -self._accounting(("account_id", "=", self.income.id)), delta=1
        )

    def test_agrees_with_the_enrolments(self):
        """E22: each figure is that of the enrolment, in the currency of the company."""
        for enrollment, rate in ((self.sale, 1), (self.gone, 1), (self.dollars, 25_000)):
            with self.subTest(enrollment.package_id.name):
                figures = self._figures(enrollment_id=enrollment)
                for name, expected in (
                    ("invoiced", enrollment.amount_invoiced),
                    ("collected", enrollment.amount_paid),
                    ("due", enrollment.amount_due),
                    ("delivered", enrollment.amount_delivered),
                    ("deferred", enrollment.amount_deferred),
                ):
                    self.assertAlmostEqual(figures[name], expected * rate, 6, name)
        sale = self._figures(enrollment_id=self.sale)
        self.assertEqual(sale["overdue"], self.late.amount_residual)
        self.assertEqual(sale["collected"], sale["received"])
        self.assertGreater(sale["collected"], 0)
        self.assertEqual(self._figures(enrollment_id=self.gone)["credited"], 6_666_666)
        self.assertEqual(self._figures(enrollment_id=self.dollars)["due"], 270.01 * 25_000)

    def test_agrees_with_accounting(self):
        self._assert_agrees_with_accounting()

    def test_discounts_by_bearer(self):
        """E6, E22: in đồng, and the same as in the report on discounts, also of who left."""
        expected = {self.sale: (300_000, 700_000 + 333_333), self.dollars: (9 * 25_000, 21 * 25_000)}
        for enrollment, (marketing, center) in expected.items():
            figures = self._figures(enrollment_id=enrollment)
            self.assertEqual(
                (figures["discounts_marketing"], figures["discounts_center"], figures["discounts"]),
                (marketing, center, marketing + center),
            )
        self.sale.action_cancel()
        self.env.flush_all()
        figures = self._figures(company_id=self.company)
        for bearer in ("marketing", "center"):
            [(cost,)] = self.env["edu.discount.report"]._read_group(
                [("company_id", "=", self.company.id), ("bearer", "=", bearer)], [], ["amount:sum"]
            )
            self.assertEqual(figures[f"discounts_{bearer}"], cost)
        self.assertEqual(self._figures(enrollment_id=self.sale)["discounts_marketing"], 30_000)

    def test_deposits_and_open_credit_are_collected(self):
        """E12, E22: when the money comes in, not when it is applied; it is nobody's overdue debt."""
        draft = self._sell_hours(9_999_999, confirm=False)
        self._collect(draft, 2_000_000)
        self.env.flush_all()
        before = self._figures(enrollment_id=draft)
        self.assertEqual(
            [before[name] for name in ("received", "collected", "open_credit", "due", "overdue", "invoiced")],
            [2_000_000, 2_000_000, 2_000_000, -2_000_000, 0, 0],
        )
        self._assert_agrees_with_accounting()
        draft.action_confirm()
        self._collect(draft, draft.amount_due + 5_000)
        self.env.flush_all()
        after = self._figures(enrollment_id=draft)
        self.assertEqual(
            [after[name] for name in ("collected", "open_credit", "due", "invoiced")],
            [10_004_999, 5_000, -5_000, 9_999_999],
        )
        self._assert_agrees_with_accounting()

    def test_refunds_are_subtracted(self):
        """E15, E22: received less given back; of an enrolment that left in dollars as well."""
        for enrollment, paid, back in ((self.sale, 2_000_000, 1_500_000), (self.dollars, 200.0, 100.5)):
            self._collect(enrollment, paid)
            received = self._figures(enrollment_id=enrollment)["received"]
            self._refund(enrollment, back)
            self.env.flush_all()
            figures = self._figures(enrollment_id=enrollment)
            rate = 25_000 if enrollment == self.dollars else 1
            self.assertEqual(figures["refunds"], back * rate)
            self.assertEqual(figures["collected"], received - back * rate)
            self.assertEqual(figures["received"], received)
            self.assertEqual(figures["collected"], round(enrollment.amount_paid * rate, 6))
        self._assert_agrees_with_accounting()

    def test_moved_money_is_not_collected(self):
        """E16, E22: it was collected where it came in; over there it is less that is due."""
        self._collect(self.sale, self.sale.amount_due)
        other = self._sell_hours(9_999_999)
        self.env.flush_all()
        before = {record: self._figures(enrollment_id=record) for record in (self.sale, other)}
        self.env["edu.enrollment.transfer"].create(
            {
                "enrollment_id": self.sale.id,
                "target": "enrollment",
                "target_enrollment_id": other.id,
                "amount": 1_000_000,
                "keep_source": True,
            }
        ).action_apply()
        self.env.flush_all()
        for record, due in ((self.sale, 0), (other, 8_999_999)):
            after = self._figures(enrollment_id=record)
            for name in ("received", "refunds", "collected"):
                self.assertEqual(after[name], before[record][name], name)
            self.assertEqual(after["due"], due)
        self.assertEqual(self._figures(enrollment_id=self.sale)["credited"], 1_000_000)
        self._assert_agrees_with_accounting()

    def test_money_without_an_enrolment(self):
        """A payment of two invoices at once, and an entry in the bank's journal, count where they were applied."""
        second = self._sell_hours(500_000, self.an)
        invoices = (self.sale | second).invoice_ids
        before = self.sale.amount_paid
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        payments = wizard.create({"group_payment": True, "installments_mode": "full"})._create_payments()
        self.assertEqual((len(payments), payments.enrollment_id.ids), (1, []))
        self.env.flush_all()
        self.assertEqual(self._figures(enrollment_id=second)["collected"], 500_000)
        sale = self._figures(enrollment_id=self.sale)
        self.assertEqual((sale["collected"], sale["due"]), (self.sale.amount_paid, self.sale.amount_due))
        self.assertGreater(sale["collected"], before)
        last = self._sell_hours(9_999_999)
        instalment = last.instalment_ids[:1]
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": bank.id,
                "line_ids": [
                    Command.create({"account_id": bank.default_account_id.id, "balance": 700_000}),
                    Command.create({"account_id": instalment.account_id.id, "balance": -700_000}),
                ],
            }
        )
        entry.action_post()
        (entry.line_ids[1] | instalment).reconcile()
        self.env.flush_all()
        self.assertEqual(self._figures(enrollment_id=last)["received"], 700_000)
        self._assert_agrees_with_accounting()

    def test_filters(self):
        """The filters of the screen show what they say, and nothing beside it."""
        self._refund(self.sale, 100_000)
        self.env.flush_all()
        report = self.env["edu.finance.report"]
        of_company = [("company_id", "=", self.company.id)]
        for name in ("collected", "due", "overdue", "refunds", "discounts", "deferred"):
            with self.subTest(name):
                rows = report.search([*of_company, (name, "!=", 0)])
                self.assertTrue(rows)
                self.assertNotIn(0, rows.mapped(name))
                rest = report.search([*of_company, (name, "=", 0)])
                self.assertEqual(len(rows) + len(rest), report.search_count(of_company))

    def test_cancelled_payment(self):
        payment = self.sale.payment_ids
        payment.action_draft()
        self.env.flush_all()
        self.assertEqual(self._figures(enrollment_id=self.sale)["received"], 0)

    def test_rows_have_ids_of_their_own(self):
        rows = self.env["edu.finance.report"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows), len(set(rows.ids)))
        self.assertEqual(set(rows.mapped("currency_id.name")), {"VND"})

    def test_campuses(self):
        """X1: a manager sees the money of the own campus, a counsellor the own sales, a teacher none."""
        self.assertEqual(self._figures("manager", campus_id=self.south)["invoiced"], 0)
        self.assertEqual(self._figures("manager", campus_id=self.north), self._figures(campus_id=self.north))
        self.assertEqual(self._figures("counsellor"), self._figures(enrollment_id=self.sale))
        self.assertEqual(self._figures("stranger"), self._figures(enrollment_id=self.gone))
        with self.assertRaises(AccessError):
            self._figures("teacher")

    # ------------------------------------------------------------------ workbook
    def _workbook(self, user="director", **values):
        return openpyxl.load_workbook(io.BytesIO(self._content(user, **values)))

    def _content(self, user="director", **values):
        wizard = (
            self.env["edu.finance.report.wizard"]
            .with_user(self.users[user])
            .create(
                {
                    "period": "range",
                    "date_from": self.today - timedelta(days=1),
                    "date_to": self.today + timedelta(days=1),  # the cashier is ahead of UTC
                    **values,
                }
            )
        )
        action = wizard.action_apply()
        report = self.env["ir.actions.report"].with_user(self.users[user])
        content, kind = report._render_xlsx(action["report_name"], wizard.ids, {})
        self.assertEqual(kind, "xlsx")
        return content

    def _rows(self, sheet):
        """Rows of the table as dicts by the labels of their columns."""
        labels = [cell.value for cell in sheet[4] if cell.value]
        for row in sheet.iter_rows(min_row=5, max_col=len(labels), values_only=True):
            if not any(row):
                return
            yield dict(zip(labels, row, strict=True))

    def _column(self, sheet, area):
        cells = sheet[area.replace("$", "")]
        return [cell.value for (cell,) in (cells if isinstance(cells, tuple) else ((cells,),))]

    def _computed_totals(self, sheet, shown=None):
        """{(currency, label): result}: the SUMIF formulas of the sheet, computed over its cells.

        :param shown: the same sheet with values instead of formulas: what it shows in their places
        """
        labels = {cell.column: cell.value for cell in sheet[4] if cell.value}
        totals = {}
        for row in sheet.iter_rows():
            for cell in row:
                found = re.fullmatch(r"=SUMIF\((\S+),\$?(\w+?)\$(\d+),(\S+)\)", str(cell.value))
                if found:
                    keys, column, line, amounts = found.groups()
                    currency = sheet[f"{column}{line}"].value
                    if shown:
                        totals[currency, labels[cell.column]] = shown[cell.coordinate].value
                        continue
                    pairs = zip(self._column(sheet, keys), self._column(sheet, amounts), strict=True)
                    totals[currency, labels[cell.column]] = round(
                        sum(amount for key, amount in pairs if key == currency), 6
                    )
        return totals

    def test_workbook_agrees_with_accounting(self):
        """E22: opened again, the formulas' results are what accounting says; every sheet has its chart."""
        self._refund(self.sale, 100_000)
        self._collect(self.sale, self.sale.amount_due + 5_000)
        self.env.flush_all()
        book = self._workbook()
        self.assertEqual(
            book.sheetnames,
            ["Collections", "Receivables by Age", "Refunds", "Discounts by Bearer", "Delivered and Deferred"],
        )
        totals = {
            (sheet.title, label): total
            for sheet in book
            for (currency, label), total in self._computed_totals(sheet).items()
            if currency == "VND"
        }
        money = (
            ("journal_id.type", "in", ("bank", "cash")),
            ("account_id.account_type", "=", "asset_receivable"),
        )
        receivable = ("account_id.account_type", "=", "asset_receivable")
        expected = {
            ("Collections", "Received"): -self._accounting(*money, ("balance", "<", 0)),
            ("Collections", "Refunds"): self._accounting(*money, ("balance", ">", 0)),
            ("Collections", "Collected"): -self._accounting(*money),
            ("Collections", "Invoiced"): self._accounting(receivable, ("journal_id.type", "=", "sale")),
            ("Receivables by Age", "Due"): self._accounting(receivable),
            ("Receivables by Age", "Open Credit"): -5_000,
            ("Refunds", "Refunds"): 100_000,
            ("Refunds", "Credited"): self._accounting(receivable, ("move_id.move_type", "=", "out_refund"))
            * -1,
            ("Discounts by Bearer", "Marketing"): 300_000 + 225_000,
            ("Discounts by Bearer", "Centre"): 700_000 + 333_333 + 525_000,
            ("Discounts by Bearer", "Discounts"): 1_333_333 + 750_000,
        }
        self.env["edu.ledger.entry"]._recognize(self.company, self.today + timedelta(days=1))
        for label, account in (("Delivered", self.income), ("Deferred After", self.deferred)):
            expected["Delivered and Deferred", label] = -self._accounting(("account_id", "=", account.id))
        for key, amount in expected.items():
            with self.subTest(key):
                self.assertAlmostEqual(totals[key], amount, delta=1 if "Def" in key[0] else 1e-6)
        for sheet in book:
            self.assertEqual(len(sheet._charts), 1, sheet.title)

    def test_cached_totals_are_those_of_the_formulas(self):
        """Programs that show a workbook without computing it show the same."""
        content = self._content()
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        self.assertTrue(formulas.sheetnames)
        for sheet in formulas:
            computed = self._computed_totals(sheet)
            shown = self._computed_totals(sheet, values[sheet.title])
            self.assertTrue(computed, sheet.title)
            self.assertEqual(shown, computed)

    def test_ages(self):
        """45 days overdue stand in the class of 31 to 60 days."""
        sheet = self._workbook(campus_ids=self.north.ids)["Receivables by Age"]
        [row] = [row for row in self._rows(sheet) if row["Enrolment"] == self.sale.display_name]
        self.assertEqual(row["31–60 Days"], self.late.amount_residual)
        self.assertEqual(row["Not Due"] + row["31–60 Days"], row["Due"])
        self.assertEqual(row["Due"], self.sale.amount_due)

    def test_workbook_of_a_campus(self):
        """Restricted by choice, or by the rights of whoever asks."""
        chosen = self._workbook(campus_ids=self.south.ids)
        by_right = self._workbook("stranger")
        for book in (chosen, by_right):
            campuses = {row["Campus"] for sheet in book for row in self._rows(sheet)}
            self.assertEqual(campuses, {self.south.display_name})

    def test_workbook_of_a_person_and_a_program(self):
        counsellor = self.sale.user_id
        book = self._workbook(user_ids=counsellor.ids, program_ids=self.program.ids)
        for name in ("Collections", "Receivables by Age", "Discounts by Bearer"):
            people = {row["Person in Charge"] for row in self._rows(book[name])}
            self.assertEqual(people, {counsellor.display_name})
        other = self.env["edu.program"].create({"code": "T-OTHER", "name": "Other"})
        book = self._workbook(program_ids=other.ids)
        self.assertFalse([row for sheet in book for row in self._rows(sheet)])

    def test_nothing_to_report(self):
        """A period without money is a workbook without rows."""
        book = self._workbook(date_from=date(2001, 1, 1), date_to=date(2001, 1, 31))
        self.assertFalse(list(self._rows(book["Collections"])))

    def test_periods(self):
        """A month or a quarter is whole; from … to is as typed."""
        wizard = self.env["edu.finance.report.wizard"]
        quarter = wizard.create({"period": "quarter", "date_from": "2026-04-01"})
        self.assertEqual(quarter.date_to, date(2026, 6, 30))
        month = wizard.create({})
        self.assertEqual(
            (month.date_from.day, month.date_to), (1, self.today.replace(day=1) - timedelta(days=1))
        )
