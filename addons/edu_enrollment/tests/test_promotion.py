from datetime import timedelta

from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


class PromotionCommon(EnrollmentCommon):
    """``promotion``: SUMMER10 at north, 10 %, of which marketing bears 30 %; running since ten days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env["edu.promotion"])
        cls.promotion = cls._make_promotion()

    @classmethod
    def _make_promotion(cls, **values):
        return cls.env["edu.promotion"].create(
            {
                "name": "Summer",
                "code": "SUMMER10",
                "date_start": cls.today - timedelta(days=10),
                "date_end": cls.today + timedelta(days=10),
                "discount_rate": 10,
                "marketing_rate": 30,
                "center_rate": 70,
                "campus_id": cls.north.id,
                "user_id": cls.users["manager"].id,
                **values,
            }
        )

    def _report(self, enrollments):
        rows = self.env["edu.discount.report"].search([("enrollment_id", "in", enrollments.ids)])
        return {(row.origin, row.bearer): row.amount for row in rows}


@tagged("post_install", "-at_install")
class TestPromotion(PromotionCommon):
    def test_a_line_of_its_own_for_each_discount(self):
        """E5, E6, E9: exact to the đồng, and the typed amount stays what was typed."""
        enrollment = self._enroll(promotion_id=self.promotion.id, discount_amount=333_333)
        self.assertEqual(enrollment.promotion_amount, 1_000_000)
        self.assertEqual(enrollment.discount_amount, 333_333)
        self.assertEqual(enrollment.amount_total, 8_666_666)
        invoice = enrollment.invoice_ids
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [9_999_999, -333_333, -1_000_000])
        self.assertIn("SUMMER10", invoice.invoice_line_ids[2].name)
        self.assertEqual(invoice.amount_total, 8_666_666)
        self.assertEqual(sum(enrollment.instalment_ids.mapped("amount_currency")), 8_666_666)
        self.assertEqual(enrollment.ledger_ids.amount, 8_666_666)

    def test_every_currency(self):
        """E6: rounded to the currency, and what is invoiced is what the enrolment says."""
        self.promotion.discount_rate = 3.33
        for name, price, student, expected in (
            ("USD", 300.05, self.an, 9.99),
            ("KWD", 1000.001, self.binh, 33.3),
            ("VND", 9_999_999, self.chi, 333_000),
        ):
            with self.subTest(name):
                package = self._make_package(name=name, price=price, currency_id=self._currency(name).id)
                enrollment = self._enroll(student, package_id=package.id, promotion_id=self.promotion.id)
                currency = enrollment.currency_id
                self.assertEqual(currency.compare_amounts(enrollment.promotion_amount, expected), 0)
                self.assertEqual(currency.compare_amounts(enrollment.amount_total, price - expected), 0)
                self.assertEqual(
                    currency.compare_amounts(enrollment.invoice_ids.amount_total, enrollment.amount_total), 0
                )

    def test_never_below_zero(self):
        """E5: what the typed discount leaves of the price is the most that a promotion takes off."""
        self.promotion.discount_rate = 60
        enrollment = self._enroll(promotion_id=self.promotion.id, discount_rate=70)
        self.assertEqual(enrollment.discount_amount, 6_999_999)
        self.assertEqual(enrollment.promotion_amount, 3_000_000)
        self.assertEqual((enrollment.amount_total, enrollment.amount_due), (0, 0))
        free = self._enroll(self.binh, promotion_id=self._make_promotion(code="FREE", discount_rate=100).id)
        self.assertEqual((free.promotion_amount, free.amount_total), (9_999_999, 0))

    def test_form(self):
        """E5: the code picks the promotion, however it is spelled; the discount beside it is kept."""
        ended = self._make_promotion(
            code="OLD", date_start=self.today - timedelta(days=9), date_end=self.today - timedelta(days=1)
        )
        form = Form(self.env["edu.enrollment"].with_user(self.users["counsellor"]))
        form.campus_id = self.north
        form.student_id = self.an
        form.package_id = self.package
        form.class_id = self.class_n
        form.discount_amount = 99_999
        form.promotion_code = " summer10"
        self.assertEqual(form.promotion_id, self.promotion)
        self.assertEqual((form.promotion_code, form.promotion_amount), ("SUMMER10", 1_000_000))
        self.assertEqual((form.discount_amount, form.amount_total), (99_999, 8_900_000))
        self.assertFalse(form.promotion_refusal)
        with mute_logger("odoo.tests.form.onchange"):
            form.promotion_code = "NOSUCH"
        self.assertFalse(form.promotion_id)
        form.promotion_code = "OLD"
        self.assertEqual(form.promotion_id, ended)
        self.assertIn("is valid from", form.promotion_refusal)
        form.promotion_id = self.promotion
        self.assertEqual(form.promotion_code, "SUMMER10")
        enrollment = form.save()
        self.assertEqual((enrollment.promotion_id, enrollment.promotion_amount), (self.promotion, 1_000_000))
        self.assertEqual(enrollment.discount_basis, "amount")

    def test_code_over_the_api(self):
        enrollment = self._enroll(confirm=False, promotion_code="summer10")
        self.assertEqual((enrollment.promotion_id, enrollment.amount_total), (self.promotion, 8_999_999))
        enrollment.promotion_code = False
        self.assertFalse(enrollment.promotion_id)
        self.assertEqual(enrollment.amount_total, 9_999_999)
        with self.assertRaisesRegex(UserError, "No promotion has the code “NOSUCH”"):
            enrollment.promotion_code = "NOSUCH"

    def test_only_fitting_ones_are_offered_and_confirmed(self):
        """E6: dates, campus, program, customer and usage; confirming looks again and says why."""
        other = self.env["edu.program"].create({"code": "T-OTHER", "name": "Other"})
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        self._enroll(self.binh, promotion_id=self._make_promotion(code="ONE", usage_limit=1).id)
        early, late = self.today - timedelta(days=1), self.today + timedelta(days=1)
        cases = {
            "valid from": self._make_promotion(code="A", date_start=late),
            "from": self._make_promotion(code="B", date_end=early),
            "valid at South only": self._make_promotion(code="C", campus_id=self.south.id),
            "valid for Other only": self._make_promotion(code="D", program_ids=[Command.set(other.ids)]),
            "for Existing Customers only": self._make_promotion(code="E", customer_kind="existing"),
            "for Organisations only": self._make_promotion(code="F", customer_kind="organisation"),
            "used up: it was for 1": self.env["edu.promotion"].search([("code", "=", "ONE")]),
        }
        fitting = self.promotion | self.env["edu.promotion"].browse(
            [
                self._make_promotion(code=f"OK{number}", **values).id
                for number, values in enumerate(
                    (
                        {"date_start": self.today},
                        {"date_end": self.today},
                        {"campus_id": self.south.id, "other_campus_ids": [Command.set(self.north.ids)]},
                        {"program_ids": [Command.set(self.program.ids)]},
                        {"customer_kind": "new"},
                        {"usage_limit": 1},
                    )
                )
            ]
        )
        draft = self._enroll(confirm=False)
        self.assertEqual(draft.available_promotion_ids, fitting.sorted())
        for reason, promotion in cases.items():
            with self.subTest(reason):
                draft.promotion_id = promotion
                self.assertIn(reason, draft.promotion_refusal)
                with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
                    draft.action_confirm()
                self.assertEqual((draft.state, len(draft.invoice_ids)), ("draft", 0))
        draft.write({"partner_id": company.id, "promotion_id": cases["for Organisations only"].id})
        draft.action_confirm()
        second = self._enroll(confirm=False, class_id=False)
        self.assertIn(cases["for Existing Customers only"], second.available_promotion_ids)
        self.assertNotIn("OK4", second.available_promotion_ids.mapped("code"))
        self.assertFalse(draft.available_promotion_ids)

    def test_programs_are_not_opened_by_archiving(self):
        """E6: for one program only, it is not for all when that one is archived or deleted."""
        other = self.env["edu.program"].create({"code": "T-OTHER", "name": "Other"})
        promotion = self._make_promotion(code="D", program_ids=[Command.set(other.ids)])
        other.active = False
        promotion.invalidate_recordset()
        self.assertEqual(promotion.program_ids, other)
        draft = self._enroll(confirm=False, promotion_id=promotion.id)
        with self.assertRaisesRegex(UserError, "valid for Other only"):
            draft.action_confirm()
        with self.assertRaisesRegex(UserError, "Other stands in “.*Summer”"):
            other.with_user(self.users["manager"]).unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute("DELETE FROM edu_program WHERE id = %s", [other.id])

    def test_usage_limit(self):
        """E6: cancelling gives the use back; a batch that is too large is refused as a whole."""
        self.promotion.usage_limit = 1
        drafts = self._enroll(self.an | self.binh, confirm=False, promotion_id=self.promotion.id)
        self.assertEqual(self.promotion.used_count, 0)
        with self.assertRaisesRegex(UserError, "used up: it was for 1"), self.cr.savepoint():
            drafts.action_confirm()
        self.assertEqual(drafts.mapped("state"), ["draft", "draft"])
        self.assertEqual(self.promotion.used_count, 0)
        drafts[0].action_confirm()
        drafts[0].action_confirm()
        self.assertEqual((self.promotion.used_count, self.promotion.validity), (1, "used_up"))
        with self.assertRaisesRegex(UserError, "used up"):
            drafts[1].action_confirm()
        drafts[0].action_cancel()
        self.assertEqual((self.promotion.used_count, self.promotion.usage_left), (0, 1))
        drafts[1].action_confirm()
        self.assertEqual(self.promotion.used_count, 1)
        domain = self.promotion.action_view_enrollments()["domain"]
        self.assertEqual(self.env["edu.enrollment"].search(domain), drafts.sorted(reverse=True))

    @mute_logger("odoo.sql_db")
    def test_database_holds_the_limit(self):
        self._enroll(self.an | self.binh, promotion_id=self.promotion.id)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.promotion.usage_limit = 1
            self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute("UPDATE edu_promotion SET usage_limit = 1 WHERE id = %s", [self.promotion.id])

    def test_a_draft_does_not_touch_the_promotion(self):
        """So that typing an enrolment never waits for somebody who confirms one."""
        self._enroll(promotion_id=self.promotion.id)
        self.env.flush_all()
        version = "SELECT xmin, ctid FROM edu_promotion WHERE id = %s"
        before = self.env.execute_query_dict(self._sql(version))
        self._enroll(self.binh, confirm=False, promotion_id=self.promotion.id)
        self.env.flush_all()
        self.assertEqual(self.env.execute_query_dict(self._sql(version)), before)

    def _sql(self, query):
        from odoo.tools import SQL

        return SQL(query, self.promotion.id)

    def test_locked_after_confirmation(self):
        """E9: neither the promotion nor, on the promotion, what was promised."""
        enrollment = self._enroll(promotion_id=self.promotion.id)
        theirs = enrollment.with_user(self.users["manager"])
        for name in ("promotion_id", "promotion_code"):
            with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
                theirs[name] = False
        self.assertEqual((enrollment.promotion_id, enrollment.promotion_amount), (self.promotion, 1_000_000))
        with self.assertRaisesRegex(UserError, "stands on confirmed enrolments"):
            self.promotion.discount_rate = 20
        with self.assertRaisesRegex(UserError, "stands on confirmed enrolments"):
            self.promotion.write({"marketing_rate": 50, "center_rate": 50})
        self.promotion.write({"discount_rate": 10, "name": "Longer", "date_end": "2099-01-01"})
        self.assertFalse(enrollment.copy().promotion_id)
        with self.assertRaises(AccessError):
            self._enroll(self.binh, confirm=False).with_user(self.users["manager"]).promotion_amount = 5

    def test_rate_of_a_draft_follows(self):
        draft = self._enroll(confirm=False, promotion_id=self.promotion.id)
        self.promotion.discount_rate = 50
        self.assertEqual(draft.promotion_amount, 5_000_000)
        draft.discount_rate = 90
        self.assertEqual((draft.promotion_amount, draft.amount_total), (1_000_000, 0))

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        """E6: the database refuses whatever door is used."""
        day = self.today
        for values, error in (
            ({"date_start": day, "date_end": day}, CheckViolation),
            ({"date_start": day, "date_end": day - timedelta(days=1)}, CheckViolation),
            ({"discount_rate": 100.01}, CheckViolation),
            ({"discount_rate": -1}, CheckViolation),
            ({"marketing_rate": -10, "center_rate": 110}, CheckViolation),
            ({"marketing_rate": 50, "center_rate": 49.99}, CheckViolation),
            ({"usage_limit": -1}, CheckViolation),
            ({"code": " summer10 "}, UniqueViolation),
            ({"name": False}, IntegrityError),
            ({"campus_id": False}, IntegrityError),
            ({"date_end": False}, IntegrityError),
        ):
            with self.subTest(values), self.assertRaises(error), self.cr.savepoint():
                self._make_promotion(**{"code": "NEW", **values})
                self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._enroll(promotion_id=self.promotion.id)
            self.promotion.unlink()

    def test_form_of_the_promotion(self):
        """E6: one share typed, the other follows; thirds make 100 exactly."""
        form = Form(self.env["edu.promotion"].with_user(self.users["manager"]))
        form.name = "Tết 🎉"
        form.date_end = self.today + timedelta(days=5)
        form.discount_rate = 12.5
        form.campus_id = self.north
        form.marketing_rate = 33.33
        self.assertEqual(form.center_rate, 66.67)
        form.center_rate = 25.5
        self.assertEqual(form.marketing_rate, 74.5)
        promotion = form.save()
        self.assertEqual((promotion.marketing_rate, promotion.center_rate), (74.5, 25.5))
        self.assertEqual((promotion.user_id, promotion.validity), (self.users["manager"], "running"))
        self.assertEqual(promotion.company_id, self.company)
        self.env["edu.promotion"].create(
            {
                "name": "API",
                "date_end": self.today + timedelta(days=5),
                "discount_rate": 5,
                "marketing_rate": 12.34,
                "campus_id": self.north.id,
            }
        )
        copied = promotion.copy()
        self.assertEqual((copied.name, copied.code, copied.used_count), ("Tết 🎉 (copy)", False, 0))

    def test_rights(self):
        """X1: counsellors and staff read those of their campus, managers edit their own, directors all."""
        south = self._make_promotion(code="SOUTH", campus_id=self.south.id)
        both = self._make_promotion(
            code="BOTH", campus_id=self.south.id, other_campus_ids=[Command.set(self.north.ids)]
        )
        mine = self.promotion | south | both
        for role, expected in (
            ("counsellor", self.promotion | both),
            ("academic", self.promotion | both),
            ("manager", self.promotion | both),
            ("stranger", south | both),
            ("cashier", mine),
            ("director", mine),
        ):
            with self.subTest(role):
                found = self.env["edu.promotion"].with_user(self.users[role]).search([("id", "in", mine.ids)])
                self.assertEqual(set(found.ids), set(expected.ids))
        for role, record in (
            ("counsellor", self.promotion),
            ("academic", self.promotion),
            ("cashier", self.promotion),
            ("manager", both),
            ("manager", south),
        ):
            with self.subTest(role, record=record.code), self.assertRaises(AccessError):
                record.with_user(self.users[role]).name = "Mine"
        self.promotion.with_user(self.users["manager"]).name = "Mine"
        south.with_user(self.users["director"]).name = "Mine"
        with self.assertRaises(AccessError):
            self.promotion.with_user(self.users["teacher"]).read(["name"])
        enrollment = self._enroll(confirm=False, promotion_id=self.promotion.id)
        enrollment.with_user(self.users["counsellor"]).action_confirm()
        self.assertEqual(self.promotion.used_count, 1)

    def test_offering_costs_the_same_for_many(self):
        """A list of enrolments asks for the promotions once."""
        many = self.env["edu.enrollment"]
        for _number in range(10):
            many |= self._enroll(confirm=False)

        def ask(enrollments):
            return self._count_queries(lambda: enrollments.mapped("available_promotion_ids"))

        one = ask(many[:1])
        self.assertLessEqual(ask(many), one + 1)


@tagged("post_install", "-at_install")
class TestDiscountReport(PromotionCommon):
    def test_cost_by_bearer(self):
        """E6: both shares make the discount exactly; typed discounts are the centre's."""
        self.promotion.write({"marketing_rate": 33.33, "center_rate": 66.67, "discount_rate": 3.33})
        enrollment = self._enroll(promotion_id=self.promotion.id, discount_amount=333_333)
        self._enroll(self.binh, confirm=False, promotion_id=self.promotion.id)
        self.assertEqual(enrollment.promotion_amount, 333_000)
        self.assertEqual(
            self._report(enrollment.search([("promotion_id", "=", self.promotion.id)])),
            {
                ("promotion", "marketing"): 110_989,
                ("promotion", "center"): 222_011,
                ("typed", "center"): 333_333,
            },
        )
        self.assertEqual(self.promotion.amount_granted, 333_000)
        row = self.env["edu.discount.report"].search(
            [("enrollment_id", "=", enrollment.id), ("bearer", "=", "marketing")]
        )
        self.assertEqual(
            (row.program_id, row.campus_id, row.promotion_id, row.date, row.type),
            (self.program, self.north, self.promotion, self.today, "new"),
        )
        groups = self.env["edu.discount.report"].formatted_read_group(
            [("campus_id", "=", self.north.id)], ["date:month", "bearer"], ["amount:sum"]
        )
        self.assertEqual([group["amount:sum"] for group in groups], [555_344, 110_989])

    def test_other_currency(self):
        """E6: the cost is in the company's currency, at the rate of the invoice."""
        usd = self._currency("USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": self.company.id,
                "name": self.today - timedelta(days=1),
                "inverse_company_rate": 25_000,
            }
        )
        package = self._make_package(name="USD", price=300, currency_id=usd.id)
        enrollment = self._enroll(package_id=package.id, promotion_id=self.promotion.id)
        self.assertEqual(
            self._report(enrollment), {("promotion", "marketing"): 225_000, ("promotion", "center"): 525_000}
        )

    def test_cancelled_counts_what_was_delivered(self):
        """E6, E18: 15 of 60 hours were given at a discount; the rest was credited."""
        enrollment, unused = self._enroll(self.an | self.binh, promotion_id=self.promotion.id)
        self._deliver(enrollment, 15)
        (enrollment | unused).action_cancel()
        self.assertEqual(
            self._report(enrollment | unused),
            {("promotion", "marketing"): 75_000, ("promotion", "center"): 175_000},
        )

    def test_rights(self):
        """X1: whoever sees the enrolment sees its cost; teachers see none."""
        here = self._enroll(promotion_id=self.promotion.id)
        there = self._enroll(
            self.chi, campus_id=self.south.id, class_id=self.class_s.id, discount_amount=1000
        )
        for role, expected in (
            ("counsellor", here),
            ("manager", here),
            ("stranger", there),
            ("cashier", here | there),
            ("director", here | there),
        ):
            with self.subTest(role):
                rows = (
                    self.env["edu.discount.report"]
                    .with_user(self.users[role])
                    .search([("enrollment_id", "in", (here | there).ids)])
                )
                self.assertEqual(set(rows.enrollment_id.ids), set(expected.ids))
        with self.assertRaises(AccessError):
            self.env["edu.discount.report"].with_user(self.users["teacher"]).search([])
