import io
import re
from datetime import date, timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_recognition import RecognitionCommon

MEASURES = (
    "collected",
    "invoiced",
    "credited",
    "due",
    "overdue",
    "refunds",
    "discounts",
    "delivered",
    "deferred",
)


@tagged("post_install", "-at_install")
class TestFinanceReport(RecognitionCommon):
    """an bought at north with a discount and paid one instalment; chi bought at south and left; a dollar sale."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.sale = cls._enroll(discount_amount=333_333)
        cls.gone = cls._enroll(cls.chi, campus_id=cls.south.id, class_id=cls.class_s.id)
        usd = cls._currency("USD")
        package = cls._make_package(name="Dollars", price=300.01, currency_id=usd.id)
        cls.dollars = cls._enroll(cls.binh, package_id=package.id)
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

    def test_agrees_with_the_enrolments(self):
        """E22: each figure is that of accounting and of the ledger."""
        for enrollment in (self.sale, self.gone, self.dollars):
            with self.subTest(enrollment.package_id.name):
                figures = self._figures(enrollment_id=enrollment)
                for name, expected in (
                    ("invoiced", enrollment.amount_invoiced),
                    ("collected", enrollment.amount_paid),
                    ("due", enrollment.amount_due),
                    ("delivered", enrollment.amount_delivered),
                    ("deferred", enrollment.amount_deferred),
                ):
                    self.assertAlmostEqual(figures[name], expected, 6, name)
        sale = self._figures(enrollment_id=self.sale)
        self.assertEqual((sale["discounts"], sale["overdue"]), (333_333, self.late.amount_residual))
        self.assertEqual(self._figures(enrollment_id=self.gone)["credited"], 6_666_666)

    def test_refund_is_not_collected_less(self):
        """Money given back is a refund; what was collected was collected."""
        invoice = self.gone.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 3_333_333}).action_create_payments()
        second = self._enroll(
            self.chi,
            campus_id=self.south.id,
            class_id=self.class_s.copy({"code": "T-S2", "state": "open"}).id,
        )
        paid = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=second.invoice_ids.ids
        )
        paid.create({"amount": 9_999_999, "payment_difference_handling": "open"}).action_create_payments()
        second.action_cancel()
        note = second.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=note.ids
        ).create({}).action_create_payments()
        self.env.flush_all()
        figures = self._figures(enrollment_id=second)
        self.assertEqual(
            (figures["collected"], figures["refunds"], figures["invoiced"], figures["due"]),
            (9_999_999, 9_999_999, 0, 0),
        )

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
        return openpyxl.load_workbook(io.BytesIO(content))

    def _rows(self, sheet):
        """Rows of the table as dicts by the labels of their columns."""
        labels = [cell.value for cell in sheet[4] if cell.value]
        for row in sheet.iter_rows(min_row=5, max_col=len(labels), values_only=True):
            if not any(row):
                return
            yield dict(zip(labels, row, strict=True))

    def _computed_totals(self, sheet):
        """{(currency, label): result}: the SUMIF formulas of the sheet, computed over its cells."""
        labels = {cell.column: cell.value for cell in sheet[4] if cell.value}
        totals = {}
        for row in sheet.iter_rows():
            for cell in row:
                found = re.fullmatch(r"=SUMIF\((\S+),\$?(\w+?)\$(\d+),(\S+)\)", str(cell.value))
                if found:
                    keys, column, line, amounts = found.groups()
                    currency = sheet[f"{column}{line}"].value
                    pairs = zip(sheet[keys.replace("$", "")], sheet[amounts.replace("$", "")], strict=True)
                    totals[currency, labels[cell.column]] = round(
                        sum(amount.value for (key,), (amount,) in pairs if key.value == currency), 6
                    )
        return totals

    def test_workbook_agrees_with_accounting(self):
        """E22: opened again, the formulas' results are what accounting says; every sheet has its chart."""
        book = self._workbook()
        self.assertEqual(
            book.sheetnames,
            ["Collections", "Receivables by Age", "Refunds", "Discounts", "Delivered and Deferred"],
        )
        enrollments = self.sale | self.gone | self.dollars
        for name, label, field in (
            ("Collections", "Collected", "amount_paid"),
            ("Collections", "Invoiced", "amount_invoiced"),
            ("Receivables by Age", "Due", "amount_due"),
            ("Delivered and Deferred", "Delivered", "amount_delivered"),
            ("Delivered and Deferred", "Deferred After", "amount_deferred"),
        ):
            totals = self._computed_totals(book[name])
            for currency, group in enrollments.grouped("currency_id").items():
                with self.subTest(name, label=label, currency=currency.name):
                    self.assertAlmostEqual(totals[currency.name, label], sum(group.mapped(field)), 6)
        for sheet in book:
            self.assertEqual(len(sheet._charts), 1, sheet.title)
        receivables = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("display_type", "=", "payment_term"),
                ("currency_id.name", "=", "VND"),
            ]
        )
        self.assertEqual(
            self._computed_totals(book["Receivables by Age"])["VND", "Due"],
            sum(receivables.mapped("amount_residual")),
        )

    def test_ages(self):
        """45 days overdue stand in the class of 31 to 60 days."""
        sheet = self._workbook(campus_ids=self.north.ids)["Receivables by Age"]
        [row] = [row for row in self._rows(sheet) if row["Currency"] == "VND"]
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
