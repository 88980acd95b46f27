from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
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
