from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestResources(CatalogCommon):
    def test_teacher_brings_a_contact(self):
        """C7: the contact is made with the teacher, or is that of the user, or the one that was chosen."""
        with Form(self.env["edu.teacher"].with_user(self.users["academic"])) as form:
            form.name = "Trần Văn Bình"
            form.email = "binh@example.com"
            form.phone = "0903 123 456"
        teacher = form.record
        self.assertEqual(teacher.partner_id.name, "Trần Văn Bình")
        self.assertEqual(teacher.partner_id.email, "binh@example.com")
        self.assertEqual(self.teacher.partner_id, self.users["teacher"].partner_id)
        partner = self.env["res.partner"].create({"name": "Chosen"})
        self.assertEqual(
            self.env["edu.teacher"].create({"name": "C", "partner_id": partner.id}).partner_id, partner
        )

    def test_teacher_who_is_a_user(self):
        """C7: academic staff make a teacher of a user; that user's own contact data stay as they are."""
        user = self._make_user("teacher", "second")
        user.partner_id.write({"email": "own@example.com", "phone": "0911 222 333"})
        with Form(self.env["edu.teacher"].with_user(self.users["academic"])) as form:
            form.name = "Second"
            form.user_id = user
        self.assertEqual(form.record.partner_id, user.partner_id)
        self.assertEqual((form.record.email, form.record.phone), ("own@example.com", "0911 222 333"))

    def test_days_off_are_leaves(self):
        """C7, C8: days off and closures are those of the resource, past ones are not counted."""
        now = fields.Datetime.now()
        for resource in (self.teacher, self.room_n):
            action = resource.action_view_leaves()
            self.env["resource.calendar.leaves"].with_context(**action["context"]).with_user(
                self.users["academic"]
            ).create(
                [
                    {
                        "name": "Holiday",
                        "date_from": now + timedelta(days=day),
                        "date_to": now + timedelta(days=day + 1),
                    }
                    for day in (-10, 10)
                ]
            )
            resource.invalidate_recordset()
            self.assertEqual(resource.leave_count, 1)

    def test_room_is_material_in_the_time_zone_of_its_campus(self):
        self.assertEqual(self.room_n.resource_id.resource_type, "material")
        self.assertEqual(self.room_n.tz, "Asia/Ho_Chi_Minh")
        self.assertEqual(self.room_n.display_name, "N Room N")

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        for values in ({"capacity": 0}, {"capacity": -3}):
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.room_n.write(values)
                self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["edu.teacher"].create({"name": "Twice", "partner_id": self.teacher.partner_id.id})

    def test_manager_belongs_to_the_staff(self):
        """C9"""
        self.north.manager_id = self.users["director"]
        self.assertIn(self.users["director"], self.north.user_ids)
        self.assertIn(self.north, self.users["director"].campus_ids)
