from datetime import date

from odoo.addons.edu_catalog.tests.lists import ListCase
from odoo.fields import Command
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestLists(ListCase, EnrollmentCommon):
    """Lists of 80 rows cost as many queries as lists of 8 (figures)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.class_n.seats_limited = False
        partners = cls.env["res.partner"].create([{"name": f"Parent {index}"} for index in range(80)])
        cls.students = cls.env["edu.student"].create(
            [
                {
                    "name": f"Student {index}",
                    "campus_id": cls.north.id,
                    "user_id": cls.users["counsellor"].id,
                    "guardian_ids": [Command.create({"partner_id": partner.id, "is_payer": True})],
                }
                for index, partner in enumerate(partners)
            ]
        )
        cls.promotions = cls.env["edu.promotion"].create(
            [
                {
                    "name": f"Promotion {index}",
                    "code": f"L{index}",
                    "date_start": "2020-01-01",
                    "date_end": "2099-01-01",
                    "discount_rate": 5,
                    "marketing_rate": 40,
                    "campus_id": cls.north.id,
                    "program_ids": cls.program.ids,
                }
                for index in range(80)
            ]
        )
        cls.enrollments = cls.env["edu.enrollment"].create(
            [
                {
                    "student_id": student.id,
                    "package_id": cls.package.id,
                    "class_id": cls.class_n.id,
                    "campus_id": cls.north.id,
                    "promotion_id": promotion.id,
                }
                for student, promotion in zip(cls.students, cls.promotions, strict=True)
            ]
        )
        cls.enrollments.action_confirm()
        cls.env.flush_all()

    def test_search_views(self):
        """E1, E6, E8, E21-E23: search and group by each."""
        for name in (
            "edu.student",
            "edu.guardian",
            "edu.enrollment",
            "edu.promotion",
            "edu.refund",
            "edu.certificate",
            "edu.waitlist",
            "edu.ledger.entry",
            "edu.instalment.reminder",
            "edu.finance.report",
            "edu.discount.report",
        ):
            self._assert_search_view_works(self.env[name].with_user(self.users["director"]))

    def test_lists_of_enrolment(self):
        for records in (self.students, self.students.guardian_ids, self.promotions, self.enrollments):
            cards = records != self.students.guardian_ids
            for view_type in ("list", "kanban") if cards else ("list",):
                with self.subTest(model=records._name, view=view_type):
                    self._assert_constant_queries(records, view_type)

    def test_lists_of_papers(self):
        certificates = self.env["edu.certificate"]._get_or_create(self.enrollments)
        self._assert_constant_queries(certificates)
        self._assert_constant_queries(self.enrollments.ledger_ids)

    def test_refunds(self):
        """E15: 4 and 16 of them, because each needs money that was collected."""
        journal = self.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": self.company.id}
        )
        paid = self.enrollments[:16]
        for enrollment in paid:
            enrollment._register_payment(5_000, journal, date(2026, 3, 2))
        refunds = self.env["edu.refund"].create(
            [{"enrollment_id": enrollment.id, "amount": 1_000, "reason": "Left"} for enrollment in paid]
        )
        self._assert_constant_queries(refunds, few=4)

    def test_waiting_list(self):
        self.class_s.write({"seats_limited": True, "capacity": 1})
        self._enroll(self.chi, class_id=self.class_s.id, campus_id=self.south.id)
        entries = self.env["edu.waitlist"].create(
            [{"class_id": self.class_s.id, "student_id": student.id} for student in self.students]
        )
        self._assert_constant_queries(entries)

    def test_instalments(self):
        """E13: the list of instalments, of 24 and of 240 rows."""
        view = self.env.ref("edu_enrollment.account_move_line_view_list_instalment")
        lines = self.enrollments.instalment_ids.with_user(self.users["director"])
        specification = self._specification(lines, "list", view.id)
        for records in (lines, lines[:24]):
            self._count(records, specification, self.users["director"])
        few, many = (
            self._count(records, specification, self.users["director"]) for records in (lines[:24], lines)
        )
        self.assertLessEqual(many, few)

    def test_roster(self):
        """E25: the class with its students, of 8 and of 80."""
        other = self.class_n.copy({"code": "L-8", "seats_limited": False})
        other.action_open()
        self._enroll(self.students[:8], class_id=other.id)
        arch = self._arch(other, "form")
        node = arch.xpath("//field[@name='enrollment_ids']/list")[0]
        specification = {"enrollment_ids": {"fields": self._of_node(self.enrollments, node), "limit": 200}}

        def read(class_):
            return class_.with_user(self.users["director"]).web_read(specification)[0]["enrollment_ids"]

        self.assertEqual((len(read(other)), len(read(self.class_n))), (8, 80))
        few, many = (self._count_queries(lambda one=one: read(one)) for one in (other, self.class_n))
        self.assertEqual(few, many)
