from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestPeople(EnrollmentCommon):
    """Who studies, who pays, who sold (E1, E8, E10)."""

    def test_a_student_is_a_person(self):
        """E1: an organisation is a customer whose contacts study."""
        company = self.env["res.partner"].create({"name": "Hoa Sen Ltd", "is_company": True})
        with self.assertRaisesRegex(ValidationError, "Hoa Sen Ltd is an organisation"):
            self.env["edu.student"].create({"partner_id": company.id, "campus_id": self.north.id})
        with Form(self.env["edu.student"].with_user(self.users["counsellor"])) as form:
            form.name = "Employee"
            form.parent_id = company
        self.assertEqual(form.record.partner_id.commercial_partner_id, company)
        self.assertIn(form.record, self.env["edu.student"].search([("parent_id", "=", company.id)]))

    def test_for_company(self):
        """E10: a company pays, with its VAT number on the screen and on the invoice; a person studies."""
        company = self.env["res.partner"].create(
            {
                "name": "Hoa Sen Ltd",
                "is_company": True,
                "vat": "0312345678",
                "country_id": self.env.ref("base.vn").id,
            }
        )
        form = Form(self.env["edu.enrollment"].with_user(self.users["counsellor"]))
        form.student_id = self.an
        self.assertFalse(form.partner_is_company)
        form.package_id = self.package
        form.class_id = self.class_n
        form.partner_id = company
        self.assertEqual((form.partner_is_company, form.partner_vat), (True, "0312345678"))
        enrollment = form.save()
        enrollment.action_confirm()
        invoice = enrollment.sudo().invoice_ids
        self.assertEqual((invoice.partner_id, invoice.partner_id.vat), (company, "0312345678"))
        self.assertEqual(enrollment.student_id, self.an)

    def test_who_advised_first(self):
        """E8: who registered and who advised first are two people; later enrolments remember the latter."""
        first = self._enroll(
            user_enrolling_id=self.users["manager"].id, user_approaching_id=self.users["academic"].id
        )
        form = Form(self.env["edu.enrollment"].with_user(self.users["counsellor"]))
        form.student_id = self.an
        form.package_id = self.package
        second = form.save()
        self.assertEqual(second.user_enrolling_id, self.users["counsellor"])
        self.assertEqual(second.user_approaching_id, self.users["academic"])
        self.assertEqual(first.user_enrolling_id, self.users["manager"])
        stranger = Form(self.env["edu.enrollment"].with_user(self.users["counsellor"]))
        stranger.student_id = self.env["edu.student"].create({"name": "Dung", "campus_id": self.north.id})
        self.assertEqual(stranger.user_approaching_id, self.users["counsellor"])

    def test_merit_is_not_taken_over(self):
        """E8: after the sale only a campus manager corrects who has the merit of it."""
        enrollment = self._enroll(user_enrolling_id=self.users["manager"].id)
        mine = enrollment.with_user(self.users["counsellor"])
        for name in ("user_enrolling_id", "user_approaching_id"):
            with self.subTest(name), self.assertRaisesRegex(AccessError, "only a campus manager"):
                mine.write({name: self.users["academic"].id})
        mine.write({"user_enrolling_id": self.users["manager"].id, "note": "unchanged"})
        enrollment.with_user(self.users["manager"]).user_enrolling_id = self.users["counsellor"]
        groups = dict(
            self.env["edu.enrollment"]._read_group(
                [("id", "=", enrollment.id)], ["user_enrolling_id"], ["__count"]
            )
        )
        self.assertEqual(groups, {self.users["counsellor"]: 1})
