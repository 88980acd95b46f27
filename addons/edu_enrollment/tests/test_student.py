from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestStudent(EnrollmentCommon):
    def test_counsellor_registers_a_family(self):
        """E1: a student with a guardian who pays, filled in by a counsellor."""
        with Form(self.env["edu.student"].with_user(self.users["counsellor"])) as form:
            form.name = "Nguyễn Thị Ánh Tuyết 🎓"
            form.birthdate = "2013-01-31"
            with form.guardian_ids.new() as guardian:
                guardian.partner_id = self.mother
                guardian.is_payer = True
        student = form.record
        self.assertTrue(student.student_number)
        self.assertEqual(student.campus_id, self.north)
        self.assertEqual(student.user_id, self.users["counsellor"])
        self.assertEqual(student._payer(), self.mother)
        self.assertIn(student.student_number, student.display_name)

    def test_one_student_per_contact(self):
        """E1: contacts that are students already are found again, in the order asked for."""
        partner = self.env["res.partner"].create({"name": "New"})
        contacts = partner | self.binh.partner_id
        students = self.env["edu.student"]._get_or_create(contacts, {"campus_id": self.north.id})
        self.assertEqual(students.partner_id, contacts)
        self.assertEqual(students[1], self.binh)
        self.assertEqual(self.env["edu.student"]._get_or_create(contacts), students)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["edu.student"].create({"partner_id": partner.id, "campus_id": self.north.id})

    def test_numbers_are_drawn_in_batches(self):
        """As many queries for ten numbers as for one, and none of them twice; other kinds of sequences work too."""
        sequence = self.env["ir.sequence"]

        drawn = []

        def draw(count):
            drawn.extend(sequence._next_batch_by_code("edu.student", count))

        draw(1)
        queries_of_one, queries_of_ten = (self._count_queries(lambda count=count: draw(count)) for count in (1, 10))
        self.assertEqual(queries_of_one, queries_of_ten)
        self.assertEqual((len(drawn), len(set(drawn))), (12, 12))
        self.env.ref("edu_enrollment.ir_sequence_edu_student").implementation = "no_gap"
        draw(3)
        self.assertEqual(len(set(drawn[12:])), 3)
        self.assertEqual(sequence._next_batch_by_code("there.is.none", 2), [False, False])

    def test_age(self):
        today = fields.Date.context_today(self.an)
        self.an.birthdate = today.replace(year=today.year - 10, day=1)
        self.assertEqual(self.an.age, 10)
        self.an.birthdate = today.replace(year=today.year - 10, day=1) + timedelta(days=40)
        self.assertEqual(self.an.age, 9)

    @mute_logger("odoo.sql_db")
    def test_bad_guardians(self):
        bad = (
            [Command.create({"partner_id": self.an.partner_id.id})],
            [Command.create({"partner_id": self.mother.id})],
            [Command.create({"partner_id": self.binh.partner_id.id, "is_payer": True})],
        )
        for commands in bad:
            with self.subTest(commands), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.an.guardian_ids = commands
                self.env.flush_all()

    def test_bad_birthdays(self):
        for birthdate in ("1800-01-01", "2999-01-01"):
            with self.subTest(birthdate), self.assertRaisesRegex(ValidationError, "birthday"):
                self.an.birthdate = birthdate

    def test_figures_in_constant_queries(self):
        """E18: 10 students cost no more queries than one."""
        students = self.env["edu.student"].create(
            [{"name": f"S{index}", "campus_id": self.north.id} for index in range(10)]
        )
        self.class_n.capacity = 20
        self._enroll(students)

        def read(records):
            return self._count_queries(
                lambda: records.read(["name", "hours_left", "amount_due", "enrollment_count"])
            )

        read(students)
        self.assertEqual(read(students[:1]), read(students))
        self.assertEqual(students.mapped("hours_left"), [60] * 10)
        self.assertEqual(students.mapped("amount_due"), [9_999_999] * 10)

    def test_contact_of_who_was_enrolled(self):
        """E1, X1: a sold enrolment does not pass to another person by the way; contacts can be merged."""
        other = self.env["res.partner"].create({"name": "Trần Minh An", "email": "an@example.com"})
        an = self.an.with_user(self.users["counsellor"])
        draft = self._enroll(confirm=False)
        an.partner_id = other
        draft.action_confirm()
        with self.assertRaisesRegex(UserError, "stays this person"):
            an.partner_id = self.binh.partner_id.copy()
        an.write({"partner_id": other.id, "birthdate": "2012-05-18"})
        kept = self.env["res.partner"].create({"name": "Trần Minh An", "email": "an@example.com"})
        self.env["base.partner.merge.automatic.wizard"]._merge((kept | other).ids, kept)
        self.assertEqual(self.an.partner_id, kept)

    def test_stays_a_person(self):
        """E1: an organisation is a customer whose contacts study, also when the contact is changed later."""
        for record in (self.an, self.an.partner_id):
            with self.assertRaisesRegex(ValidationError, "is an organisation"), self.cr.savepoint():
                record.is_company = True
                self.env.flush_all()
        self.assertFalse(self.an.is_company)

    def test_number_stays(self):
        """E1: nobody changes a number that stands on papers; the same said once more is no change."""
        an = self.an.with_user(self.users["counsellor"])
        number = an.student_number
        an.student_number = number
        for other in ("S1", False):
            with self.assertRaisesRegex(AccessError, "keeps the student number"):
                an.student_number = other
        self.assertEqual(self.an.student_number, number)
