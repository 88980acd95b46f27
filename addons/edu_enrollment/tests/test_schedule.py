from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestSchedule(EnrollmentCommon):
    """The payment schedule of a package (C4) and its prices per campus (C10)."""

    def test_payment_price_and_rate_follow_the_price(self):
        """C4: they always agree with the package's price, whatever is changed."""
        with Form(self.package.with_user(self.users["manager"])) as form:
            self.assertEqual((form.installment_count, form.payment_price), (3, 4_000_000))
            self.assertAlmostEqual(form.payment_rate, 40, 2)
            form.price = 5_000_000
            self.assertEqual((form.payment_price, form.payment_rate), (2_000_000, 40))
        first = self.term.line_ids.sorted("id")[0]
        first.value, first.value_amount = "fixed", 1_250_000
        self.assertEqual((self.package.payment_price, self.package.payment_rate), (1_250_000, 25))
        self.package.payment_term_id = False
        self.assertEqual((self.package.installment_count, self.package.payment_rate), (1, 100))

    def test_each_instalment_has_rate_and_amount(self):
        """C4: the screen shows them, the first one on enrolment."""
        self.package.price = 10_000_000
        shown = str(self.package.schedule_preview)
        self.assertEqual(shown.count("<tr>"), 3)
        for text in ("On enrolment", "40 %", "4,000,000", "30 %", "3,000,000"):
            self.assertIn(text, shown.replace("\N{NO-BREAK SPACE}", " "))

    def test_first_instalment_is_due_on_enrolment(self):
        """C4: terms that let everybody start without paying are refused, also when they are changed later."""
        late = self.term.copy()
        late.line_ids = [
            Command.clear(),
            Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
        ]
        with (
            self.assertRaisesRegex(ValidationError, "IELTS complete: the first instalment .* 0 days"),
            self.cr.savepoint(),
        ):
            self.package.payment_term_id = late
        self.env.invalidate_all()
        self.assertEqual(self.package.payment_term_id, self.term)
        with self.assertRaisesRegex(ValidationError, "first instalment"):
            self.term.line_ids = [
                Command.update(line.id, {"nb_days": line.nb_days + 10}) for line in self.term.line_ids
            ]

    def test_price_of_the_campus(self):
        """C10, E4: filled in as soon as package and campus are chosen, invoiced, and kept once agreed."""
        self.package.campus_price_ids = [Command.create({"campus_id": self.south.id, "price": 12_000_000})]
        form = Form(self.env["edu.enrollment"].with_user(self.users["director"]))
        form.student_id = self.chi
        form.campus_id = self.north
        form.package_id = self.package
        self.assertEqual((form.price, form.amount_total), (9_999_999, 9_999_999))
        form.campus_id = self.south
        self.assertEqual((form.price, form.amount_total, form.amount_to_invoice), (12_000_000,) * 3)
        form.class_id = self.class_s
        enrollment = form.save()
        enrollment.action_confirm()
        self.assertEqual(enrollment.amount_invoiced, 12_000_000)
        # A transfer to another campus has its own rules for money; the price is not its business.
        enrollment.sudo().write({"campus_id": self.north.id, "class_id": self.class_n.id})
        self.assertEqual((enrollment.price, enrollment.amount_invoiced), (12_000_000, 12_000_000))

    def test_price_of_the_campus_in_a_sheet(self):
        """C10, X3: imported, too."""
        self.package.campus_price_ids = [Command.create({"campus_id": self.south.id, "price": 12_000_000})]
        result = self.env["edu.enrollment"].load(
            ["student_id", "package_id", "campus_id"],
            [
                [self.chi.display_name, self.package.name, "South"],
                [self.an.display_name, self.package.name, "North"],
            ],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(
            self.env["edu.enrollment"].browse(result["ids"]).mapped("price"), [12_000_000, 9_999_999]
        )
