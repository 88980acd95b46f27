from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestRoster(EnrollmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.higher = cls.program.copy({"code": "T-IELTS2", "name": "IELTS Advanced"})
        cls.higher.action_submit()
        cls.higher.action_publish()
        cls.program.next_program_id = cls.higher
        cls.package_2 = cls._make_package(
            name="Advanced complete", price=500, program_ids=[Command.set(cls.higher.ids)]
        )
        cls.class_2 = cls.class_n.copy({"code": "T-N2", "program_id": cls.higher.id, "capacity": 3})
        cls.class_2.action_open()

    def _students(self, number):
        return self.env["edu.student"].create(
            [{"name": f"Student {index}", "campus_id": self.north.id} for index in range(number)]
        )

    def _dialog(self, action, user="academic"):
        model = self.env[action["res_model"]].with_user(self.users[user])
        return Form(model.with_context(**action["context"]))

    def _add(self, students, user="academic", **values):
        form = self._dialog(self.class_n.with_user(self.users[user]).action_add_students(), user)
        form.package_id = self.package
        for student in students:
            form.student_ids.add(student)
        for name, value in values.items():
            form[name] = value
        return form.save().action_apply()

    def _promote(self, **values):
        form = self._dialog(self.class_n.with_user(self.users["academic"]).action_promote())
        for name, value in values.items():
            form[name] = value
        wizard = form.save()
        wizard.action_apply()
        return {line.student_id: (line.outcome, line.reason or "") for line in wizard.line_ids}

    def test_add(self):
        """E25: adding enrols and invoices; doing it again adds nothing."""
        for _click in range(2):
            self._add(self.an | self.binh)
        self.assertEqual(self.class_n.enrollment_ids.student_id, self.an | self.binh)
        self.assertEqual(self.class_n.enrollment_ids.mapped("state"), ["confirmed"] * 2)
        self.assertEqual(len(self.class_n.enrollment_ids.invoice_ids), 2)
        self.assertEqual(self.class_n.seats_taken, 2)

    def test_add_more_than_fit(self):
        """E24, E25: all or nobody, unless the rest is to wait."""
        students = self._students(5)
        with (
            self.assertRaisesRegex(UserError, "Student 3.*No seat is left(.|\n)*Student 4"),
            self.cr.savepoint(),
        ):
            self._add(students)
        self.env.invalidate_all()
        self.assertFalse(self.class_n.enrollment_ids)
        self._add(students, waitlist=True)
        self.assertEqual((self.class_n.seats_taken, self.class_n.waitlist_count), (3, 2))
        self.assertEqual(self.class_n.waitlist_ids.student_id, students[3:])

    def test_add_says_what_is_wrong(self):
        self.an.state = "cancelled"
        with self.assertRaisesRegex(UserError, "Minh An.*No longer studies"), self.cr.savepoint():
            self._add(self.an)
        self.class_n.action_start()
        self.class_n.action_done()
        with self.assertRaisesRegex(UserError, "not open for enrolment"), self.cr.savepoint():
            self._add(self.binh)
        with self.assertRaises(AccessError):
            self._add(self.binh, user="teacher")

    def test_remove(self):
        """E25: what was not delivered is credited; the seat is free."""
        self._add(self.an)
        enrollment = self.class_n.enrollment_ids
        enrollment.with_user(self.users["academic"]).action_cancel()
        self.assertEqual((enrollment.state, enrollment.amount_invoiced), ("cancelled", 0))
        self.assertEqual(self.class_n.seats_taken, 0)

    def test_class_with_students_is_not_cancelled(self):
        """C5, E25: what becomes of them and their money is decided first; by the button or over the API."""
        self._enroll(self.an | self.binh)
        class_ = self.class_n.with_user(self.users["academic"])
        for cancel in (class_.action_cancel, lambda: class_.write({"state": "cancelled"})):
            with self.assertRaisesRegex(UserError, "T-N1.*has 2 students.*roster"):
                cancel()
        class_.enrollment_ids.action_cancel()
        class_.action_cancel()
        self.assertEqual(class_.state, "cancelled")

    def test_promote(self):
        """E25: class and package are proposed; those there already are passed over; twice adds nothing."""
        self._enroll(self.an | self.binh)[0].action_complete()
        third = self._enroll(self._students(1))
        third.action_cancel()
        self._enroll(self.binh, class_id=self.class_2.id, package_id=self.package_2.id)
        self.assertEqual(self._promote(), {self.an: ("enrolled", ""), self.binh: ("there", "")})
        enrollment = self.an.enrollment_ids.filtered(lambda item: item.class_id == self.class_2)
        self.assertEqual((enrollment.state, enrollment.amount_total), ("confirmed", 500))
        self.assertEqual(enrollment.user_id, self.users["counsellor"])
        self.assertEqual(enrollment.type, "existing")
        self.assertEqual(self._promote(), {self.an: ("there", ""), self.binh: ("there", "")})
        self.assertEqual(self.class_2.seats_taken, 2)

    def test_promote_says_who_was_not_moved(self):
        """E25: no seat, gone, refused by a rule: the others move all the same."""
        self.class_n.capacity = 10
        students = self._students(5)
        self._enroll(students)
        students[1].state = "cancelled"
        results = self._promote()
        self.assertEqual(
            [results[student] for student in students],
            [
                ("enrolled", ""),
                ("refused", "No longer studies here."),
                ("enrolled", ""),
                ("enrolled", ""),
                ("refused", "No seat is left in the class."),
            ],
        )
        results = self._promote(waitlist=True)
        self.assertEqual(results[students[4]], ("waiting", ""))
        self.assertEqual(self.class_2.waitlist_ids.student_id, students[4])
        self.package_2.date_to = "2020-01-01"
        self.class_2.capacity = 20
        late = self._students(2)
        self._enroll(late)
        results = self._promote(package_id=self.package_2)
        for student in late:
            self.assertEqual(results[student][0], "refused")
            self.assertIn("not on sale", results[student][1])
        self.assertFalse(late.enrollment_ids.filtered(lambda item: item.class_id == self.class_2))

    def test_promote_needs_a_next_class(self):
        self._enroll(self.an)
        wizard = self.env["edu.class.promote"].create({"class_id": self.class_n.id})
        self.assertEqual((wizard.target_class_id, wizard.package_id), (self.class_2, self.package_2))
        wizard.target_class_id = False
        with self.assertRaisesRegex(UserError, "Choose an open class"):
            wizard.action_apply()
        wizard.target_class_id = self.class_n
        wizard.package_id = self.package
        with self.assertRaisesRegex(UserError, "does not teach"):
            wizard.action_apply()
        self.program.next_program_id = False
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "No program follows"):
            wizard.action_apply()

    def test_chosen_students(self):
        first, _second = self._enroll(self.an | self.binh)
        wizard = self.env["edu.class.promote"].create({"class_id": self.class_n.id})
        wizard.enrollment_ids = first
        wizard.action_apply()
        self.assertEqual(wizard.line_ids.student_id, self.an)
        wizard.enrollment_ids = self._enroll(
            self.chi, campus_id=self.south.id, class_id=self.class_s.id, user_id=self.env.uid
        )
        with self.assertRaisesRegex(UserError, "not in"):
            wizard.action_apply()

    def test_queries(self):
        """Figures: moving a class of thirty costs less for each than one of three."""
        costs = []
        for number in (3, 30):
            source = self.class_n.copy({"code": f"T-Q{number}", "capacity": number})
            target = self.class_2.copy({"code": f"T-R{number}", "capacity": number})
            (source | target).action_open()
            self._enroll(self._students(number), class_id=source.id)
            wizard = self.env["edu.class.promote"].create(
                {"class_id": source.id, "target_class_id": target.id, "package_id": self.package_2.id}
            )
            costs.append(self._count_queries(wizard.action_apply) / number)
            self.assertEqual(target.seats_taken, number)
        self.assertLess(costs[1], costs[0])

    def test_statistics(self):
        """C6: below the minimum, filled, by headcount."""
        self.class_n.min_size = 2
        self.assertTrue(self.class_n.is_below_min)
        self._enroll(self.an | self.binh)
        self.assertFalse(self.class_n.is_below_min)
        self.assertAlmostEqual(self.class_n.fill_rate, 66.7, places=1)
        found = self.env["edu.class"].search([("seats_taken", ">=", 1), ("seats_taken", "<=", 5)])
        self.assertIn(self.class_n, found)
        self.assertNotIn(self.class_2, found)
