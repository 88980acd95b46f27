from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestReportRights(EnrollmentCommon):
    """X1: whoever asks for a document by its address gets it only where the record is theirs to read."""

    def _documents(self):
        enrollment = self._enroll()
        certificate = self.env["edu.certificate"].create({"enrollment_id": enrollment.id})
        self.env["edu.enrollment.collect"].create(
            {"enrollment_id": enrollment.id, "amount": 1}
        ).action_apply()
        return {
            "edu_enrollment.report_contract": enrollment,
            "edu_enrollment.report_certificate": certificate,
            "edu_enrollment.report_statement": self.an,
            "edu_enrollment.report_receipt": enrollment.payment_ids,
        }

    def test_documents_of_others(self):
        documents = self._documents()
        self.mother.lang = self.an.partner_id.lang = "en_US"
        portal = new_test_user(self.env, "nobody", groups="base.group_portal")
        self.env.flush_all()
        self.assertTrue(all(documents.values()))
        for name, record in documents.items():
            report = self.env["ir.actions.report"]
            self.assertTrue(report._render_qweb_html(name, record.ids)[0], name)
            for user in (self.users["stranger"], portal):
                self.env.invalidate_all()
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    report.with_user(user)._render_qweb_html(name, record.ids)

    def test_documents_about_money(self):
        """X1: who teaches in a class sees its students, and no contract or statement, by its address neither."""
        documents = self._documents()
        report = self.env["ir.actions.report"]
        for name in ("edu_enrollment.report_contract", "edu_enrollment.report_statement"):
            record = documents[name]
            self.assertTrue(record.with_user(self.users["teacher"]).has_access("read"))
            self.assertTrue(report.with_user(self.users["counsellor"])._render_qweb_html(name, record.ids)[0])
            for render in ("_render_qweb_html", "_render_qweb_pdf"):
                with self.subTest(name, render=render), self.assertRaisesRegex(AccessError, "for members"):
                    getattr(report.with_user(self.users["teacher"]), render)(name, record.ids)

    def test_screens_without_money(self):
        """X1: a teacher's screens of enrolments and students show no amount."""
        for model in ("edu.enrollment", "edu.student"):
            views = [(False, kind) for kind in ("list", "form", "kanban", "pivot", "graph", "search")]
            if model == "edu.student":
                views = [(False, kind) for kind in ("list", "form", "kanban", "search")]
            for role, shown in (("teacher", False), ("counsellor", True)):
                found = self.env[model].with_user(self.users[role]).get_views(views)
                arch = "".join(view["arch"] for view in found["views"].values())
                with self.subTest(model, role=role):
                    self.assertEqual("amount_" in arch, shown)
                    self.assertEqual("invoice_count" in arch, shown and model == "edu.enrollment")

    def test_amounts_over_the_api(self):
        """X1: a teacher reads hours, and no amount, nor sorts or groups by one; whoever sells reads both."""
        enrollment = self._enroll()
        teacher = enrollment.with_user(self.users["teacher"])
        for name in ("amount_due", "price", "discount_rate"):
            with self.subTest(name):
                self.assertTrue(enrollment.with_user(self.users["counsellor"]).read([name]))
                self.env.invalidate_all()
                self.assertNotIn(name, teacher.fields_get())
                with self.assertRaises(AccessError):
                    teacher.read([name])
                with self.assertRaises(AccessError):
                    teacher.search([(name, ">", 0)])
                with self.assertRaises(AccessError):
                    teacher.search([], order=name)
                with self.assertRaises(AccessError):
                    teacher.formatted_read_group([], [], [f"{name}:sum"])
        self.assertTrue(self.an.with_user(self.users["counsellor"]).read(["amount_due"]))
        self.env.invalidate_all()
        student = self.an.with_user(self.users["teacher"])
        with self.assertRaises(AccessError):
            student.read(["amount_due"])
        self.assertEqual((student.hours_left, student.enrollment_count), (60, 1))

    def test_every_role_opens_the_forms(self):
        """X1: whoever may read an enrolment or a student can read every field of its form."""
        enrollment = self._enroll()
        self.env["edu.enrollment.change"]._log(enrollment, "withdraw")
        for record in (enrollment, self.an):
            for role in ("teacher", "counsellor", "academic", "manager", "director", "cashier"):
                self.env.invalidate_all()
                record = record.with_user(self.users[role])
                with self.subTest(record._name, role=role):
                    self.assertEqual(Form(record).record, record)
