from odoo.tests import tagged

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestCopy(CatalogCommon):
    def test_copied_again_and_again(self):
        """Everything of the catalogue can be duplicated, twice: codes and names stay apart."""
        package = self.env["edu.package"].create(
            {"name": "P", "price": 1, "program_ids": self.program.ids, "campus_id": self.north.id}
        )
        director = self.users["director"]
        for record in (
            self.subject,
            self.program,
            self.class_n,
            self.north,
            self.room_n,
            self.teacher,
            package,
        ):
            with self.subTest(record._name):
                record = record.with_user(director)
                copies = record.copy() | record.copy()
                if not self._unique_by_name(record):
                    codes = {record.code, *copies.mapped("code")}
                    self.assertEqual(len(codes), 3)
                    self.assertIn(f"{record.code} (copy 2)", codes)
                else:
                    self.assertEqual(set(copies.mapped("name")), {f"{record.name} (copy)"})

    def _unique_by_name(self, record):
        return record._name in ("edu.room", "edu.teacher", "edu.package")

    def test_copied_teacher_is_somebody_else(self):
        """C7: a copy has a contact of its own, and is nobody's user."""
        copy = self.teacher.copy()
        self.assertNotEqual(copy.partner_id, self.teacher.partner_id)
        self.assertFalse(copy.user_id)
        self.assertEqual(self.teacher.user_id, self.users["teacher"])
        self.assertEqual(copy.subject_ids, self.subject)
