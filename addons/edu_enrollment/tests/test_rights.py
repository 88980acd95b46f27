from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestRights(EnrollmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of_an, cls.of_binh = cls._enroll(cls.an | cls.binh)
        cls.of_chi = cls._enroll(cls.chi, campus_id=cls.south.id, class_id=cls.class_s.id)
        cls.all = cls.of_an | cls.of_binh | cls.of_chi

    def test_who_sees_which_enrolments(self):
        """X1: counsellors their own, teachers their classes, staff their campus, cashier and director all."""
        self.class_s.teacher_id = False
        for role, expected in (
            ("counsellor", self.of_an),
            ("teacher", self.of_an | self.of_binh),
            ("academic", self.of_an | self.of_binh),
            ("manager", self.of_an | self.of_binh),
            ("stranger", self.of_chi),
            ("cashier", self.all),
            ("director", self.all),
        ):
            with self.subTest(role):
                user = self.users[role]
                mine = [("id", "in", self.all.ids)]
                self.assertEqual(
                    self.env["edu.enrollment"].with_user(user).search(mine), expected.sorted("id", True)
                )
                students = (
                    self.env["edu.student"].with_user(user).search([("id", "in", self.all.student_id.ids)])
                )
                self.assertEqual(set(students.ids), set(expected.student_id.ids))
                if role != "teacher":
                    entries = (
                        self.env["edu.ledger.entry"]
                        .with_user(user)
                        .search([("enrollment_id", "in", self.all.ids)])
                    )
                    self.assertEqual(entries.enrollment_id, entries.enrollment_id & expected)
                    self.assertEqual(len(entries.enrollment_id), len(expected))

    def test_staff_read_the_invoices_of_their_enrolments_only(self):
        """X1, E4"""
        invoices = self.all.invoice_ids
        for role, expected in (("counsellor", self.of_an), ("manager", self.of_an | self.of_binh)):
            found = self.env["account.move"].with_user(self.users[role]).search([("id", "in", invoices.ids)])
            self.assertEqual(found.sudo().enrollment_id, expected)
        with self.assertRaises(AccessError):
            self.of_an.invoice_ids.with_user(self.users["counsellor"]).write({"ref": "mine"})
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(self.users["teacher"]).search([])

    def test_staff_read_what_was_set_off_for_their_enrolments_only(self):
        """X1: what was paid with what says as much as the invoices do; who keeps the books sees all of it."""
        for enrollment in self.all:
            self.env["edu.enrollment.collect"].create(
                {"enrollment_id": enrollment.id, "amount": 1_000}
            ).action_apply()
        partials = self.all.invoice_ids.line_ids.matched_credit_ids
        self.assertEqual(len(partials), 3)
        for role, expected in (
            ("counsellor", self.of_an),
            ("academic", self.of_an | self.of_binh),
            ("stranger", self.of_chi),
            ("cashier", self.all),
            ("director", self.all),
        ):
            with self.subTest(role):
                found = (
                    self.env["account.partial.reconcile"]
                    .with_user(self.users[role])
                    .search([("id", "in", partials.ids)])
                )
                self.assertEqual(found.sudo().debit_move_id.move_id.enrollment_id, expected)
        with self.assertRaises(AccessError):
            partials.with_user(self.users["counsellor"]).read(["amount"])

    def test_only_sellers_confirm(self):
        """X1, E9: the check comes before anything is done with other rights."""
        draft = self._enroll(self.an, confirm=False, class_id=False)
        for role in ("teacher", "cashier", "stranger"):
            for method in ("action_confirm", "action_cancel", "action_suspend", "action_complete"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(draft.with_user(self.users[role]), method)()
        self.assertEqual(draft.state, "draft")

    def test_only_academic_staff_completes(self):
        """X1, E19: completing may earn revenue, over the API as little as on the screen."""
        with self.assertRaisesRegex(AccessError, "Academic Staff"):
            self.of_an.with_user(self.users["counsellor"]).action_complete()
        self.assertEqual(self.of_an.state, "confirmed")
        self.of_an.with_user(self.users["academic"]).action_complete()
        self.of_binh.with_user(self.users["manager"]).action_complete()
        self.assertEqual(set((self.of_an | self.of_binh).mapped("state")), {"completed"})

    def test_nobody_enrols_whom_they_may_not_see(self):
        """X1, M20: an enrolment opens its student to the person in charge, so it is not made over an id."""
        user = self.users["counsellor"]
        Enrollment = self.env["edu.enrollment"].with_user(user)
        values = {"student_id": self.chi.id, "package_id": self.package.id, "campus_id": self.north.id}
        draft = self._enroll(self.an, confirm=False, class_id=False).with_user(user)
        for call in (
            lambda: Enrollment.create(values),
            lambda: Enrollment.create(values | {"user_id": self.users["manager"].id}),
            lambda: Enrollment.with_context(default_student_id=self.chi.id).create(
                {"package_id": self.package.id, "campus_id": self.north.id}
            ),
            lambda: draft.write({"student_id": self.chi.id}),
        ):
            with self.assertRaisesRegex(AccessError, "in the care of somebody else") as refusal:
                call()
            self.assertNotIn("Chi", str(refusal.exception))
            self.env.invalidate_all()
        result = Enrollment.load(
            ["student_id/.id", "package_id/.id", "campus_id/.id"],
            [[str(self.chi.id), str(self.package.id), str(self.north.id)]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("in the care of somebody else", result["messages"][0]["message"])
        with self.assertRaises(AccessError):
            self.env["edu.class.enroll"].with_user(user).create(
                {
                    "class_id": self.class_n.id,
                    "package_id": self.package.id,
                    "student_ids": [Command.set(self.chi.ids)],
                }
            )
        self.assertFalse(self.chi.with_user(user).has_access("read"))
        # Whom one sees is enrolled as ever, also by an enrolment one advised.
        Enrollment.create(values | {"student_id": self.an.id})
        self.of_binh.user_approaching_id = user
        self.assertFalse(self.binh.with_user(user).has_access("read"))
        self.of_binh.with_user(user).action_renew()

    def test_student_of_another_company(self):
        """X1: a student is enrolled where the student belongs."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        far = self.env["edu.campus"].create(
            {"name": "Far", "code": "FAR", "company_id": other.id, "resource_calendar_id": False}
        )
        student = self.env["edu.student"].create({"name": "Dao", "campus_id": far.id})
        with self.assertRaisesRegex(ValidationError, "studies at Elsewhere"):
            self._enroll(student, confirm=False)
        student.campus_id = self.north
        self.assertTrue(self._enroll(student, confirm=False))

    def test_screen_of_each_role(self):
        """X1: whoever may open the enrolment can read every field of its form."""
        for role in ("counsellor", "academic", "manager", "director", "cashier", "teacher"):
            with self.subTest(role):
                self._read_form(self.of_an, self.users[role])
                self._read_form(self.an, self.users[role])
                self._read_form(self.class_n, self.users[role])
                self._read_form(self.package, self.users[role])

    def _read_form(self, record, user):
        from lxml import etree

        record = record.with_user(user)
        arch = etree.fromstring(record.get_view(view_type="form")["arch"])
        # Fields of the record itself: those of embedded lists have a field above them.
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(up.tag == "field" for up in node.iterancestors())
        }
        self.assertIn("campus_id", names)
        record.web_read({name: {} for name in names})
