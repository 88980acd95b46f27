from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CrmCommon


@tagged("post_install", "-at_install")
class TestEnroll(CrmCommon):
    """From the lead to the confirmed enrolment, as a counsellor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("vn", company=cls.company, install_demo=False)
        cls.package = cls.env["edu.package"].create(
            {
                "name": "IELTS evenings",
                "code": "T-P1",
                "kind": "class",
                "program_ids": [Command.set(cls.program.ids)],
                "price": 10_000_000,
                "campus_id": cls.north.id,
                "company_id": cls.company.id,
                "user_id": cls.users["manager"].id,
            }
        )
        cls.class_n.action_open()
        cls.counsellor = cls.users["counsellor"]

    def _enroll(self, lead):
        """Press Enrol, fill the form in, save and confirm; as the counsellor does in the browser."""
        lead = lead.with_user(self.counsellor)
        action = lead.action_enroll()
        form = Form(
            self.env[action["res_model"]].with_user(self.counsellor).with_context(**action["context"])
        )
        form.package_id = self.package
        form.class_id = self.class_n
        enrollment = form.save()
        enrollment.action_confirm()
        return enrollment

    def test_visitor_becomes_student(self):
        lead = self.Enquiry.sudo()._create_lead(self._enquiry(program_ids=self.program.ids))
        lead.user_id = self.counsellor
        enrollment = self._enroll(lead)
        self.assertEqual(enrollment.student_id.partner_id, lead.partner_id)
        self.assertEqual(enrollment.partner_id, lead.partner_id)
        self.assertEqual(enrollment.user_approaching_id, self.counsellor)
        self.assertEqual((enrollment.campus_id, enrollment.type), (self.north, "new"))
        self.assertEqual(enrollment.lead_id, lead)
        self.assertEqual((lead.care_status, lead.won_status, lead.enrollment_count), ("converted", "won", 1))
        self.assertEqual(lead.partner_id.lifecycle_stage_id.name, "Learning")
        self.assertEqual(enrollment.invoice_ids.amount_untaxed, 10_000_000)

    def test_pressing_twice_makes_nobody_twice(self):
        lead = self._lead(learner_name="Bé Na", learner_birthdate="2015-02-03").with_user(self.counsellor)
        first, second = lead.action_enroll(), lead.action_enroll()
        self.assertEqual(first["context"], second["context"])
        student = lead.student_id
        self.assertEqual(len(student.guardian_ids), 1)
        self.assertEqual(self.env["edu.student"].search_count([("partner_id.name", "=", "Bé Na")]), 1)

    def test_mother_enrols_two_children(self):
        enrollments = self.env["edu.enrollment"]
        for name, birthdate in (("Bé An", "2012-01-02"), ("Bé Bình", "2014-03-04")):
            lead = self.Enquiry.sudo()._create_lead(
                self._enquiry(
                    contact_name="Trần Thị Hoa",
                    phone="+84903111222",
                    learner_name=name,
                    learner_birthdate=birthdate,
                    learner_relation="mother",
                )
            )
            self.assertEqual(lead.partner_id, self.hoa)
            lead.user_id = self.counsellor
            enrollments |= self._enroll(lead)
        students = enrollments.student_id
        self.assertEqual(students.mapped("name"), ["Bé An", "Bé Bình"])
        self.assertEqual(enrollments.partner_id, self.hoa)
        self.assertEqual(self.hoa.ward_ids.student_id, students)
        self.assertEqual(set(self.hoa.ward_ids.mapped("relation")), {"mother"})
        self.assertTrue(all(self.hoa.ward_ids.mapped("is_payer")))
        self.assertTrue(all(self.hoa.ward_ids.mapped("portal_access")))
        self.assertFalse(self.hoa.student_ids)
        self.assertEqual(set(enrollments.mapped("type")), {"new"})

    def test_known_child_of_the_contact(self):
        an = self.env["edu.student"].create(
            {"name": "Bé An", "campus_id": self.north.id, "user_id": self.counsellor.id}
        )
        self.env["edu.guardian"].create({"student_id": an.id, "partner_id": self.hoa.id, "is_payer": True})
        lead = self._lead(partner_id=self.hoa.id, learner_name="BÉ  AN").with_user(self.counsellor)
        lead.action_enroll()
        self.assertEqual(lead.student_id, an)
        self.assertEqual(len(an.guardian_ids), 1)

    def test_knowing_a_childs_birthday_opens_nothing(self):
        """A stranger types the name and birthday of somebody else's child."""
        an = self.env["edu.student"].create(
            {
                "name": "Bé An",
                "birthdate": "2012-01-02",
                "campus_id": self.north.id,
                "user_id": self.counsellor.id,
            }
        )
        lead = self.Enquiry.sudo()._create_lead(
            self._enquiry(learner_name="Bé An", learner_birthdate="2012-01-02")
        )
        lead.user_id = self.counsellor
        lead.with_user(self.counsellor).action_enroll()
        guardian = an.guardian_ids
        self.assertEqual(guardian.partner_id, lead.partner_id)
        self.assertFalse(guardian.portal_access)
        self.assertFalse(guardian.is_payer)

    def test_somebody_elses_student(self):
        self.env["edu.student"].create(
            {
                "name": "Lê Văn Bình",
                "phone": "0911000111",
                "campus_id": self.south.id,
                "user_id": self.users["stranger"].id,
            }
        )
        with self.assertRaisesRegex(UserError, "South.*stranger"):
            self._lead().with_user(self.counsellor).action_enroll()

    def test_enrol_needs_a_campus_and_a_living_lead(self):
        with self.assertRaisesRegex(UserError, "campus"):
            self._lead(campus_id=False).with_user(self.counsellor).action_enroll()
        lead = self._lead()
        lead.action_stop_care(self.reason.id)
        with self.assertRaisesRegex(UserError, "dead"):
            lead.with_user(self.counsellor).action_enroll()

    def test_lead_of_odoos_type_lead(self):
        lead = self._lead(type="lead")
        self._enroll(lead)
        self.assertEqual((lead.type, lead.care_status), ("opportunity", "converted"))

    def test_draft_enrolment_changes_nothing(self):
        lead = self._lead()
        action = lead.with_user(self.counsellor).action_enroll()
        self.assertEqual(lead.care_status, "assigned")
        self.assertEqual(action["context"]["default_lead_id"], lead.id)
        self.assertEqual(lead.enrollment_count, 0)

    def test_deleting_the_lead_keeps_the_enrolment(self):
        lead = self._lead()
        enrollment = self._enroll(lead)
        lead.unlink()
        self.assertTrue(enrollment.exists())
        self.assertFalse(enrollment.lead_id)
