from ast import literal_eval
from datetime import date, timedelta

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestClass(CatalogCommon):
    def test_life_of_a_class(self):
        """C5: not open, open, running, finished; no step is left out; what ran is not deleted."""
        class_ = self.class_n
        self.assertEqual((class_.session_count, class_.hours, class_.price), (40, 60, 10_000_000))
        with self.assertRaisesRegex(UserError, "Not Open.*cannot become.*Finished"):
            class_.action_done()
        class_.action_open()
        class_.action_start()
        class_.action_done()
        with self.assertRaisesRegex(UserError, "archive"):
            class_.unlink()
        self.class_s.action_cancel()
        self.class_s.unlink()

    def test_only_published_programs_open(self):
        """C2, C5"""
        self.program.action_reset()
        with self.assertRaisesRegex(ValidationError, "not published"):
            self.class_n.action_open()

    def test_retired_program_is_not_begun(self):
        """C2, C5: no class of it is made, running or open; those there are go on."""
        self.class_n.action_open()
        self.program.action_retire()
        for state in ("open", "running"):
            with self.subTest(state), self.assertRaisesRegex(ValidationError, "not published"):
                self.env["edu.class"].with_user(self.users["academic"]).create(
                    {
                        "code": "T-R",
                        "name": "R",
                        "program_id": self.program.id,
                        "campus_id": self.north.id,
                        "state": state,
                    }
                )
        self.class_n.action_start()
        self.assertEqual(self.class_n.state, "running")

    def test_of_one_company(self):
        """C5, X1: program, teacher and room of the company whose class it is."""
        other = self.env["res.company"].create({"name": "Other"})
        campus = self.env["edu.campus"].create(
            {"name": "Far", "code": "F", "company_id": other.id, "resource_calendar_id": False}
        )
        strangers = {
            "program_id": self.env["edu.program"].create(
                {"code": "T-O", "name": "O", "company_id": other.id}
            ),
            "teacher_id": self.env["edu.teacher"].create({"name": "O", "company_id": other.id}),
            "room_id": self.env["edu.room"].create({"name": "O", "campus_id": campus.id}),
        }
        for name, record in strangers.items():
            with self.subTest(name), self.assertRaises(UserError), self.cr.savepoint():
                self.class_s.with_user(self.users["director"]).write({name: record.id})

    def test_room_of_the_campus(self):
        with self.assertRaisesRegex(ValidationError, "Room S is not at North"):
            self.class_n.room_id = self.room_s

    @mute_logger("odoo.sql_db")
    def test_bad_numbers(self):
        """C5, E24: the database refuses them, whoever writes."""
        bad = (
            {"capacity": 0},
            {"capacity": -1},
            {"min_size": 4},
            {"seats_taken": 4},
            {"price": -1},
            {"date_start": "2026-03-02", "date_end": "2026-03-01"},
        )
        for values in bad:
            with self.subTest(values), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.class_n.write(values)
                self.env.flush_all()
        self.class_n.write({"seats_limited": False, "capacity": 0})
        self.env.flush_all()

    def test_full_is_derived(self):
        """C5, C6: full follows the seats, and can be searched for."""
        self.class_n.write({"capacity": 1, "seats_limited": True})
        self.class_n._write({"seats_taken": 1})
        self.class_n.invalidate_recordset()
        self.env.add_to_compute(self.class_n._fields["is_full"], self.class_n)
        self.assertTrue(self.class_n.is_full)
        self.assertEqual(self.class_n.seats_available, 0)
        found = self.env["edu.class"].search([("is_full", "=", True), ("program_id", "=", self.program.id)])
        self.assertEqual(found, self.class_n)

    def test_derived_facts_are_not_typed(self):
        """C5, E24: a headcount written over the API would sell a seat twice."""
        for role in ("academic", "director"):
            class_ = self.class_n.with_user(self.users[role])
            self.assertLessEqual(
                {"seats_taken", "is_full", "fill_rate", "company_id"}, class_._derived_fields()
            )
            for name in class_._derived_fields():
                with (
                    self.subTest(role=role, field=name),
                    self.assertRaisesRegex(AccessError, "cannot be typed"),
                ):
                    class_.write({name: 1})
        with self.assertRaisesRegex(AccessError, "Headcount.*cannot be typed"):
            self.env["edu.class"].with_user(self.users["director"]).create(
                {"code": "T-X", "name": "X", "program_id": self.program.id, "seats_taken": 1}
            )

    def test_opening_filters(self):
        """C6: the one-click filters on the week, month and year in which a class opens."""
        self.class_n.date_start = date.today()
        self.class_s.date_start = date.today().replace(year=date.today().year - 2)
        view = self.env["ir.ui.view"].browse(self.env.ref("edu_catalog.edu_class_view_search").id)
        arch = self.env["edu.class"].get_view(view.id, "search")["arch"]
        for name in ("opening_week", "opening_month", "opening_year"):
            with self.subTest(name):
                self.assertIn(f'name="{name}"', arch)
                found = self.env["edu.class"].search(self._filter_domain(arch, name))
                self.assertIn(self.class_n, found)
                self.assertNotIn(self.class_s, found)

    def test_statistics(self):
        """C6: opened classes, full ones, and by headcount: more than, less than, equal, between, one click each."""
        self.class_n.write({"date_start": date.today() - timedelta(days=3), "capacity": 7})
        self.class_s.write({"date_start": date.today() + timedelta(days=3), "capacity": 20})
        (self.class_n | self.class_s).action_open()
        self.class_n.action_start()
        self.class_n.sudo().write({"seats_taken": 7})
        self.class_s.sudo().write({"seats_taken": 3})
        self.env.flush_all()
        Class = self.env["edu.class"]
        both = [("id", "in", (self.class_n | self.class_s).ids)]
        arch = Class.get_view(self.env.ref("edu_catalog.edu_class_view_search").id, "search")["arch"]
        for name, expected in (
            ("opened", self.class_n),
            ("not_opened", self.class_s),
            ("full", self.class_n),
            ("free", self.class_s),
            ("size_1_5", self.class_s),
            ("size_6_10", self.class_n),
            ("size_11_20", Class),
        ):
            with self.subTest(name):
                self.assertEqual(Class.search([*both, *self._filter_domain(arch, name)]), expected)
        nodes = etree.fromstring(arch).xpath("//field[@name='seats_taken']")
        self.assertEqual({node.get("operator") for node in nodes}, {">", "<", "=", ">=", "<="})
        for operators, expected in (
            ([(">", 3)], self.class_n),
            ([("<", 7)], self.class_s),
            ([("=", 7)], self.class_n),
            ([(">=", 3), ("<=", 5)], self.class_s),
        ):
            with self.subTest(operators):
                domain = [("seats_taken", operator, count) for operator, count in operators]
                self.assertEqual(Class.search([*both, *domain]), expected)
        pivot = Class.with_user(self.users["director"]).web_read_group(
            both, ["program_id"], ["seats_taken:sum", "capacity:sum", "fill_rate:avg"]
        )["groups"]
        self.assertEqual((pivot[0]["seats_taken:sum"], pivot[0]["capacity:sum"]), (10, 27))

    def _filter_domain(self, arch, name):
        return literal_eval(etree.fromstring(arch).xpath(f"//filter[@name='{name}']/@domain")[0])

    def test_form(self):
        """The screen: program figures are proposed, and the room proposes the seats."""
        with Form(self.env["edu.class"].with_user(self.users["academic"])) as form:
            form.name = "Mornings"
            form.code = "T-N2"
            form.program_id = self.program
            form.campus_id = self.north
            form.room_id = self.room_n
            self.assertEqual(form.capacity, 10)
            self.assertEqual(form.price, 10_000_000)
