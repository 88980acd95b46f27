from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
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
        self.program.action_retire()
        self.assertFalse(package._is_on_sale(date(2026, 2, 1), self.north))

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "names no program"):
            self._new_package(program_ids=False)
        for values in ({"price": -1}, {"hours": -1}, {"date_from": "2026-02-02", "date_to": "2026-02-01"}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self._new_package(**values)
