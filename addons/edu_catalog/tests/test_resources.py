from datetime import timedelta

from lxml import etree
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
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

    def test_address_and_name(self):
        """C7: academic staff edit the address; a name that is corrected is corrected on the contact as well."""
        academic = self.users["academic"]
        with Form(self.env["edu.teacher"].with_user(academic)) as form:
            form.name = "Binh"
            form.street = "12 Lê Lợi"
            form.city = "Huế"
        teacher = form.record
        self.assertEqual(teacher.partner_id.city, "Huế")
        teacher.with_user(academic).write({"name": "Trần Văn Bình", "street": "14 Lê Lợi"})
        self.assertEqual(
            (teacher.partner_id.name, teacher.partner_id.street, teacher.resource_id.name),
            ("Trần Văn Bình", "14 Lê Lợi", "Trần Văn Bình"),
        )
        self.teacher.with_user(academic).name = "Cô Lan"
        self.assertNotEqual(self.users["teacher"].name, "Cô Lan")

    def test_found_by_each(self):
        """C7, C8: name, address, phone, e-mail, subjects, campuses, working hours, days off."""
        calendar = self.env["resource.calendar"].create({"name": "Evenings", "company_id": self.company.id})
        found = self.env["edu.teacher"].create(
            {
                "name": "Quách Tĩnh",
                "street": "1 Đảo Đào Hoa",
                "phone": "0987",
                "email": "tinh@example.com",
                "resource_calendar_id": calendar.id,
                "subject_ids": self.subject.ids,
                "campus_ids": self.south.ids,
                "company_id": self.company.id,
            }
        )
        self.teacher.subject_ids = False
        arch = etree.fromstring(self.env["edu.teacher"].get_view(view_type="search")["arch"])
        shown = {node.get("name") for node in arch.iter("field")}
        cases = {
            "name": "Quách",
            "phone": "0987",
            "email": "tinh@",
            "subject_ids": "Listening",
            "campus_ids": "South",
            "resource_calendar_id": "Evenings",
        }
        self.assertLessEqual({*cases, "partner_id", "date_off"}, shown)
        mine = [("id", "in", (found | self.teacher).ids)]
        for name, text in cases.items():
            with self.subTest(name):
                self.assertEqual(found.search([*mine, (name, "ilike", text)]), found)

    def test_found_by_a_day_off(self):
        """C7, C8: days in the user's time zone; closures of the working hours count for all who keep them."""
        Leave = self.env["resource.calendar.leaves"]
        Teacher = self.env["edu.teacher"].with_context(tz="Asia/Ho_Chi_Minh")
        other = Teacher.create(
            {"name": "Other", "company_id": self.company.id, "resource_calendar_id": False}
        )
        both = [("id", "in", (self.teacher | other).ids)]
        Leave.create(
            {
                "resource_id": self.teacher.resource_id.id,
                # 10 March, 0:00 to 24:00 in Việt Nam
                "date_from": "2026-03-09 17:00:00",
                "date_to": "2026-03-10 17:00:00",
            }
        )
        for day, expected in (("2026-03-09", 0), ("2026-03-10", 1), ("2026-03-11", 0)):
            with self.subTest(day):
                self.assertEqual(len(Teacher.search([*both, ("date_off", "=", day)])), expected)
        calendar = self.env["resource.calendar"].create({"name": "C", "company_id": self.company.id})
        other.resource_calendar_id = calendar
        Leave.create(
            {
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-04-30 00:00:00",
                "date_to": "2026-05-01 12:00:00",
            }
        )
        self.assertEqual(
            Teacher.search([*both, ("date_off", "in", ["2026-05-01", "2026-03-10"])]), self.teacher | other
        )
        self.assertEqual(Teacher.search([*both, ("date_off", "=", "2026-05-01")]), other)

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

    def test_campus_stays_in_its_company(self):
        """C9: with classes or packages, not to be moved into the books of another company."""
        other = self.env["res.company"].create({"name": "Other"})
        director = self.users["director"]
        director.company_ids |= other
        campuses = self.env["edu.campus"].create(
            [
                {
                    "name": name,
                    "code": name,
                    "company_id": self.company.id,
                    "resource_calendar_id": False,
                }
                for name in ("Empty", "Packages")
            ]
        )
        empty, sold = campuses.with_user(director).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        self.env["edu.package"].create(
            {"name": "P", "price": 1, "active": False, "program_ids": self.program.ids, "campus_id": sold.id}
        )
        self.north.resource_calendar_id = False
        for campus in (sold, self.north.with_env(empty.env)):
            with self.subTest(campus.name), self.assertRaisesRegex(UserError, "can no longer be changed"):
                campus.company_id = other
            campus.company_id = self.company
        empty.company_id = other
        self.assertEqual(empty.company_id, other)

    def test_deleted_with_what_belongs_to_them(self):
        """C7, C8: no resource stays behind, and no day off that would be everybody's."""
        leaves = self.env["resource.calendar.leaves"]
        teacher = self.env["edu.teacher"].create({"name": "Z", "campus_ids": self.north.ids})
        room = self.env["edu.room"].create({"name": "Z", "campus_id": self.north.id})
        resources = teacher.resource_id | room.resource_id
        for resource in resources:
            leaves |= leaves.create(
                {
                    "resource_id": resource.id,
                    "date_from": "2026-12-01 00:00:00",
                    "date_to": "2026-12-02 00:00:00",
                }
            )
        teacher.with_user(self.users["manager"]).unlink()
        room.with_user(self.users["manager"]).unlink()
        self.assertFalse(resources.exists() or leaves.exists())

    def test_contact_of_others(self):
        """C7, X1: making a contact a teacher's is a way to rename it; only for who may edit it."""
        other = self.env["res.company"].create({"name": "Other"})
        victim = self.env["res.partner"].create({"name": "Customer", "company_id": other.id})
        academic = self.users["academic"]
        teacher = self.env["edu.teacher"].create({"name": "Free", "campus_ids": self.north.ids})
        with self.assertRaisesRegex(AccessError, "not yours to edit"):
            teacher.with_user(academic).partner_id = victim.id
        with self.assertRaisesRegex(AccessError, "not yours to edit"):
            self.env["edu.teacher"].with_user(academic).create({"name": "X", "partner_id": victim.id})
        with self.assertRaisesRegex(UserError, "Customer"), self.cr.savepoint():
            teacher.partner_id = victim
        self.env.invalidate_all()
        teacher.with_user(academic).write({"partner_id": teacher.partner_id.id, "name": "Free Too"})
        self.assertEqual((victim.name, teacher.partner_id.name), ("Customer", "Free Too"))

    def test_room_stays_with_its_classes(self):
        """C8: a room does not move away under the classes that are held in it."""
        room = self.env["edu.room"].create({"name": "R9", "campus_id": self.north.id})
        self.class_n.room_id = room
        with self.assertRaisesRegex(ValidationError, "is not at North"):
            room.campus_id = self.south
        self.class_n.room_id = False
        room.campus_id = self.south

    def test_campus_is_found_by_its_code(self):
        """C9, X3: as staff write it in a sheet."""
        found = self.env["edu.campus"].name_search(self.north.code, operator="=")
        self.assertIn(self.north.id, [campus_id for campus_id, _name in found])
