import html
import io
import json
import random
from datetime import date, timedelta

import openpyxl

from odoo import fields
from odoo.addons.edu_catalog.tests.common import BadInputMixin
from odoo.addons.edu_catalog.tests.test_bad_input import ODD_NAMES
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from .common import EnrollmentCommon

MONEY = ("account.move", "account.payment", "edu.ledger.entry", "edu.enrollment", "edu.refund")


@tagged("post_install", "-at_install")
class TestBadInput(BadInputMixin, EnrollmentCommon):
    """What cannot be is refused by a sentence with the record, the rule and the way out; nothing is written."""

    def _promotion(self, **values):
        return {
            "name": "Summer",
            "date_start": "2026-06-01",
            "date_end": "2026-06-30",
            "discount_rate": 10,
            "marketing_rate": 50,
            "campus_id": self.north.id,
            **values,
        }

    # ------------------------------------------------------------------ discounts and promotions
    def test_discount_above_everything(self):
        """E5: as a rate and as an amount; made, changed, imported, and typed in the form."""
        draft = self._enroll(confirm=False)
        for values in ({"discount_rate": 100.01}, {"discount_rate": -1}, {"discount_amount": 10_000_000}):
            with self.subTest(values):
                for call in (
                    lambda values=values: self._enroll(self.binh, confirm=False, **values),
                    lambda values=values: draft.write(values),
                ):
                    found = self._sentence(call, "edu.enrollment")
                    self.assertRegex(found, "between nothing and the whole price. Correct")
                self.assertIn(draft.name, found)
        for column, cell in (("discount_rate", "100.01"), ("discount_amount", "10000000")):
            found = self._sheet(
                "edu.enrollment",
                ["student_id", "package_id", "campus_id", column],
                [self.an.display_name, "IELTS complete", "North", cell],
                user="manager",
            )
            self.assertIn("between nothing and the whole price. Correct", found)

        def in_the_form():
            with Form(draft) as form:
                form.discount_rate = 120

        self.assertIn("whole price", self._sentence(in_the_form))
        self.assertEqual((draft.discount_rate, draft.amount_total), (0, 9_999_999))

    def test_promotion(self):
        """E6: it ends after it starts, not on the same day; rates and shares make sense."""
        promotion = self.env["edu.promotion"].create(self._promotion())
        for values, sentence in (
            ({"date_end": "2026-05-31"}, "ends after it starts. Correct its dates"),
            ({"date_end": "2026-06-01"}, "ends after it starts. Correct its dates"),
            ({"discount_rate": 100.01}, "between 0 and 100 %. Correct"),
            ({"discount_rate": -0.01}, "between 0 and 100 %. Correct"),
            ({"marketing_rate": 60, "center_rate": 60}, "make 100 % together. Correct"),
            ({"usage_limit": -1}, "cannot be negative. Leave 0"),
        ):
            with self.subTest(values):
                found = self._sentence(
                    lambda values=values: self.env["edu.promotion"].create(self._promotion(**values)),
                    "edu.promotion",
                )
                self.assertIn(sentence, found)
                found = self._sentence(lambda values=values: promotion.write(values))
                self.assertRegex(found, f"Summer: .*{sentence}")
        columns = ["name", "date_start", "date_end", "discount_rate", "marketing_rate", "campus_id"]
        found = self._sheet(
            "edu.promotion", columns, ["X", "2026-06-01", "2026-06-01", "10", "50", "North"], user="manager"
        )
        self.assertIn("ends after it starts", found)

    # ------------------------------------------------------------------ schedules, accounts
    def test_schedule_of_99_per_cent(self):
        """C4, E13: says which terms, how much they make, and what they should."""
        lines = [
            Command.create({"value": "percent", "value_amount": rate, "nb_days": days})
            for rate, days in ((50, 0), (49, 30))
        ]

        def make():
            term = self.env["account.payment.term"].create(
                {"name": "Two", "line_ids": [Command.clear(), *lines]}
            )
            self.package.payment_term_id = term

        self.assertRegex(
            self._sentence(make, "account.payment.term"), "Two: .* make 99 % together. Correct them .* 100 %"
        )
        less = [Command.update(self.term.line_ids[0].id, {"value_amount": 39})]
        found = self._sentence(lambda: self.term.write({"line_ids": less}))
        self.assertRegex(found, "Three: .* 99 %")
        self.assertEqual(self.package.installment_count, 3)

    def test_schedule_beyond_the_price(self):
        """C4: fixed instalments above the price would leave a negative one."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Deposit",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "fixed", "value_amount": 5_000_000, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
                ],
            }
        )
        self.package.payment_term_id = term
        self.assertEqual(self.package.payment_price, 5_000_000)
        found = self._sentence(lambda: self.package.write({"price": 4_000_000}))
        self.assertRegex(found, "IELTS complete: .*“Deposit” are more than the price .*4,000,000.*Lower them")
        draft = self._enroll(confirm=False, discount_rate=60)
        found = self._sentence(draft.action_confirm, *MONEY)
        self.assertRegex(found, f"{draft.name} .*“Deposit” are more than .*4,000,000.*Lower the discount")
        draft.discount_rate = 40
        draft.action_confirm()
        self.assertEqual(draft.instalment_ids.mapped("amount_currency"), [5_000_000, 999_999])

    def test_package_without_account(self):
        """E9, E19: named with its package, before anything is posted."""
        product = self.package.product_id
        product.property_account_income_id = False
        product.categ_id.with_company(self.company).property_account_income_categ_id = False
        self.company.income_account_id = False
        draft = self._enroll(confirm=False)
        found = self._sentence(draft.with_user(self.users["counsellor"]).action_confirm, *MONEY)
        self.assertRegex(found, "package IELTS complete has no income account. Set it on the product")
        self.assertEqual((draft.state, self.class_n.seats_taken), ("draft", 0))

    # ------------------------------------------------------------------ money
    def test_refund_above_the_balance(self):
        """E15: of nothing collected, of part of it, and of the API."""
        enrollment = self._enroll()
        refund = {"enrollment_id": enrollment.id, "reason": "Why", "amount": 1}
        for user in ("counsellor", "manager"):
            refunds = self.env["edu.refund"].with_user(self.users[user])
            found = self._sentence(lambda refunds=refunds: refunds.create(refund), *MONEY)
            self.assertRegex(found, f"{enrollment.name} .*at most .* can go back.*Lower the amount")
        self._collect(enrollment, 1_000_000)
        kept = self.env["edu.refund"].create({**refund, "amount": 1_000_000})
        found = self._sentence(lambda: kept.write({"amount": 1_000_001}), *MONEY)
        self.assertIn("1,000,000", found)
        self.assertEqual(kept.amount, 1_000_000)
        for amount in (0, -1):
            found = self._sentence(
                lambda amount=amount: self.env["edu.refund"].create({**refund, "amount": amount}), *MONEY
            )
            self.assertIn("more than nothing. Type the amount", found)

    def test_negative_hours(self):
        """E18: of a package, an enrolment, a purchase; a refund cannot add any."""
        enrollment = self._enroll(confirm=False)
        self.assertIn("negative", self._sentence(lambda: self.package.write({"hours": -1})))
        found = self._sentence(lambda: enrollment.write({"hours_planned": -1}))
        self.assertRegex(found, f"{enrollment.name} .*Hours cannot be negative")
        for kind, hours, amount in (
            ("purchase", -1, 0),
            ("refund", 1, 0),
            ("expiry", 0, 5),
            ("move_in", -1, -1),
        ):
            with self.subTest(kind):
                values = {"enrollment_id": enrollment.id, "kind": kind, "hours": hours, "amount": amount}
                found = self._sentence(
                    lambda values=values: self.env["edu.ledger.entry"].create(values), "edu.ledger.entry"
                )
                self.assertIn("A purchase adds hours and money", found)

    # ------------------------------------------------------------------ locked periods
    def test_locked_periods(self):
        """E9, E11, E15, E17, E19: whatever is posted, whichever lock it is: the day, the lock and the way out."""
        today = fields.Date.context_today(self.env.user)
        self.company.write(
            {
                "edu_deposit_refundable": False,
                "edu_deposit_account_id": self.env["account.account"]
                .create({"code": "711100", "name": "Kept", "account_type": "income_other"})
                .id,
            }
        )
        draft = self._enroll(confirm=False)
        deposited = self._enroll(self.chi, confirm=False, campus_id=self.south.id, class_id=self.class_s.id)
        self._collect(deposited, 1_000_000)
        sold = self._enroll(self.binh)
        self._collect(sold, 5_000_000)
        refund = self.env["edu.refund"].create(
            {"enrollment_id": sold.id, "amount": 1_000_000, "reason": "Why"}
        )
        refund.action_approve()
        steps = {
            "confirm": draft.action_confirm,
            "collect": lambda: self._collect(sold, 1_000),
            "take a deposit": lambda: self._collect(draft, 1_000),
            "refund": refund.action_pay,
            "cancel": sold.action_cancel,
            "keep a deposit": deposited.action_cancel,
        }
        sales = {"confirm", "cancel"}
        state = [
            (record.state, record.amount_due, record.amount_credit) for record in draft | sold | deposited
        ]
        for lock in ("fiscalyear_lock_date", "sale_lock_date", "hard_lock_date"):
            for step, call in steps.items():
                if lock == "sale_lock_date" and step not in sales:
                    continue
                with self.subTest(f"{lock}: {step}"):

                    def locked(call=call, lock=lock):
                        self.company[lock] = today
                        call()

                    found = self._sentence(locked, *MONEY)
                    label = self.company.fields_get([lock])[lock]["string"]
                    self.assertRegex(
                        found, f"cannot be posted on .*books are closed .*{label}.*Choose a later day"
                    )
                    self.assertIn(str(today.year), found)
                    self.assertRegex(found, "|".join((draft.name, sold.name, deposited.name)))
                    after = [
                        (record.state, record.amount_due, record.amount_credit)
                        for record in draft | sold | deposited
                    ]
                    self.assertEqual(after, state)
                    self.assertEqual(refund.state, "approved")

    def test_sale_of_a_locked_day(self):
        """E9: an invoice keeps the day of the sale; Odoo would post it on another one."""
        draft = self._enroll(confirm=False)
        draft.date_confirmed = date(2026, 1, 15)
        self.company.sale_lock_date = date(2026, 1, 31)
        found = self._sentence(draft.action_confirm, *MONEY)
        self.assertRegex(found, "01/15/2026.*01/31/2026")
        draft.date_confirmed = date(2026, 2, 1)
        draft.action_confirm()
        self.assertEqual(draft.invoice_ids.date, date(2026, 2, 1))

    # ------------------------------------------------------------------ classes
    def test_class_below_its_headcount(self):
        """C5, E24"""
        self._enroll(self.an | self.binh)
        for values in ({"capacity": 1}, {"capacity": 0}, {"seats_limited": True, "capacity": -1}):
            with self.subTest(values):
                found = self._sentence(lambda values=values: self.class_n.write(values))
                self.assertRegex(found, "T-N1 · Evenings North: .*(raise|Correct) the capacity")
        self.assertEqual((self.class_n.capacity, self.class_n.seats_taken), (3, 2))
        found = self._sheet("edu.class", [".id", "capacity"], [str(self.class_n.id), "1"], user="manager")
        self.assertIn("T-N1 · Evenings North", found)

    # ------------------------------------------------------------------ people
    def test_own_guardian(self):
        """E1: in a form, over the API, and nested in a sheet of students."""
        for call in (
            lambda: self.env["edu.guardian"].create(
                {"student_id": self.binh.id, "partner_id": self.binh.partner_id.id}
            ),
            lambda: self.an.guardian_ids.write({"partner_id": self.an.partner_id.id}),
            lambda: self.env["edu.student"].create(
                {
                    "partner_id": self.mother.id,
                    "campus_id": self.north.id,
                    "guardian_ids": [Command.create({"partner_id": self.mother.id})],
                }
            ),
        ):
            found = self._sentence(call, "edu.guardian", "edu.student")
            self.assertIn("cannot be their own guardian. Choose another person", found)
        found = self._sheet(
            "edu.student",
            [".id", "guardian_ids/partner_id/.id", "guardian_ids/relation"],
            [str(self.binh.id), str(self.binh.partner_id.id), "Other"],
            user="manager",
        )
        self.assertIn("cannot be their own guardian", found)

    def test_two_students_of_one_contact(self):
        """E1: says which student it is."""
        values = {"partner_id": self.binh.partner_id.id, "campus_id": self.north.id}
        found = self._sentence(lambda: self.env["edu.student"].create(values), "edu.student", "res.partner")
        self.assertIn(self.binh.display_name, found)
        self.assertIn("student already. Open that student instead", found)
        students = self.env["edu.student"].search_count([])
        result = self.env["edu.student"].load(
            ["partner_id/.id", "campus_id"], [[str(self.binh.partner_id.id), "North"]]
        )
        self.assertEqual(result["ids"], self.binh.ids, "a sheet finds the student who is there")
        self.assertEqual(self.env["edu.student"].search_count([]), students)

    # ------------------------------------------------------------------ names
    def test_endless_names(self):
        """10,000 characters are no name: the field, the length and the limit are said."""
        noise = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyzđêôơư", k=10_000))
        long = "has 10000 characters. Shorten it to at most 250."
        for model, values in (
            ("edu.student", {"name": noise, "campus_id": self.north.id}),
            ("res.partner", {"name": noise}),
            ("edu.promotion", self._promotion(name=noise)),
            ("edu.promotion", self._promotion(code=noise)),
        ):
            with self.subTest(model):
                found = self._sentence(
                    lambda model=model, values=values: self.env[model].create(values), model
                )
                self.assertIn(long, found)
        for record in (self.an, self.mother, self.package, self.class_n):
            with self.subTest(record._name):
                self.assertIn(long, self._sentence(lambda record=record: record.write({"name": noise})))
        found = self._sheet("edu.student", ["name", "campus_id"], [noise, "North"], user="counsellor")
        self.assertIn(long, found)

    def test_odd_names(self):
        """Kept exactly, found by typing, whole and harmless in documents and workbooks."""
        longest = "Nguyễn 🎓 " * 31 + "x"
        Report = self.env["ir.actions.report"]
        for name in (*ODD_NAMES, longest[:250]):
            with self.subTest(name[:20]):
                student = self.env["edu.student"].create({"name": name, "campus_id": self.north.id})
                enrollment = self._enroll(student)
                self.env.flush_all()
                student.invalidate_recordset()
                self.assertEqual(student.name, name)
                self.assertTrue(student.display_name.endswith(f" ({student.student_number})"))
                for typed in (name[:8], student.student_number):
                    found = self.env["edu.student"].with_user(self.users["manager"]).name_search(typed)
                    self.assertIn(student.id, [id_ for id_, _label in found])
                self.assertIn(name, enrollment.invoice_ids.invoice_line_ids[0].name)
                content, _kind = Report._render_qweb_html("edu_enrollment.report_contract", enrollment.ids)
                text = content.decode()
                self.assertNotIn("<script>alert", text)
                self.assertIn(name, html.unescape(text))
                enrollment.action_cancel()

    def test_odd_numbers(self):
        """Signs of any script in the sequences: numbered without a gap, and found by what is shown."""
        sequences = self.env["ir.sequence"].search([("code", "in", ("edu.student", "edu.enrollment"))])
        sequences.write({"prefix": "Đ🎓 <b>/", "suffix": "·ế"})
        students = self.env["edu.student"].create(
            [{"name": f"Bé Na {number} 👧", "campus_id": self.north.id} for number in range(3)]
        )
        numbers = students.mapped("student_number")
        self.assertEqual(len(set(numbers)), 3)
        self.assertTrue(all(number.startswith("Đ🎓 <b>/") for number in numbers))
        enrollment = self._enroll(students[0])
        for record in (students[0], enrollment):
            with self.subTest(record._name):
                found = record.with_user(self.users["manager"]).name_search(record.display_name)
                self.assertIn(record.id, [id_ for id_, _label in found])
        self.assertEqual(enrollment.invoice_ids.invoice_origin, enrollment.name)

    def test_odd_names_on_paper(self):
        """A PDF with every sign there is; in the workbook a name that looks like a formula stays a text."""
        formula = "=HYPERLINK(1)🎓Đặng"
        self.an.name = formula
        self.north.name = formula
        enrollment = self._enroll()
        self._collect(enrollment, 1_000_000)
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = reports._render_qweb_pdf("edu_enrollment.report_contract", enrollment.ids)
        self.assertTrue(content.startswith(b"%PDF"))
        today = fields.Date.context_today(enrollment)
        wizard = (
            self.env["edu.finance.report.wizard"]
            .with_user(self.users["director"])
            .create({"period": "range", "date_from": today - timedelta(1), "date_to": today + timedelta(1)})
        )
        report = self.env["ir.actions.report"].with_user(self.users["director"])
        content, _kind = report._render_xlsx(wizard.action_apply()["report_name"], wizard.ids, {})
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        named = [cell for cell in cells if formula in str(cell.value)]
        self.assertTrue(named)
        self.assertEqual({cell.data_type for cell in named}, {"s"})


@tagged("post_install", "-at_install")
class TestBadInputOverHttp(BadInputMixin, EnrollmentCommon, HttpCase):
    """The same over the web client's own door: what the database refuses arrives as our sentence."""

    def _call(self, model, method, *args, user="manager", **kwargs):
        """What the answer says; its kind must be one that the web client shows to users as a message."""
        login = self.users[user].login
        self.users[user].password = login
        self.authenticate(login, login)
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {"model": model, "method": method, "args": args, "kwargs": kwargs},
                }
            ),
            headers={"Content-Type": "application/json"},
            timeout=60,
        ).json()
        if "error" not in answer:
            return answer["result"]
        data = answer["error"]["data"]
        self.assertIn(
            data["name"],
            (
                "odoo.exceptions.UserError",
                "odoo.exceptions.ValidationError",
                "odoo.exceptions.AccessError",
            ),
            data["message"],
        )
        raise UserError(data["message"])

    def test_sentences(self):
        """E1, E5, E6, E15, C4, C5: one of each kind."""
        draft = self._enroll(confirm=False)
        self._enroll(self.binh)
        noise = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyzđêôơư", k=10_000))
        north = {"campus_id": self.north.id}
        promotion = {
            "name": "Summer",
            "date_start": "2026-06-01",
            "date_end": "2026-06-01",
            "discount_rate": 10,
            "marketing_rate": 50,
            **north,
        }
        for model, method, args, sentence in (
            ("edu.enrollment", "write", [draft.ids, {"discount_rate": 101}], f"{draft.name} .*whole price"),
            (
                "edu.enrollment",
                "web_save",
                [draft.ids, {"discount_amount": 99_999_999}, {}],
                f"{draft.name} .*whole price",
            ),
            ("edu.enrollment", "write", [draft.ids, {"hours_planned": -1}], f"{draft.name} .*negative"),
            ("edu.promotion", "create", [[promotion]], "ends after it starts"),
            ("edu.class", "write", [self.class_n.ids, {"capacity": 0}], "T-N1 · Evenings North: "),
            ("edu.class", "write", [self.class_n.ids, {"capacity": 10**11}], "no number that can be kept"),
            ("edu.package", "write", [self.package.ids, {"hours": -1}], "IELTS complete: .*negative"),
            ("edu.student", "create", [[{"name": noise, **north}]], "Shorten it to at most 250"),
            ("edu.student", "create", [[{"name": "a\0b", **north}]], "no text"),
            (
                "edu.student",
                "create",
                [[{"partner_id": self.binh.partner_id.id, **north}]],
                "Lê Văn Bình .*Open that student instead",
            ),
            (
                "edu.guardian",
                "create",
                [[{"student_id": self.binh.id, "partner_id": self.binh.partner_id.id}]],
                "their own guardian",
            ),
            (
                "edu.refund",
                "create",
                [[{"enrollment_id": draft.id, "amount": 5, "reason": "x"}]],
                "at most .* can go back",
            ),
            (
                "edu.refund",
                "create",
                [[{"enrollment_id": draft.id, "amount": -5, "reason": "x"}]],
                "more than nothing",
            ),
        ):
            with self.subTest(f"{model}.{method} {sentence}"):
                found = self._sentence(
                    lambda model=model, method=method, args=args: self._call(model, method, *args),
                    *MONEY,
                    model,
                )
                self.assertRegex(found, sentence)

    def test_locked_period(self):
        """E9: nothing half-done after a refusal in the middle of confirming."""
        draft = self._enroll(confirm=False)
        self.company.fiscalyear_lock_date = fields.Date.context_today(draft) + timedelta(days=1)
        found = self._sentence(
            lambda: self._call("edu.enrollment", "action_confirm", draft.ids, user="counsellor"), *MONEY
        )
        self.assertRegex(found, f"{draft.name} .*books are closed")
        self.assertEqual((draft.state, self.class_n.seats_taken), ("draft", 0))
