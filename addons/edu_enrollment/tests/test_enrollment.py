from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestEnrollment(EnrollmentCommon):
    def test_counsellor_enrols(self):
        """E2, E4, E8, E9: everything is there as soon as the package is chosen; confirming does the rest."""
        form = Form(self.env["edu.enrollment"].with_user(self.users["counsellor"]))
        form.student_id = self.an
        form.package_id = self.package
        self.assertEqual((form.price, form.amount_total, form.amount_to_invoice), (9_999_999,) * 3)
        self.assertEqual(form.partner_id, self.mother)
        self.assertEqual(form.campus_id, self.north)
        form.class_id = self.class_n
        enrollment = form.save()
        self.assertEqual(enrollment.user_enrolling_id, self.users["counsellor"])
        enrollment.action_confirm()
        self.assertEqual(enrollment.state, "confirmed")
        self.assertEqual((enrollment.amount_invoiced, enrollment.amount_to_invoice), (9_999_999, 0))
        self.assertEqual((enrollment.hours_total, enrollment.hours_left), (60, 60))
        self.assertEqual(self.class_n.seats_taken, 1)

    def test_type_is_new_once(self):
        """E3: the first enrolment that comes about is new business, also when several are drafted."""
        second, first = (
            self._enroll(self.an, confirm=False),
            self._enroll(self.an, confirm=False, class_id=False),
        )
        self.package.kind = "hours"
        self.assertEqual((second.type, first.type), ("new", "new"))
        first.action_confirm()
        self.assertEqual((second.type, first.type), ("existing", "new"))
        second.action_confirm()
        self.assertEqual((second.type, first.type), ("existing", "new"))
        with self.assertRaisesRegex(AccessError, "set by the system"):
            second.with_user(self.users["manager"]).type = "new"

    def test_system_fields_are_not_typed(self):
        """E4: over the API neither."""
        enrollment = self._enroll(confirm=False)
        for values in ({"price": 1}, {"amount_due": 0}, {"date_confirmed": "2026-01-01"}, {"hours_left": 5}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "set by the system"):
                enrollment.with_user(self.users["director"]).write(values)

    def test_state_follows_the_buttons(self):
        """E9: a state written over the API would pass the invoice by."""
        enrollment = self._enroll(confirm=False)
        with self.assertRaisesRegex(UserError, "buttons"):
            enrollment.with_user(self.users["director"]).write({"state": "confirmed"})
        confirmed = {
            "student_id": self.an.id,
            "package_id": self.package.id,
            "campus_id": self.north.id,
            "state": "confirmed",
        }
        Enrollment = self.env["edu.enrollment"].with_user(self.users["director"])
        with self.assertRaises(AccessError):
            Enrollment.with_context(edu_historic=True).create(confirmed)
        with self.assertRaisesRegex(AccessError, "Price"):
            Enrollment.create_historic([{**confirmed, "price": 1}])
        entry = {"kind": "purchase", "hours": 50, "amount": 500}
        with self.assertRaisesRegex(AccessError, "Hours Ledger"):
            Enrollment.create_historic([{**confirmed, "ledger_ids": [Command.create(entry)]}])

    def test_defaults_of_a_context_type_no_facts(self):
        """E3, E4, E9, E20: a caller over the API can send any ``default_…``; the price, the approval and the state
        are the system's all the same."""
        Enrollment = self.env["edu.enrollment"].with_user(self.users["counsellor"])
        values = {"student_id": self.an.id, "package_id": self.package.id, "campus_id": self.north.id}
        draft = Enrollment.with_context(
            default_is_taken_over=True,
            default_value_taken_over=1,
            default_approved_by_id=self.users["manager"].id,
            default_amount_approved=9_999_999,
            default_signed_by="Somebody",
            default_signed_on="2026-01-01 00:00:00",
        ).create(values)
        self.assertEqual(
            (draft.price, draft.is_taken_over, draft.approved_by_id, draft.signed_by),
            (9_999_999, False, self.env["res.users"], False),
        )
        with self.assertRaises(AccessError):
            Enrollment.with_context(default_state="confirmed").create(values)
        certificate = (
            self.env["edu.certificate"]
            .with_user(self.users["academic"])
            .with_context(default_state="issued", default_number="FAKE-1", default_date_issue="2026-01-01")
            .create({"enrollment_id": self._enroll().id})
        )
        self.assertEqual((certificate.state, certificate.number), ("draft", False))
        with self.assertRaises(AccessError):
            self.env["edu.enrollment"].with_user(self.users["manager"]).create_historic(
                [
                    {
                        "student_id": self.an.id,
                        "package_id": self.package.id,
                        "campus_id": self.north.id,
                        "state": "confirmed",
                    }
                ]
            )

    def test_confirmed_is_locked(self):
        """E9: commercial fields can no longer be changed; the way out is named."""
        enrollment = self._enroll().with_user(self.users["manager"])
        for values in (
            {"package_id": self.package.copy().id},
            {"discount_amount": 5},
            {"student_id": self.binh.id},
            {"partner_id": self.binh.partner_id.id},
            {"class_id": False},
            {"hours_planned": 600},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "Cancel the enrolment and make a new one"),
            ):
                enrollment.write(values)
        enrollment.write({"note": "still free", "user_id": self.users["manager"].id})

    def test_confirm_twice_makes_one_set(self):
        """E9"""
        enrollment = self._enroll()
        enrollment.action_confirm()
        (enrollment | enrollment).action_confirm()
        self.assertEqual(len(enrollment.invoice_ids), 1)
        self.assertEqual(enrollment.ledger_ids.mapped("kind"), ["purchase"])

    def test_seats(self):
        """E24: the third seat is the last one; nothing is left behind by the refused fourth."""
        others = self.env["edu.student"].create(
            [{"name": f"S{index}", "campus_id": self.north.id} for index in range(3)]
        )
        taken = self._enroll(others)
        self.assertTrue(self.class_n.is_full)
        late = self._enroll(self.an, confirm=False)
        with self.assertRaisesRegex(UserError, "T-N1 .* is full.*waiting list"), self.cr.savepoint():
            late.action_confirm()
        self.env.invalidate_all()
        self.assertEqual((late.state, len(late.invoice_ids), len(late.ledger_ids)), ("draft", 0, 0))
        taken[0].action_cancel()
        late.action_confirm()
        self.assertEqual(self.class_n.seats_taken, 3)
        with self.assertRaisesRegex(UserError, "is full"):
            self._enroll(self.binh)

    def test_lives_of_an_enrolment(self):
        """E7, E17: suspended and resumed keeps the seat; completed; cancelled gives it back."""
        first, second = self._enroll(self.an | self.binh)
        first.action_suspend()
        self.assertEqual(self.class_n.seats_taken, 2)
        with self.assertRaisesRegex(UserError, "Confirmed.*cannot become|cannot become"):
            first.action_complete()
        first.action_resume()
        first.action_complete()
        self.assertEqual(first.sales_stage, "success")
        with self.assertRaisesRegex(UserError, "cannot become"):
            first.action_cancel()
        second.action_cancel()
        self.assertEqual(second.sales_stage, "failure")
        self.assertEqual(self.class_n.seats_taken, 1)

    def test_what_cannot_be_confirmed(self):
        """E2, C2: each refusal names the rule and the way out."""
        no_class = self._enroll(confirm=False, class_id=False)
        with self.assertRaisesRegex(UserError, "Choose the class"):
            no_class.action_confirm()
        closed = self._enroll(confirm=False)
        self.class_n.action_draft()
        with self.assertRaisesRegex(UserError, "not open for enrolment"):
            closed.action_confirm()
        self.class_n.action_open()
        self.package.date_to = "2020-01-01"
        with self.assertRaisesRegex(UserError, "not on sale at North"):
            closed.action_confirm()

    def test_class_fits_package_and_campus(self):
        with self.assertRaisesRegex(ValidationError, "held at South"):
            self._enroll(confirm=False, class_id=self.class_s.id)
        other = self.program.copy({"code": "T-OTHER"})
        self.package.program_ids = [Command.set(other.ids)]
        with self.assertRaisesRegex(ValidationError, "does not cover"):
            self._enroll(confirm=False)

    def test_class_stays_what_its_students_bought(self):
        """E2, C5: neither its program nor its campus changes under them; who is cancelled does not count."""
        other = self.program.copy({"code": "T-OTHER"})
        other.action_submit()
        other.action_publish()
        enrollment = self._enroll(confirm=False)
        with self.assertRaisesRegex(ValidationError, "does not cover"), self.cr.savepoint():
            self.class_n.with_user(self.users["academic"]).program_id = other
        with self.assertRaisesRegex(ValidationError, "held at South"), self.cr.savepoint():
            self.class_n.with_user(self.users["director"]).write(
                {"campus_id": self.south.id, "room_id": False, "teacher_id": False}
            )
        enrollment.action_cancel()
        self.class_n.with_user(self.users["academic"]).program_id = other
        self.assertEqual(self.class_n.program_id, other)

    def test_history_is_kept(self):
        enrollment = self._enroll()
        with self.assertRaisesRegex(UserError, "is kept"):
            enrollment.unlink()
        self._enroll(self.binh, confirm=False).unlink()

    def test_confirm_costs_the_same_for_each(self):
        """Figures: queries per enrolment fall with the batch."""
        self.class_n.seats_limited = False
        students = self.env["edu.student"].create(
            [{"name": f"S{index}", "campus_id": self.north.id} for index in range(31)]
        )
        drafts = self._enroll(students, confirm=False)
        drafts[0].action_confirm()

        def confirm(enrollments):
            return self._count_queries(enrollments.action_confirm) / len(enrollments)

        self.assertLess(confirm(drafts[11:]), confirm(drafts[1:2]))

    def test_who_has_left_is_not_enrolled(self):
        """E1: a student who no longer studies here is set back first."""
        enrollment = self._enroll(confirm=False)
        self.an.state = "cancelled"
        with self.assertRaisesRegex(UserError, "back to learning"):
            enrollment.action_confirm()
        self.an.state = "learning"
        enrollment.action_confirm()
        self.assertEqual(enrollment.state, "confirmed")

    def test_the_same_once_more_changes_nothing(self):
        """E9, X3: a sheet read again after the confirmation may say what stands there, and nothing else."""
        enrollment = self._enroll(discount_amount=1_000).with_user(self.users["manager"])
        same = {
            "student_id": self.an.id,
            "package_id": self.package.id,
            "class_id": self.class_n.id,
            "discount_amount": 1_000.0,
        }
        enrollment.write(same)
        with self.assertRaisesRegex(UserError, "Discount Amount can no longer"):
            enrollment.write({**same, "discount_amount": 1_001})
