from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestDerived(EnrollmentCommon):
    """What the system says is typed by nobody, whatever the role and whichever the door (C5, E3, E4, E6, E7)."""

    def test_derived_facts_are_not_typed(self):
        enrollment = self._enroll()
        promotion = self.env["edu.promotion"].create(
            {
                "name": "P",
                "date_start": "2026-01-01",
                "date_end": "2027-01-01",
                "campus_id": self.north.id,
                "discount_rate": 5,
                "marketing_rate": 40,
            }
        )
        records = (
            enrollment,
            promotion,
            self.an,
            self.an.guardian_ids,
            self.class_n,
            self.env["edu.certificate"]._get_or_create(enrollment),
        )
        for record in records:
            record = record.with_user(self.users["director"])
            derived = {
                name: field
                for name, field in record._fields.items()
                if field.store and field.compute and field.readonly and field.column_type
            }
            self.assertTrue(derived)
            for name in derived:
                value = record.sudo()[name]
                with (
                    self.subTest(model=record._name, field=name),
                    self.assertRaisesRegex(AccessError, "cannot be typed"),
                ):
                    record.write({name: value.id if hasattr(value, "ids") else value})

    def test_uses_of_a_promotion(self):
        """E6: its limit is not got round by writing the count over the API."""
        with self.assertRaisesRegex(AccessError, "Times Used follows"):
            self.env["edu.promotion"].with_user(self.users["manager"]).create({"name": "P", "used_count": 0})
