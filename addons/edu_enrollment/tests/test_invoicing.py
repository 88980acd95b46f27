from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestInvoicing(EnrollmentCommon):
    def test_instalments_sum_exactly(self):
        """E9, E13: one posted invoice to the payer, cut as the package says, to the last đồng."""
        enrollment = self._enroll()
        invoice = enrollment.invoice_ids
        self.assertEqual(
            (invoice.state, invoice.partner_id, invoice.amount_total), ("posted", self.mother, 9_999_999)
        )
        self.assertEqual(
            enrollment.instalment_ids.mapped("amount_currency"), [4_000_000, 3_000_000, 2_999_999]
        )
        today = fields.Date.context_today(enrollment)
        self.assertEqual(
            enrollment.instalment_ids.mapped("date_maturity"),
            [today + timedelta(days=days) for days in (0, 30, 60)],
        )

    def test_every_currency(self):
        """E13: 300.00 in three parts is 300.00, and 1,000.001 in a currency of three decimals is exact as well."""
        thirds = self.term.copy({"name": "Thirds"})
        thirds.line_ids[0].value_amount = 33.34
        thirds.line_ids[1:].value_amount = 33.33
        for name, price, student, expected in (
            ("USD", 300.00, self.an, [100.02, 99.99, 99.99]),
            ("KWD", 1000.001, self.binh, [333.4, 333.3, 333.301]),
            ("CNY", 100.01, self.chi, [33.34, 33.33, 33.34]),
        ):
            with self.subTest(name):
                package = self._make_package(
                    name=name, price=price, currency_id=self._currency(name).id, payment_term_id=thirds.id
                )
                enrollment = self._enroll(student, package_id=package.id)
                lines = enrollment.instalment_ids
                self.assertEqual([round(amount, 3) for amount in lines.mapped("amount_currency")], expected)
                self.assertEqual(round(sum(lines.mapped("amount_currency")), 3), price)
                self.assertEqual(enrollment.amount_due, price)

    def test_package_shows_its_schedule(self):
        """C4: payment price and rate always agree with the price."""
        self.assertEqual(self.package.installment_count, 3)
        self.assertEqual(self.package.payment_price, 4_000_000)
        self.assertAlmostEqual(self.package.payment_rate, 40.0, 4)
        self.package.price = 5_000_000
        self.assertEqual(self.package.payment_price, 2_000_000)
        self.package.payment_term_id = False
        self.assertEqual((self.package.installment_count, self.package.payment_price), (1, 5_000_000))

    def test_states_are_read_from_accounting(self):
        """E13, E14: the first instalment is paid through Odoo's own dialog by a cashier; the second falls due."""
        enrollment = self._enroll()
        wizard_action = enrollment.with_user(self.users["cashier"]).action_register_payment()
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.users["cashier"])
            .with_context(**wizard_action["context"])
            .create({})
        )
        self.assertEqual(wizard.amount, 4_000_000)
        wizard.action_create_payments()
        lines = enrollment.instalment_ids
        self.assertEqual(lines.mapped("instalment_state"), ["paid", "unpaid", "unpaid"])
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (4_000_000, 5_999_999))
        lines[1].date_maturity = fields.Date.context_today(enrollment) - timedelta(days=1)
        self.assertEqual(lines.mapped("instalment_state"), ["paid", "overdue", "unpaid"])
        mine = [("move_id", "in", enrollment.invoice_ids.ids), ("display_type", "=", "payment_term")]
        for index, state in enumerate(("paid", "overdue", "unpaid")):
            found = self.env["account.move.line"].search([*mine, ("instalment_state", "=", state)])
            self.assertEqual(found, lines[index])

    def test_credited_is_not_paid(self):
        """E13, E14: of a cancelled enrolment the paid instalment is paid; the others were taken back."""
        enrollment = self._enroll()
        self.env["edu.enrollment.collect"].create(
            {"enrollment_id": enrollment.id, "amount": 4_000_000}
        ).action_apply()
        self._deliver(enrollment, 24)
        enrollment.action_cancel()
        nobody_paid = self._enroll(self.binh)
        nobody_paid.action_cancel()
        lines = (enrollment | nobody_paid).instalment_ids.with_user(self.users["counsellor"])
        self.env.invalidate_all()
        self.assertEqual(
            enrollment.instalment_ids.mapped("instalment_state"), ["paid", "credited", "credited"]
        )
        self.assertEqual(nobody_paid.instalment_ids.mapped("instalment_state"), ["credited"] * 3)
        Line = lines.browse().with_user(self.users["manager"])
        mine = [("id", "in", lines.ids)]
        for state, number in (("paid", 1), ("credited", 5), ("unpaid", 0), ("overdue", 0)):
            with self.subTest(state):
                found = Line.search([*mine, ("instalment_state", "=", state)])
                self.assertEqual(
                    (len(found), set(found.mapped("instalment_state")) - {state}), (number, set())
                )

    def test_queries_of_states(self):
        """Figures: the state of an instalment is read without a query for each."""
        students = self.env["edu.student"].create(
            [{"name": f"Student {index}", "campus_id": self.north.id} for index in range(12)]
        )
        self.class_n.capacity = 20
        enrollments = self._enroll(students)
        enrollments.action_cancel()

        def queries(records):
            return self._count_queries(lambda: records.instalment_ids.mapped("instalment_state"))

        queries(enrollments[:1])
        self.assertEqual(queries(enrollments[:2]), queries(enrollments))

    def test_taxes(self):
        """E4: with a tax on top the customer pays more, the centre earns the net."""
        tax = self.env["account.tax"].create({"name": "VAT 10", "amount": 10, "company_id": self.company.id})
        self.package.tax_ids = tax
        enrollment = self._enroll()
        self.assertEqual(enrollment.amount_total, 10_999_999)
        self.assertEqual(enrollment.amount_invoiced, 10_999_999)
        self.assertEqual(enrollment.amount_deferred, 9_999_999)
        enrollment.action_cancel()
        self.assertEqual((enrollment.amount_due, enrollment.amount_deferred), (0, 0))

    def test_taxes_that_change(self):
        """E4, E9: a draft follows the taxes of its package, up to its invoice; what is confirmed stays agreed."""
        agreed = self._enroll(self.binh)
        draft, late = self._enroll(confirm=False), self._enroll(confirm=False, class_id=False)
        tax = self.env["account.tax"].create({"name": "VAT 10", "amount": 10, "company_id": self.company.id})
        self.package.tax_ids = tax
        self.assertEqual((draft.amount_total, draft.amount_untaxed), (10_999_999, 9_999_999))
        self.assertEqual((agreed.amount_total, agreed.amount_to_invoice), (9_999_999, 0))
        draft.action_confirm()
        self.assertEqual((draft.amount_invoiced, draft.amount_to_invoice), (10_999_999, 0))
        self.assertEqual(late.amount_total, 10_999_999)
        late.class_id = self.env["edu.class"].create(
            {"code": "T-2", "program_id": self.program.id, "campus_id": self.north.id, "name": "Mornings"}
        )
        late.class_id.action_open()
        tax.amount = 8
        late.action_confirm()
        self.assertEqual((late.amount_total, late.amount_to_invoice), (10_799_999, 0))
        self.package.tax_ids = False
        self.assertEqual((draft.amount_total, agreed.amount_total), (10_999_999, 9_999_999))

    def test_lines_are_in_the_language_of_the_payer(self):
        """X2, E9: whoever sells, the paper is for the one who pays."""
        for code in ("vi_VN", "zh_CN"):
            self.env["res.lang"]._activate_lang(code)
        self.mother.lang = "vi_VN"
        self.package.with_context(lang="vi_VN").name = "IELTS trọn gói"
        seller = self._enroll(confirm=False, discount_rate=10).with_context(lang="zh_CN")
        seller.action_confirm()
        names = seller.invoice_ids.invoice_line_ids.mapped("name")
        self.assertIn("IELTS trọn gói", names[0])
        self.assertEqual(names[1], "Chiết khấu 10 %")
        seller.action_cancel()
        note = seller.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(note.ref, f"Ghi có cho {note.reversed_entry_id.name}")
        self.assertRegex(note.invoice_line_ids.name, "^Số giờ chưa dạy: IELTS trọn gói")

    def test_day_of_the_campus(self):
        """E9, E17, E18: where the user has no time zone, the day is that of the campus: half past one in Hanoi."""
        user = self.users["counsellor"]
        user.tz = False
        enrollment = self._enroll(confirm=False).with_user(user).with_context(tz=False)
        for moment, day in (
            ("2026-04-04 18:30:00", date(2026, 4, 5)),
            ("2026-05-04 18:30:00", date(2026, 5, 5)),
        ):
            with freeze_time(moment):
                if enrollment.state == "draft":
                    enrollment.action_confirm()
                    self.assertEqual(enrollment.date_confirmed, day)
                else:
                    enrollment.action_cancel()
                    self.assertEqual(enrollment.date_cancelled, day)
            move, entry = (
                enrollment.sudo().invoice_ids.sorted("id")[-1],
                enrollment.ledger_ids.sorted("id")[-1],
            )
            self.assertEqual((move.invoice_date, entry.date), (day, day))

    def test_cancelling_many_costs_little_more(self):
        """Figures: credit notes are written, posted and set off together."""
        self.class_n.seats_limited = False
        students = self.env["edu.student"].create(
            [{"name": f"S{index}", "campus_id": self.north.id} for index in range(22)]
        )
        enrollments = self._enroll(students)

        many, few = (self._count_queries(some.action_cancel) for some in (enrollments[2:], enrollments[:2]))
        # What is left for each is Odoo's: a number, a journal, a check that the note balances.
        self.assertLess(many - few, 18 * 20)
        self.assertEqual(set(enrollments.mapped("amount_due")), {0})
        for enrollment in enrollments:
            invoice, note = enrollment.invoice_ids.sorted("id")
            self.assertEqual((note.reversed_entry_id, note.payment_state), (invoice, "paid"))
            self.assertEqual(invoice.payment_state, "reversed")

    def test_free_of_charge(self):
        """A price of nothing needs no invoice; the hours are there."""
        package = self._make_package(name="Scholarship", price=0)
        enrollment = self._enroll(package_id=package.id)
        self.assertFalse(enrollment.invoice_ids)
        self.assertEqual((enrollment.hours_left, enrollment.amount_deferred), (60, 0))

    def test_cancel_credits_what_was_not_delivered(self):
        """E17, E18: a third was taught; the rest is credited and set off, the hours are gone."""
        enrollment = self._enroll()
        self._deliver(enrollment, 20)
        self.assertEqual(enrollment.amount_delivered, 3_333_333)
        enrollment.action_cancel()
        credit = enrollment.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((credit.state, credit.amount_total), ("posted", 6_666_666))
        self.assertEqual((enrollment.amount_invoiced, enrollment.amount_due), (3_333_333, 3_333_333))
        self.assertEqual((enrollment.hours_left, enrollment.amount_deferred), (0, 0))
        self.assertEqual(enrollment.amount_to_invoice, 0)

    def test_credit_is_exact_with_taxes_in_the_price(self):
        """E17, E18: whatever was delivered, what is credited is what the ledger takes back; all of it, all of it."""
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 10 incl.",
                "amount": 10,
                "company_id": self.company.id,
                "price_include_override": "tax_included",
            }
        )
        self.package.tax_ids = tax
        for hours in (0, 0.01, 7, 13.37, 59.99):
            with self.subTest(hours):
                enrollment = self._enroll(discount_rate=12.5)
                if hours:
                    self._deliver(enrollment, hours)
                enrollment.action_cancel()
                moves = enrollment.invoice_ids
                net = -sum(moves.mapped("amount_untaxed_signed"))
                self.assertEqual((net, enrollment.amount_deferred), (-enrollment.amount_delivered, 0))
                if not hours:
                    self.assertEqual((enrollment.amount_invoiced, enrollment.amount_due), (0, 0))

    def test_batches_of_several_payers(self):
        """E10: a company pays while a person studies."""
        company = self.env["res.partner"].create({"name": "FPT", "is_company": True, "vat": "0101248141"})
        first = self._enroll(confirm=False, partner_id=company.id)
        second = self._enroll(self.binh, confirm=False)
        (first | second).action_confirm()
        self.assertEqual(first.invoice_ids.partner_id, company)
        self.assertEqual(second.invoice_ids.partner_id, self.binh.partner_id)

    def test_historic_needs_no_invoice(self):
        """Enrolments of another system are taken over as they were."""
        old = (
            self.env["edu.enrollment"]
            .with_user(self.users["director"])
            .create_historic(
                [
                    {
                        "student_id": self.binh.id,
                        "package_id": self.package.id,
                        "class_id": self.class_n.id,
                        "campus_id": self.north.id,
                        "state": "completed",
                    }
                ]
            )
        )
        self.assertFalse(old.invoice_ids)
        self.assertEqual(self.class_n.seats_taken, 1)

    def test_payment_terms_of_the_package_are_shipped(self):
        for xmlid, count in (("2_instalments", 2), ("3_instalments", 3)):
            self.package.payment_term_id = self.env.ref(f"edu_enrollment.account_payment_term_{xmlid}")
            self.assertEqual(self.package.installment_count, count)
        self.package.tax_ids = [Command.clear()]
