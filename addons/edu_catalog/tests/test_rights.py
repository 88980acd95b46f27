from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestRights(CatalogCommon):
    def _visible(self, role, model):
        return self.env[model].with_user(self.users[role]).search([("company_id", "=", self.company.id)])

    def test_classes_are_reached_through_their_campus(self):
        """X1"""
        both = self.class_n | self.class_s
        for role, expected in (
            ("teacher", self.class_n),
            ("counsellor", self.class_n),
            ("academic", self.class_n),
            ("manager", self.class_n),
            ("stranger", self.class_s),
            ("director", both),
        ):
            with self.subTest(role):
                self.assertEqual(self._visible(role, "edu.class"), expected)

    def test_rights_follow_the_staff_list_at_once(self):
        self.assertEqual(self._visible("academic", "edu.class"), self.class_n)
        self.north.user_ids -= self.users["academic"]
        self.south.user_ids |= self.users["academic"]
        self.assertEqual(self._visible("academic", "edu.class"), self.class_s)

    def test_another_campus_is_read_but_not_edited(self):
        """X1: rooms are lent across campuses; only their own staff edit them."""
        room = self.room_s.with_user(self.users["academic"])
        self.assertEqual(room.name, "Room S")
        with self.assertRaises(AccessError):
            room.write({"capacity": 5})
        self.room_n.with_user(self.users["academic"]).write({"capacity": 5})

    def test_pay_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.teacher.with_user(self.users["counsellor"]).read(["hourly_rate"])
        self.teacher.with_user(self.users["manager"]).read(["hourly_rate"])

    def test_others_see_nothing(self):
        outsider = self.env["res.users"].create(
            {
                "name": "Outsider",
                "login": "t_outsider",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
            }
        )
        for model in ("edu.class", "edu.program", "edu.package", "edu.teacher", "edu.room", "edu.campus"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(outsider).search([])

    def test_resources_of_another_campus(self):
        """C7, C8, X1: what may not be edited is not edited by way of its resource or its closures either."""
        strange = self.env["edu.teacher"].create({"name": "South", "campus_ids": self.south.ids})
        days = {"date_from": "2026-12-01 00:00:00", "date_to": "2026-12-02 00:00:00"}
        leaves = self.env["resource.calendar.leaves"].with_user(self.users["academic"])
        for record in (self.room_s, strange):
            resource = record.resource_id
            closure = self.env["resource.calendar.leaves"].create({"resource_id": resource.id, **days})
            with self.subTest(record=record.name):
                for call in (
                    lambda resource=resource: resource.with_user(self.users["academic"]).write({"name": "X"}),
                    lambda resource=resource: resource.with_user(self.users["academic"]).unlink(),
                    lambda closure=closure: closure.with_env(leaves.env).unlink(),
                    lambda closure=closure: closure.with_env(leaves.env).write({"name": "X"}),
                    lambda resource=resource: leaves.create({"resource_id": resource.id, **days}),
                    lambda closure=closure: closure.with_user(self.users["teacher"]).unlink(),
                ):
                    with self.assertRaises(AccessError):
                        call()
                for role in ("stranger", "director"):
                    resource.with_user(self.users[role]).name = role
                    closure.with_user(self.users[role]).name = role
        record = self.room_s
        record.active = False
        with self.assertRaises(AccessError):
            record.resource_id.with_user(self.users["academic"]).active = True

    def test_own_resources_and_days_off(self):
        """C7, C8, X1: of the own campus, of teachers of no campus, and one's own."""
        days = {"date_from": "2026-12-01 00:00:00", "date_to": "2026-12-02 00:00:00"}
        nowhere = self.env["edu.teacher"].create({"name": "Nowhere"})
        for record in (self.room_n, self.teacher, nowhere):
            with self.subTest(record=record.name):
                record.resource_id.with_user(self.users["academic"]).tz = "Europe/Paris"
                self.assertEqual(record.resource_id.tz, "Europe/Paris")
                values = {"resource_id": record.resource_id.id, **days}
                self.env["resource.calendar.leaves"].with_user(self.users["academic"]).create(values).unlink()
        self.env["resource.calendar.leaves"].with_user(self.users["teacher"]).create(
            {"resource_id": self.teacher.resource_id.id, **days}
        ).unlink()
