from odoo.tests import tagged

from .common import CatalogCommon
from .lists import ListCase


@tagged("post_install", "-at_install")
class TestLists(ListCase, CatalogCommon):
    """Lists of 80 rows cost as many queries as lists of 8 (figures)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subjects = cls.env["edu.subject"].create(
            [{"code": f"L{index:02}", "name": f"Subject {index}", "credits": index} for index in range(80)]
        )
        cls.programs = cls.env["edu.program"].create(
            [
                {
                    "code": f"L{index:02}",
                    "name": f"Program {index}",
                    "subject_ids": cls.subjects[index].ids,
                    "next_program_id": cls.program.id,
                    "reviewer_id": cls.users["manager"].id,
                }
                for index in range(80)
            ]
        )
        cls.campuses = cls.env["edu.campus"].create(
            [
                {
                    "name": f"Campus {index}",
                    "code": f"L{index:02}",
                    "company_id": cls.company.id,
                    "manager_id": cls.users["manager"].id,
                    "partner_id": cls.env["res.partner"].create({"name": f"House {index}"}).id,
                }
                for index in range(80)
            ]
        )
        cls.rooms = cls.env["edu.room"].create(
            [{"name": f"Room {index}", "campus_id": campus.id} for index, campus in enumerate(cls.campuses)]
        )
        cls.teachers = cls.env["edu.teacher"].create(
            [
                {
                    "name": f"Teacher {index}",
                    "subject_ids": subject.ids,
                    "campus_ids": campus.ids,
                    "company_id": cls.company.id,
                }
                for index, (subject, campus) in enumerate(zip(cls.subjects, cls.campuses, strict=True))
            ]
        )
        cls.classes = cls.env["edu.class"].create(
            [
                {
                    "code": f"L{index:02}",
                    "name": f"Class {index}",
                    "program_id": program.id,
                    "campus_id": campus.id,
                    "teacher_id": teacher.id,
                    "room_id": room.id,
                }
                for index, (program, campus, teacher, room) in enumerate(
                    zip(cls.programs, cls.campuses, cls.teachers, cls.rooms, strict=True)
                )
            ]
        )
        cls.packages = cls.env["edu.package"].create(
            [
                {
                    "name": f"Package {index}",
                    "price": index,
                    "program_ids": program.ids,
                    "campus_id": campus.id,
                    "campus_ids": campus.ids,
                }
                for index, (program, campus) in enumerate(zip(cls.programs, cls.campuses, strict=True))
            ]
        )

    def test_search_views(self):
        """C1, C2, C4-C9: search and group by each."""
        for records in (
            self.subjects,
            self.programs,
            self.campuses,
            self.rooms,
            self.teachers,
            self.classes,
            self.packages,
        ):
            self._assert_search_view_works(records.with_user(self.users["director"]).browse())

    def test_lists_of_the_catalogue(self):
        for records in (
            self.subjects,
            self.programs,
            self.campuses,
            self.rooms,
            self.teachers,
            self.classes,
            self.packages,
        ):
            # Subjects and campuses are few: they have no cards.
            cards = records not in (self.subjects, self.campuses)
            for view_type in ("list", "kanban") if cards else ("list",):
                with self.subTest(model=records._name, view=view_type):
                    self._assert_constant_queries(records, view_type)
