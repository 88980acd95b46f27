from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestPackage(EnrollmentCommon):
    def _tax(self, company=None):
        company = company or self.company
        country = self.env.ref("base.vn").id
        group = self.env["account.tax.group"].create(
            {"name": "T10", "company_id": company.id, "country_id": country}
        )
        return self.env["account.tax"].create(
            {
                "name": "T10",
                "amount": 10,
                "tax_group_id": group.id,
                "country_id": country,
                "company_id": company.id,
            }
        )

    def test_sold_in_its_currency(self):
        """C4, E9, E12: what was sold, or has a deposit on it, is not taken into another currency or company."""
        dollars = self._currency("USD")
        other = self.env["res.company"].create({"name": "Other"})
        manager = self.users["manager"]
        draft = self._make_package(price=100)
        self._enroll(package_id=draft.id, confirm=False)
        draft.with_user(manager).write({"currency_id": dollars.id, "price": 400})
        self.assertEqual(draft.currency_id, dollars)

        deposited = self._make_package(price=9_000)
        enrollment = self._enroll(self.binh, package_id=deposited.id, confirm=False)
        self.env["edu.enrollment.collect"].create(
            {"enrollment_id": enrollment.id, "amount": 500}
        ).action_apply()
        cancelled = self._make_package(price=9_000)
        self._enroll(self.binh, package_id=cancelled.id).action_cancel()
        for package in (deposited, cancelled):
            with self.subTest(package=package.id):
                with self.assertRaisesRegex(UserError, "was sold: Currency can no longer.*new package"):
                    package.with_user(manager).write({"currency_id": dollars.id, "price": 400})
                with self.assertRaisesRegex(UserError, "was sold: Company can no longer"):
                    package.company_id = other
                package.with_user(manager).write({"currency_id": package.currency_id.id, "price": 8_000})

    def test_campus_stays_with_its_enrolments(self):
        """C9: the enrolments of a campus would follow it into another company's books."""
        other = self.env["res.company"].create({"name": "Other"})
        campus = self.env["edu.campus"].create(
            {"name": "West", "code": "W", "company_id": self.company.id, "resource_calendar_id": False}
        )
        self._enroll(class_id=False, campus_id=campus.id, confirm=False)
        with self.assertRaisesRegex(UserError, "West.*can no longer be changed"):
            campus.company_id = other

    def test_manager_chooses_the_taxes(self):
        """C4: on the form of the package, by who may edit it; they stand on its product."""
        tax = self._tax()
        for role in ("manager", "director"):
            with self.subTest(role):
                package = self._make_package(price=100)
                with Form(package.with_user(self.users[role])) as form:
                    form.tax_ids.add(tax)
                self.assertEqual((package.tax_ids, package.product_id.taxes_id), (tax, tax))
                self.assertEqual(self._enroll(package_id=package.id, confirm=False).amount_total, 110)
        for role in ("academic", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.package.with_user(self.users[role]).tax_ids = tax
        package = self.env["edu.package"].create(
            {
                "name": "Made with a tax",
                "price": 1,
                "program_ids": [Command.set(self.program.ids)],
                "campus_id": self.north.id,
                "tax_ids": [Command.set(tax.ids)],
            }
        )
        self.assertEqual(package.product_id.taxes_id, tax)

    def test_taxes_of_its_company(self):
        """C4: what stands on the product for another company is not the package's."""
        other = self.env["res.company"].create({"name": "Other", "country_id": self.env.ref("base.vn").id})
        tax, theirs = self._tax(), self._tax(other)
        self.package.product_id.taxes_id = tax | theirs
        self.assertEqual(self.package.tax_ids, tax)

    def test_copied_with_taxes_and_account(self):
        """C4, E19: the copy is taxed, and earns, as the package does; its name and price are its own."""
        tax = self._tax()
        account = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", self.company.ids)], limit=1
        )
        self.package.tax_ids = tax
        self.package.product_id.with_company(self.company).property_account_income_id = account
        copy = self.package.with_user(self.users["manager"]).copy({"name": "Copied", "price": 5})
        product = copy.sudo().product_id.with_company(self.company)
        self.assertEqual((copy.tax_ids, product.property_account_income_id), (tax, account))
        self.assertEqual((product.name, product.list_price), ("Copied", 5))
        self.assertNotEqual(product, self.package.product_id)
        self.assertEqual(self.package.product_id.name, "IELTS complete")

    def test_goes_on_to_cover_what_was_sold(self):
        """C4, E2: programs are not taken off while somebody learns one of them by this package."""
        other = self.program.copy({"code": "T-OTHER"})
        self._enroll()
        with self.assertRaisesRegex(ValidationError, "does not cover"), self.cr.savepoint():
            self.package.program_ids = other
        self.package.program_ids = self.program | other

    def test_schedule_is_not_typed(self):
        """C4: it follows from the payment terms."""
        for name in ("payment_price", "payment_rate", "installment_count"):
            with self.subTest(name), self.assertRaisesRegex(AccessError, "follows from other facts"):
                self.package.with_user(self.users["manager"]).write({name: 5})
