from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_promotion import PromotionCommon


@tagged("post_install", "-at_install")
class TestPromotionsCombined(PromotionCommon):
    """``promotion`` (10 %, marketing bears 30 %) and ``sibling`` (5 %, the centre bears all) may be combined."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promotion.is_combinable = True
        cls.sibling = cls._make_promotion(
            name="Sibling",
            code="SIBLING5",
            discount_rate=5,
            marketing_rate=0,
            center_rate=100,
            is_combinable=True,
        )

    def _further(self, *promotions):
        return [
            Command.create({"promotion_id": promotion.id, "sequence": sequence})
            for sequence, promotion in enumerate(promotions)
        ]

    def _sell(self, students=None, *further, **values):
        values = {"promotion_id": self.promotion.id, "promotion_line_ids": self._further(*further), **values}
        return self._enroll(students, **values)

    def test_a_line_for_each(self):
        """E5, E9: each takes its rate of the price and stands on the invoice; the contract says the same."""
        draft = self._sell(None, self.sibling, discount_amount=333_333, confirm=False)
        contract = draft._contract_discounts()
        draft.action_confirm()
        self.assertEqual(draft.promotion_line_ids.amount, 500_000)
        self.assertEqual((draft.promotion_amount, draft.amount_total), (1_500_000, 8_166_666))
        lines = draft.invoice_ids.invoice_line_ids
        self.assertEqual(lines.mapped("price_subtotal"), [9_999_999, -333_333, -1_000_000, -500_000])
        self.assertEqual(contract, [(line.name, -line.price_subtotal) for line in lines[1:]])
        self.assertIn("SIBLING5", lines[3].name)
        self.assertEqual(draft.ledger_ids.amount, 8_166_666)
        self.assertEqual(draft.amount_to_invoice, 0)

    def test_never_below_zero(self):
        """E5: whatever comes later takes what is left; the order says who that is."""
        huge = self._make_promotion(code="HUGE", discount_rate=80, is_combinable=True)
        draft = self._sell(None, huge, self.sibling, discount_rate=15, confirm=False)
        self.assertEqual(draft._promotion_amounts()[self.promotion], 1_000_000)
        self.assertEqual(draft.promotion_line_ids.mapped("amount"), [7_499_999, 0])
        self.assertEqual((draft.amount_total, draft.promotion_amount), (0, 8_499_999))
        draft.promotion_line_ids[0].sequence = 9
        self.assertEqual(draft.promotion_line_ids.sorted("sequence").promotion_id, self.sibling | huge)
        self.assertEqual(draft.promotion_line_ids.sorted("sequence").mapped("amount"), [500_000, 6_999_999])
        draft.discount_rate = 100
        self.assertEqual((draft.promotion_amount, draft.amount_total), (0, 0))
        self.assertEqual(sum(draft.promotion_line_ids.mapped("amount")), 0)
        draft.action_confirm()
        self.assertEqual((draft.amount_invoiced, draft.amount_due), (0, 0))

    def test_every_currency(self):
        """The parts make the total to the last unit, and that is what is invoiced."""
        self.promotion.discount_rate, self.sibling.discount_rate = 33.33, 66.66
        for name, price in (("USD", 300.05), ("KWD", 1000.001), ("VND", 9_999_999)):
            with self.subTest(name):
                package = self._make_package(
                    name=name, price=price, currency_id=self._currency(name).id, kind="hours"
                )
                sold = self._sell(
                    None, self.sibling, package_id=package.id, class_id=False, discount_rate=0.01
                )
                currency = sold.currency_id
                parts = sold._promotion_amounts()
                self.assertEqual(currency.compare_amounts(sum(parts.values()), sold.promotion_amount), 0)
                self.assertEqual(
                    currency.compare_amounts(parts[self.sibling], sold.promotion_line_ids.amount), 0
                )
                self.assertGreaterEqual(sold.amount_total, 0)
                self.assertEqual(
                    currency.compare_amounts(sold.invoice_ids.amount_total, sold.amount_total), 0
                )

    @mute_logger("odoo.sql_db")
    def test_database_holds_the_price(self):
        sold = self._sell(None, self.sibling)
        for query, error in (
            ("UPDATE edu_enrollment SET promotion_amount = price + 1 WHERE id = %s", CheckViolation),
            ("UPDATE edu_enrollment_promotion SET amount = -1 WHERE enrollment_id = %s", CheckViolation),
            (
                """INSERT INTO edu_enrollment_promotion (enrollment_id, promotion_id)
                   SELECT enrollment_id, promotion_id FROM edu_enrollment_promotion WHERE enrollment_id = %s""",
                UniqueViolation,
            ),
        ):
            with self.subTest(query), self.assertRaises(error), self.cr.savepoint():
                self.cr.execute(query, [sold.id])

    def test_only_those_that_may_be_combined(self):
        """E5: said in the form and refused by the button; each may still be used alone."""
        lonely = self._make_promotion(code="LONELY", discount_rate=20)
        for first, further in ((lonely, self.sibling), (self.promotion, lonely)):
            with self.subTest(first.code):
                draft = self._sell(None, further, promotion_id=first.id, confirm=False)
                self.assertIn("LONELY] Summer cannot be combined", draft.promotion_refusal)
                with (
                    self.assertRaisesRegex(UserError, "cannot be combined with another"),
                    self.cr.savepoint(),
                ):
                    draft.action_confirm()
                self.assertEqual((draft.state, len(draft.invoice_ids)), ("draft", 0))
        self.assertNotIn(lonely, draft.available_promotion_ids)
        draft.write({"promotion_id": lonely.id, "promotion_line_ids": [Command.clear()]})
        self.assertFalse(draft.promotion_refusal)
        self.assertIn(self.promotion, draft.available_promotion_ids)
        draft.action_confirm()
        self.assertEqual(draft.promotion_amount, 2_000_000)

    def test_not_twice(self):
        draft = self._enroll(confirm=False, promotion_id=self.promotion.id)
        with self.assertRaisesRegex(ValidationError, "Take it off once"), self.cr.savepoint():
            draft.promotion_line_ids = self._further(self.promotion)
        draft.promotion_line_ids = self._further(self.sibling)
        with self.assertRaisesRegex(ValidationError, "Take it off once"), self.cr.savepoint():
            draft.promotion_id = self.sibling
        with self.assertRaisesRegex(ValidationError, "Take it off once"), self.cr.savepoint():
            draft.promotion_line_ids.promotion_id = self.promotion

    def test_usage_counts_for_each(self):
        """E6: a limit holds for those who have the promotion first and those who have it beside another."""
        self.sibling.usage_limit = 2
        first = self._enroll(promotion_id=self.sibling.id)
        drafts = self._sell(self.binh | self.chi, self.sibling, campus_id=self.north.id, confirm=False)
        self.assertEqual((self.sibling.used_count, self.promotion.used_count), (1, 0))
        with self.assertRaisesRegex(UserError, "SIBLING5.* used up"), self.cr.savepoint():
            drafts.action_confirm()
        drafts[0].action_confirm()
        self.assertEqual((self.sibling.used_count, self.promotion.used_count), (2, 1))
        self.assertEqual(self.sibling.validity, "used_up")
        with self.assertRaisesRegex(UserError, "SIBLING5.* used up"), self.cr.savepoint():
            drafts[1].action_confirm()
        found = self.env["edu.enrollment"].search(self.sibling.action_view_enrollments()["domain"])
        self.assertEqual(found, (first | drafts).sorted(reverse=True))
        drafts[0].action_cancel()
        self.assertEqual((self.sibling.used_count, self.promotion.used_count), (1, 0))
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            drafts[1].action_confirm()
            self.cr.execute("UPDATE edu_promotion SET usage_limit = 1 WHERE id = %s", [self.sibling.id])

    def test_rates_are_promised(self):
        sold = self._sell(None, self.sibling)
        with self.assertRaisesRegex(UserError, "stands on confirmed enrolments"):
            self.sibling.discount_rate = 6
        self.assertEqual(sold.promotion_line_ids.amount, 500_000)

    def test_rate_of_a_draft_follows(self):
        draft = self._sell(None, self.sibling, confirm=False)
        self.sibling.discount_rate = 50
        self.assertEqual((draft.promotion_line_ids.amount, draft.promotion_amount), (5_000_000, 6_000_000))
        draft.promotion_id = False
        self.assertEqual((draft.promotion_amount, draft.amount_total), (5_000_000, 4_999_999))
        draft.promotion_line_ids.unlink()
        self.assertEqual((draft.promotion_amount, draft.amount_total), (0, 9_999_999))

    def test_locked_after_confirmation(self):
        """E9: through the enrolment and through the lines; amounts are never typed."""
        sold = self._sell(None, self.sibling).with_user(self.users["manager"])
        line = sold.promotion_line_ids
        with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
            sold.promotion_line_ids = [Command.clear()]
        with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
            line.unlink()
        with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
            line.sequence = 5
        with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
            line.create({"enrollment_id": sold.id, "promotion_id": self._make_promotion(code="NEW").id})
        draft = self._enroll(self.binh, confirm=False)
        with self.assertRaisesRegex(UserError, "can no longer be changed"), self.cr.savepoint():
            line.enrollment_id = draft
        with self.assertRaisesRegex(AccessError, "is not typed"), self.cr.savepoint():
            draft.with_user(self.users["manager"]).promotion_line_ids = [
                Command.create({"promotion_id": self.sibling.id, "amount": 9_000_000})
            ]
        with self.assertRaisesRegex(AccessError, "is not typed"):
            line.amount = 1

    def test_rights(self):
        """X1: whoever sees the enrolment sees them, whoever edits it edits them; teachers see none."""
        draft = self._sell(None, self.sibling, confirm=False)
        lines = draft.promotion_line_ids
        for role, sees in (
            ("counsellor", 1),
            ("academic", 1),
            ("cashier", 1),
            ("director", 1),
            ("stranger", 0),
        ):
            with self.subTest(role):
                found = lines.with_user(self.users[role]).search([("id", "in", lines.ids)])
                self.assertEqual(len(found), sees)
        for role in ("cashier", "stranger", "teacher"):
            with self.subTest(role), self.assertRaises(AccessError), self.cr.savepoint():
                lines.with_user(self.users[role]).sequence = 3
        with self.assertRaises(AccessError), self.cr.savepoint():
            lines.with_user(self.users["stranger"]).create(
                {"enrollment_id": draft.id, "promotion_id": self._make_promotion(code="NEW").id}
            )
        draft.with_user(self.users["counsellor"]).promotion_line_ids = [Command.clear()]
        self.assertEqual(draft.amount_total, 8_999_999)

    def test_form(self):
        """The first one typed, the second picked: the price follows at once, before anything is saved."""
        draft = self._enroll(confirm=False, promotion_id=self.promotion.id)
        typed = draft.new(origin=draft)
        typed.promotion_line_ids = self._further(self.sibling)
        self.assertEqual(typed.promotion_line_ids.amount, 500_000)
        self.assertEqual((typed.promotion_amount, typed.amount_total), (1_500_000, 8_499_999))
        self.assertFalse(draft.promotion_line_ids)
        draft.promotion_line_ids = self._further(self.sibling)
        form = Form(draft.with_user(self.users["counsellor"]))
        self.assertTrue(form.promotion_is_combinable)
        form.discount_rate = 90
        self.assertEqual((form.promotion_amount, form.amount_total), (1_000_000, 0))
        form.save()
        self.assertEqual((draft.promotion_line_ids.amount, draft.amount_total), (0, 0))

    def test_import(self):
        """X3: two further promotions of one enrolment in two rows, found by their codes."""
        third = self._make_promotion(name="Third", code="THIRD1", discount_rate=1, is_combinable=True)
        with self.cr.savepoint():
            result = (
                self.env["edu.enrollment"]
                .with_user(self.users["manager"])
                .load(
                    [
                        "student_id", "package_id", "campus_id", "class_id", "promotion_id",
                        "promotion_line_ids/promotion_id", "promotion_line_ids/sequence",
                    ],
                    [
                        [
                            self.an.display_name, "IELTS complete", "North", self.class_n.display_name,
                            "SUMMER10", "THIRD1", "2",
                        ],
                        ["", "", "", "", "", "[SIBLING5] Sibling", "1"],
                    ],
                )
            )  # fmt: skip
        self.assertFalse(result["messages"])
        draft = self.env["edu.enrollment"].browse(result["ids"])
        self.assertEqual(draft._promotions(), self.promotion | self.sibling | third)
        self.assertEqual(draft.amount_total, 9_999_999 - 1_000_000 - 500_000 - 100_000)
        self.env.invalidate_all()
        exported = draft.export_data(["promotion_id", "promotion_line_ids/promotion_id"])["datas"]
        self.assertEqual(exported, [["[SUMMER10] Summer", "[SIBLING5] Sibling"], ["", "[THIRD1] Third"]])

    def test_cost_by_bearer(self):
        """E6: each promotion's cost at its own shares; of a cancelled enrolment what was delivered."""
        kept, gone = self._sell(self.an | self.binh, self.sibling, discount_amount=100_000)
        rows = self.env["edu.discount.report"].search([("enrollment_id", "in", (kept | gone).ids)])
        self.assertEqual(len(rows.ids), len(set(rows.ids)))
        expected = {
            (self.promotion, "marketing"): 300_000,
            (self.promotion, "center"): 700_000,
            (self.sibling, "center"): 500_000,
            (self.env["edu.promotion"], "center"): 100_000,
        }
        for enrollment in kept | gone:
            own = rows.filtered(lambda row, enrollment=enrollment: row.enrollment_id == enrollment)
            self.assertEqual({(row.promotion_id, row.bearer): row.amount for row in own}, expected)
        self.assertEqual((self.promotion.amount_granted, self.sibling.amount_granted), (2_000_000, 1_000_000))
        self._deliver(gone, 15)
        gone.action_cancel()
        self.env.invalidate_all()
        self.assertEqual((self.promotion.amount_granted, self.sibling.amount_granted), (1_250_000, 625_000))

    def test_approval_is_for_what_is_typed(self):
        """E20: promotions were approved by the manager who made them; beside them the limit holds as ever."""
        self.company.discount_approval_rate = 10
        counsellor = self.users["counsellor"]
        with self.assertRaises(AccessError):
            self.promotion.with_user(counsellor).copy()
        draft = self._sell(None, self.sibling, confirm=False, discount_rate=10)
        self.assertEqual(draft.approval_state, "none", "15 % of promotions and the 10 % that may be typed")
        draft.with_user(counsellor).discount_rate = 10.01
        self.assertEqual(draft.approval_state, "pending", "Judged against the price, not what is left of it")
        with self.assertRaisesRegex(UserError, "more than the 10 % of the price"):
            draft.with_user(counsellor).action_confirm()
        draft.with_user(self.users["manager"]).action_approve_discount()
        draft.with_user(counsellor).action_confirm()
        self.assertEqual((draft.state, draft.promotion_amount), ("confirmed", 1_500_000))

    def test_confirming_many(self):
        """What two promotions each add to a confirmation needs no more queries for ten than for one."""
        drafts = self.env["edu.enrollment"]
        for _number in range(10):
            drafts |= self._sell(None, self.sibling, confirm=False)

        def ask(enrollments):
            enrollments._check_can_confirm()
            enrollments._promotions()._check_usage()
            for enrollment in enrollments:
                self.assertEqual(len(self.env["account.move"]._edu_prepare_invoice_lines(enrollment)), 3)

        ask(drafts)
        many, one = (self._count_queries(lambda some=some: ask(some)) for some in (drafts, drafts[:1]))
        self.assertLessEqual(many, one + 1)
