from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestDocuments(EnrollmentCommon):
    """What is printed says what is booked (E20, E21)."""

    def _html(self, report, records):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"edu_enrollment.{report}", records.ids
        )
        return content.decode()

    def _text(self, report, records):
        return " ".join(html.fromstring(self._html(report, records)).text_content().split())

    def _pay(self, enrollment, amount):
        invoice = enrollment.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount, "installments_mode": "full"})
        )
        return wizard._create_payments()

    def _money(self, text):
        return text.replace("\N{NO-BREAK SPACE}", " ").replace("\ufeff", "")

    def test_certificate(self):
        enrollment = self._enroll()
        certificate = self.env["edu.certificate"].create(
            {"enrollment_id": enrollment.id, "content": "Band 6.5"}
        )
        self.assertIn("not a certificate yet", self._text("report_certificate", certificate))
        certificate.action_issue()
        page = self._html("report_certificate", certificate)
        self.assertIn("data:image/png;base64", page, "The QR code is drawn")
        text = self._text("report_certificate", certificate)
        for expected in (
            certificate.number,
            "Trần Minh An",
            "IELTS Foundation",
            "Evenings North",
            "Band 6.5",
        ):
            self.assertIn(expected, text)
        self.assertNotIn("no longer valid", text)
        certificate.action_revoke("Mistake")
        self.assertIn("no longer valid", self._text("report_certificate", certificate))
        self.assertTrue(certificate._check_url().endswith(f"/certificates/{certificate.access_token}"))

    def test_certificate_for_the_teacher_of_the_class(self):
        certificate = self.env["edu.certificate"].create({"enrollment_id": self._enroll().id})
        certificate.action_issue()
        reports = self.env["ir.actions.report"].with_user(self.users["teacher"])
        content, _kind = reports._render_qweb_html("edu_enrollment.report_certificate", certificate.ids)
        self.assertIn(certificate.number, content.decode())

    def test_contract(self):
        enrollment = self._enroll(confirm=False, discount_amount=1_000_000)
        text = self._money(self._text("report_contract", enrollment))
        for expected in ("Draft", "Trần Minh An", "Trần Thị Mẹ", "9,999,999", "-1,000,000", "8,999,999"):
            self.assertIn(expected, text)
        planned = enrollment._contract_schedule()
        self.assertEqual(sum(amount for _date, amount in planned), 8_999_999)
        enrollment.action_confirm()
        self.assertEqual(
            enrollment._contract_schedule(), planned, "Confirming changes nothing of the contract"
        )
        self.assertNotIn("Draft", self._text("report_contract", enrollment))

    def test_contract_for_who_sells(self):
        enrollment = self._enroll(confirm=False, discount_amount=1_000_000)
        for role in ("counsellor", "academic", "cashier"):
            reports = self.env["ir.actions.report"].with_user(self.users[role])
            content, _kind = reports._render_qweb_html("edu_enrollment.report_contract", enrollment.ids)
            self.assertIn(enrollment.name, content.decode())

    def test_receipt(self):
        enrollment = self._enroll()
        payment = self._pay(enrollment, 4_000_000)
        text = self._money(self._text("report_receipt", payment))
        for expected in (
            payment.name,
            "Trần Thị Mẹ",
            "Trần Minh An",
            "4,000,000",
            "5,999,999",
            "Four Million",
        ):
            self.assertIn(expected, text)
        self.assertEqual([line["due"] for line in payment._edu_receipt_lines()], [5_999_999])

    def test_statement_is_what_accounting_says(self):
        first, second = (
            self._enroll(),
            self._enroll(
                class_id=False, package_id=self._make_package(price=1_234_567, kind="hours", name="Pass").id
            ),
        )
        self._pay(first, 4_000_000)
        self._pay(second, 1_234_567)
        first.action_cancel()
        (account,) = self.an._statements()[self.an]
        moves = (first | second).invoice_ids
        signed = sum(move.amount_total * (1 if move.move_type == "out_invoice" else -1) for move in moves)
        self.assertEqual(account["balance"], signed - 5_234_567)
        self.assertEqual(account["debit"] - account["credit"], account["balance"])
        self.assertEqual(account["balance"], account["lines"][-1]["balance"])
        self.assertEqual(account["enrollments"], f"{first.name}, {second.name}")
        text = self._money(self._text("report_statement", self.an))
        self.assertIn("In your favour", text)
        self.assertIn("4,000,000", text)

    def _take(self, enrollment, amount):
        wizard = self.env["edu.enrollment.collect"].with_user(self.users["cashier"])
        wizard.create({"enrollment_id": enrollment.id, "amount": amount}).action_apply()

    def test_statement_shows_deposits(self):
        """E12: what was taken in advance stands in the payer's favour before there is an invoice, and after."""
        draft = self._enroll(confirm=False)
        self._take(draft, 1_000_000)
        (account,) = self.an._statements()[self.an]
        self.assertEqual([line["credit"] for line in account["lines"]], [1_000_000])
        self.assertEqual((account["balance"], account["balance"]), (-draft.amount_credit, draft.amount_due))
        self.assertEqual(account["enrollments"], draft.name)
        self.assertIn("In your favour", self._text("report_statement", self.an))
        draft.action_confirm()
        (account,) = self.an._statements()[self.an]
        self.assertEqual(
            sorted((line["debit"], line["credit"]) for line in account["lines"]),
            [(0, 1_000_000), (9_999_999, 0)],
        )
        self.assertEqual(account["balance"], draft.amount_due)
        self._take(draft, draft.amount_due + 5_000)
        (account,) = self.an._statements()[self.an]
        self.assertEqual(account["balance"], -5_000)

    def test_statement_shows_moved_money(self):
        """E16: what was moved, less the fee, stands on both accounts, with where it came from and went."""
        self.company.edu_transfer_fee_account_id = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", self.company.ids)], limit=1
        )
        source, target = self._enroll(self.an | self.binh)
        self._take(source, 9_999_999)
        self.env["edu.enrollment.transfer"].create(
            {
                "enrollment_id": source.id,
                "target": "enrollment",
                "target_enrollment_id": target.id,
                "amount": 5_000_000,
                "fee": 100_000,
                "keep_source": True,
            }
        ).action_apply()
        statements = (self.an | self.binh)._statements()
        for student, enrollment, row in (
            (self.an, source, (5_000_000, 0)),
            (self.binh, target, (0, 4_900_000)),
        ):
            with self.subTest(student.name):
                (account,) = statements[student]
                self.assertEqual(account["balance"], enrollment.amount_due)
                moved = [line for line in account["lines"] if "→" in (line["label"] or "")]
                self.assertEqual([(line["debit"], line["credit"]) for line in moved], [row])

    def test_statement_per_currency(self):
        usd, bhd = self._currency("USD"), self._currency("BHD")
        packages = [
            self._make_package(name=currency.name, kind="hours", price=price, currency_id=currency.id)
            for currency, price in ((usd, 100.1), (bhd, 33.333))
        ]
        enrollments = self.env["edu.enrollment"]
        for package in packages:
            enrollments |= self._enroll(self.binh, class_id=False, package_id=package.id)
        accounts = {account["currency"]: account for account in self.binh._statements()[self.binh]}
        self.assertEqual(
            {currency: account["balance"] for currency, account in accounts.items()},
            {usd: 100.1, bhd: 33.333},
        )
        for enrollment in enrollments:
            self.assertEqual(accounts[enrollment.currency_id]["balance"], enrollment.amount_due)

    def test_statement_for_who_sees_money(self):
        self._enroll()
        self.assertTrue(self.an.with_user(self.users["counsellor"])._statements()[self.an])
        with self.assertRaisesRegex(AccessError, "Statements of account"):
            self.an.with_user(self.users["teacher"]).action_print_statement()
        with self.assertRaises(AccessError):
            self.an.with_user(self.users["stranger"])._statements()

    def test_statement_in_batch(self):
        self._enroll(self.an | self.binh)
        statements = (self.an | self.binh | self.chi)._statements()
        self.assertEqual([len(statements[student]) for student in (self.an, self.binh, self.chi)], [1, 1, 0])
        self.assertIn("Nothing has been invoiced", self._text("report_statement", self.chi))

    def test_languages(self):
        """The paper speaks the customer's language, whoever prints it."""
        enrollment = self._enroll()
        certificate = self.env["edu.certificate"].create({"enrollment_id": enrollment.id})
        certificate.action_issue()
        payment = self._pay(enrollment, 4_000_000)
        papers = {
            "report_certificate": (certificate, self.an.partner_id, "This is to certify that"),
            "report_contract": (enrollment, self.mother, "Enrolment Contract"),
            "report_receipt": (payment, self.mother, "Received from"),
            "report_statement": (self.an, self.an.partner_id, "Statement of Account"),
        }
        for code in ("vi_VN", "zh_CN"):
            self.env["res.lang"]._activate_lang(code)
            for report, (record, partner, source) in papers.items():
                partner.lang = code
                view = self.env.ref(f"edu_enrollment.{report}_document")
                view.update_field_translations("arch_db", {code: {source: f"{code} {report}"}})
                text = self._text(report, record)
                self.assertIn(f"{code} {report}", text)
                self.assertNotIn(source, text)
                partner.lang = "en_US"
                self.assertIn(source, self._text(report, record))

    def test_pdf(self):
        certificate = self.env["edu.certificate"].create({"enrollment_id": self._enroll().id})
        certificate.action_issue()
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = reports._render_qweb_pdf("edu_enrollment.report_certificate", certificate.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))


class TestApproval(EnrollmentCommon):
    def test_large_discount_is_approved_first(self):
        self.company.discount_approval_rate = 10
        counsellor, manager = self.users["counsellor"], self.users["manager"]
        enrollment = self._enroll(confirm=False, discount_rate=10)
        self.assertEqual(enrollment.approval_state, "none")
        enrollment.with_user(counsellor).discount_amount = 1_000_001
        self.assertEqual(enrollment.approval_state, "pending")
        with self.assertRaisesRegex(UserError, "Ask a manager of North"):
            enrollment.with_user(counsellor).action_confirm()
        self.assertEqual(enrollment.state, "draft")
        with self.assertRaisesRegex(AccessError, "Only a campus manager"):
            enrollment.with_user(counsellor).action_approve_discount()
        with self.assertRaises(AccessError):
            enrollment.with_user(self.users["stranger"]).action_approve_discount()
        with self.assertRaisesRegex(AccessError, "cannot be typed"):
            enrollment.with_user(counsellor).approved_by_id = counsellor
        for _twice in range(2):
            enrollment.with_user(manager).action_approve_discount()
        self.assertEqual((enrollment.approval_state, enrollment.approved_by_id), ("approved", manager))
        enrollment.with_user(counsellor).discount_amount = 1_000_002
        self.assertEqual(enrollment.approval_state, "pending", "Not more than was approved")
        enrollment.with_user(counsellor).discount_amount = 1_000_001
        enrollment.with_user(counsellor).action_confirm()
        self.assertEqual(enrollment.state, "confirmed")

    def test_no_limit_by_default(self):
        enrollment = self._enroll(discount_rate=100)
        self.assertEqual((enrollment.approval_state, enrollment.state), ("none", "confirmed"))

    def test_changed_limit_does_not_reach_back(self):
        sold, draft = self._enroll(discount_rate=30), self._enroll(self.binh, confirm=False, discount_rate=30)
        self.company.discount_approval_rate = 20
        self.assertEqual((sold.approval_state, draft.approval_state), ("none", "pending"))

    def test_approval_is_for_these_terms(self):
        """E20: another student, or a cheaper package, is approved anew."""
        self.company.discount_approval_rate = 20
        manager = self.users["manager"]
        cheaper = self._make_package(name="Short course", price=3_000_000)
        for values in ({"student_id": self.binh.id}, {"package_id": cheaper.id}):
            with self.subTest(values):
                enrollment = self._enroll(confirm=False, discount_amount=2_500_000)
                enrollment.with_user(manager).action_approve_discount()
                enrollment.write(
                    {"student_id": enrollment.student_id.id, "package_id": enrollment.package_id.id}
                )
                self.assertEqual(enrollment.approval_state, "approved")
                enrollment.write(values)
                self.assertEqual((enrollment.approval_state, enrollment.amount_approved), ("pending", 0))
                enrollment.action_cancel()
