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
