from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestPackage(CatalogCommon):
    def _new_package(self, **values):
        return self.env["edu.package"].create(
            {
                "name": "IELTS complete",
                "program_ids": [Command.set(self.program.ids)],
                "price": 9_999_999,
                "campus_id": self.north.id,
                **values,
            }
        )

    def test_product_comes_with_the_package(self):
        """C4: made by somebody who may not make products, in the package's company; follows name and price."""
        package = self._new_package()
        self.assertEqual(package.hours, 60)
        self.assertEqual(package.product_id.company_id, self.company)
        self.assertEqual(package.product_id.list_price, 9_999_999)
        package.with_user(self.users["manager"]).write({"price": 8_000_000, "name": "IELTS light"})
        self.assertEqual(package.product_id.list_price, 8_000_000)
        self.assertEqual(package.product_id.name, "IELTS light")

    def test_on_sale(self):
        """C2, C10: within its dates, at its campuses, with published programs."""
        package = self._new_package(
            date_from="2026-02-01", date_to="2026-02-28", campus_ids=[Command.set(self.north.ids)]
        )
        self.assertTrue(package._is_on_sale(date(2026, 2, 1), self.north))
        self.assertTrue(package._is_on_sale(date(2026, 2, 28), self.north))
        self.assertFalse(package._is_on_sale(date(2026, 3, 1), self.north))
        self.assertFalse(package._is_on_sale(date(2026, 1, 31), self.north))
        self.assertFalse(package._is_on_sale(date(2026, 2, 1), self.south))
        self.program.active = False
        self.assertFalse(package._is_on_sale(date(2026, 2, 1), self.north))
        self.program.active = True
        self.assertTrue(package._is_on_sale(date(2026, 2, 1), self.north))
        self.program.action_retire()
        self.assertFalse(package._is_on_sale(date(2026, 2, 1), self.north))

    def test_price_of_a_campus(self):
        """C10: another price at another campus, entered by whoever keeps the package."""
        form = Form(self._new_package().with_user(self.users["manager"]))
        with form.campus_price_ids.new() as line:
            line.campus_id = self.south
            line.price = 12_000_000
        package = form.save()
        self.assertEqual(package._price_at(self.south), 12_000_000)
        self.assertEqual(package._price_at(self.north), 9_999_999)
        self.assertEqual(package._price_at(self.env["edu.campus"]), 9_999_999)
        self.assertEqual(package.copy()._price_at(self.south), 12_000_000)
        with self.assertRaises(AccessError):
            package.campus_price_ids.with_user(self.users["stranger"]).price = 1
        for values in ({"price": 5}, {"price": -1, "campus_id": self.north.id}):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                package.campus_price_ids.copy(values)

    @mute_logger("odoo.sql_db")
    def test_required(self):
        """C4: price, person in charge and campus, over the API as well; payment price and rate are computed."""
        for missing in ("name", "price", "user_id", "campus_id"):
            with self.subTest(missing), self.assertRaises(IntegrityError), self.cr.savepoint():
                values = {
                    "name": "X",
                    "price": 1,
                    "user_id": self.users["manager"].id,
                    "campus_id": self.north.id,
                    "program_ids": self.program.ids,
                }
                # False for those with a default, nothing at all for the price.
                values |= {} if missing == "price" else {missing: False}
                if missing == "price":
                    del values["price"]
                self.env["edu.package"].create(values)

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "names no program"):
            self._new_package(program_ids=False)
        for values in ({"price": -1}, {"hours": -1}, {"date_from": "2026-02-02", "date_to": "2026-02-01"}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self._new_package(**values)

    def test_hours_follow_the_programs(self):
        """C4: the sum of the programs, whichever are added or taken off; what is typed stays until then."""
        other = self.env["edu.program"].create({"code": "T-B", "name": "B", "hours": 40})
        with Form(self.env["edu.package"].with_user(self.users["manager"])) as form:
            form.name = "Combo"
            form.kind = "combo"
            form.price = 100
            form.campus_id = self.north
            hours = []
            for change in (
                lambda: form.program_ids.add(self.program),
                lambda: form.program_ids.add(other),
                lambda: form.program_ids.remove(self.program.id),
            ):
                change()
                hours.append(form.hours)
            self.assertEqual(hours, [60, 100, 40])
            form.hours = 35
        package = form.record
        package.price = 90
        self.assertEqual(package.hours, 35)
        package.write({"kind": "hours", "program_ids": [Command.clear()]})
        self.assertEqual(package.hours, 35)

    def test_lists_are_not_opened_by_archiving(self):
        """C2, C10: a package sold at one campus is not sold everywhere when that campus is archived or deleted."""
        west = self.env["edu.campus"].create({"name": "West", "code": "W", "company_id": self.company.id})
        package = self._new_package(campus_ids=[Command.set(west.ids)])
        west.active = False
        package.invalidate_recordset()
        self.assertEqual(package.campus_ids, west)
        self.assertFalse(package._is_on_sale(date(2026, 2, 1), self.north))
        with self.assertRaisesRegex(UserError, "West stands in “IELTS complete”"):
            west.with_user(self.users["director"]).unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute("DELETE FROM edu_campus WHERE id = %s", [west.id])
        self.program.active = False
        package.invalidate_recordset()
        self.assertEqual(package.program_ids, self.program)

    def test_product_is_not_typed(self):
        """C4, X1: the product of somebody else is not renamed by way of a package."""
        laptop = self.env["product.product"].create({"name": "Laptop"})
        manager = self.users["manager"]
        package = self._new_package().with_user(manager)
        with self.assertRaisesRegex(AccessError, "Product.*cannot be typed"):
            package.product_id = laptop.id
        with self.assertRaisesRegex(AccessError, "Product.*cannot be typed"):
            self.env["edu.package"].with_user(manager).create(
                {
                    "name": "X",
                    "price": 1,
                    "program_ids": [Command.set(self.program.ids)],
                    "campus_id": self.north.id,
                    "product_id": laptop.id,
                }
            )
        package.name = "IELTS light"
        self.assertEqual(laptop.name, "Laptop")

    def test_product_goes_with_the_package(self):
        """C4: archived with it, back with it, deleted with it; what was set on it is copied with it."""
        category = self.env["product.category"].create({"name": "Courses"})
        package = self._new_package()
        package.product_id.categ_id = category
        package = package.with_user(self.users["manager"])
        copy = package.copy()
        self.assertNotEqual(copy.product_id, package.product_id)
        self.assertEqual(
            (copy.product_id.sudo().categ_id, copy.product_id.sudo().name),
            (category, "IELTS complete (copy)"),
        )
        product_sudo = copy.product_id.sudo()
        for active in (False, True):
            copy.active = active
            self.assertEqual((product_sudo.active, product_sudo.product_tmpl_id.active), (active, active))
        copy.unlink()
        self.assertFalse(product_sudo.exists())

    def test_of_one_company(self):
        """C10, X1: programs and campuses of another company are not sold."""
        other = self.env["res.company"].create({"name": "Other"})
        program = self.env["edu.program"].create({"code": "T-O", "name": "O", "company_id": other.id})
        with self.assertRaisesRegex(UserError, "inconsistenc"):
            self._new_package(program_ids=[Command.set(program.ids)])
