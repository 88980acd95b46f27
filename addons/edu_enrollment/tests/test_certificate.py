from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import EnrollmentCommon


class TestCertificate(EnrollmentCommon):
    def _issue(self, enrollment=None, **values):
        certificate = self.env["edu.certificate"].create(
            {"enrollment_id": (enrollment or self._enroll()).id, **values}
        )
        certificate.action_issue()
        return certificate

    def test_number_comes_with_the_issue_and_is_unique(self):
        certificates = self.env["edu.certificate"].create(
            [{"enrollment_id": enrollment.id} for enrollment in self._enroll(self.an | self.binh)]
        )
        self.assertEqual(certificates.mapped("number"), [False, False])
        self.assertEqual(certificates.class_id, self.class_n)
        certificates.action_issue()
        numbers = certificates.mapped("number")
        self.assertEqual(len(set(numbers)), 2)
        self.assertTrue(all(numbers))
        self.assertNotIn("/", numbers[0])
        certificates.action_issue()
        self.assertEqual(certificates.mapped("number"), numbers, "A second click changes nothing")
        self.assertEqual(len(set(certificates.mapped("access_token"))), 2)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            certificates[1].sudo().number = numbers[0]
            certificates.flush_recordset()

    def test_what_is_printed_stays(self):
        certificate = self._issue(content="Band 6.5")
        manager = certificate.with_user(self.users["manager"])
        for values in ({"content": "Band 9"}, {"place": "Elsewhere"}, {"date_issue": "2020-01-01"}):
            with self.assertRaisesRegex(UserError, "Revoke it"):
                manager.write(values)
        for values in ({"number": "X"}, {"state": "revoked"}, {"access_token": "x"}):
            with self.assertRaisesRegex(AccessError, "cannot be typed"):
                manager.write(values)
        with self.assertRaisesRegex(UserError, "is kept"):
            manager.unlink()
        other_class = self.class_n.copy({"code": "T-N2", "state": "open"})
        certificate.enrollment_id.sudo().class_id = other_class
        self.assertEqual(certificate.class_id, self.class_n)

    def test_one_valid_certificate_per_enrolment(self):
        certificate = self._issue()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._issue(certificate.enrollment_id)
        certificate.action_revoke("Wrong name")
        second = self._issue(certificate.enrollment_id)
        self.assertNotEqual(second.number, certificate.number)

    def test_revoke_wants_a_reason(self):
        certificate = self._issue()
        with self.assertRaisesRegex(UserError, "cannot become"):
            self.env["edu.certificate"].create({"enrollment_id": self._enroll(self.binh).id}).action_revoke(
                "x"
            )
        action = certificate.with_user(self.users["academic"]).action_revoke()
        self.assertEqual(action["res_model"], "edu.certificate.revoke")
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.users["academic"])
            .with_context(**action["context"])
            .create({"reason": "Issued by mistake"})
        )
        wizard.action_apply()
        self.assertEqual((certificate.state, certificate.revoke_reason), ("revoked", "Issued by mistake"))
        self.assertTrue(certificate.date_revoked)
        certificate.action_revoke("Again")
        self.assertEqual(certificate.revoke_reason, "Issued by mistake")
        with self.assertRaisesRegex(UserError, "cannot become"):
            certificate.action_issue()

    def test_only_what_came_about_is_certified(self):
        enrollment = self._enroll(confirm=False)
        with self.assertRaisesRegex(UserError, "Confirm the enrolment first"):
            enrollment.action_create_certificate()
        with self.assertRaisesRegex(UserError, "Confirm the enrolment first"):
            self._issue(enrollment)

    def test_from_the_enrolment(self):
        enrollment = self._enroll()
        action = enrollment.with_user(self.users["counsellor"]).action_create_certificate()
        certificate = enrollment.certificate_ids
        self.assertEqual(action["res_id"], certificate.id)
        self.assertEqual(enrollment.action_create_certificate()["res_id"], certificate.id)
        self.assertEqual(enrollment.certificate_count, 1)
        self.assertEqual((certificate.student_id, certificate.campus_id), (self.an, self.north))

    def test_whole_class(self):
        enrollments = self._enroll(self.an | self.binh)
        academic = self.class_n.with_user(self.users["academic"])
        with self.assertRaisesRegex(UserError, "not finished"):
            academic.action_issue_certificates()
        self.class_n.action_start()
        self.class_n.action_done()
        first = self._issue(enrollments[0])
        academic.action_issue_certificates()
        certificates = enrollments.certificate_ids
        self.assertEqual(certificates.mapped("state"), ["issued"] * 2)
        self.assertIn(first, certificates)
        academic.action_issue_certificates()
        self.assertEqual(enrollments.certificate_ids, certificates)

    def test_rights(self):
        mine = self._issue(user_id=self.users["counsellor"].id)
        others = self._issue(self._enroll(self.binh, user_enrolling_id=False, user_approaching_id=False))

        def seen(role):
            return (
                self.env["edu.certificate"]
                .with_user(self.users[role])
                .search([("id", "in", (mine | others).ids)])
            )

        for role in ("teacher", "academic", "manager", "director", "cashier"):
            self.assertEqual(seen(role), mine | others, role)
        self.assertEqual(seen("counsellor"), mine)
        self.assertFalse(seen("stranger"))
        with self.assertRaises(AccessError):
            mine.with_user(self.users["teacher"]).content = "x"
        with self.assertRaises(AccessError):
            mine.with_user(self.users["teacher"]).action_revoke("x")
        with self.assertRaises(AccessError):
            mine.with_user(self.users["counsellor"]).action_revoke("x")
        with self.assertRaises(AccessError):
            mine.with_user(self.users["stranger"]).action_revoke("x")

    def test_search(self):
        today = fields.Date.today()
        certificate = self._issue(
            place="Huế", date_issue=today - timedelta(days=9), date_expiry=today - timedelta(days=1)
        )
        valid = self._issue(self._enroll(self.binh), date_issue=today - timedelta(days=9), date_expiry=today)
        Certificate = self.env["edu.certificate"]
        both = [("id", "in", (certificate | valid).ids)]
        self.assertEqual(Certificate.search([*both, ("is_expired", "=", True)]), certificate)
        self.assertEqual(Certificate.search([*both, ("is_expired", "=", False)]), valid)
        self.assertEqual(Certificate.search([*both, ("place", "ilike", "huế")]), certificate)
        self.assertEqual(Certificate.search([*both, ("date_issue", "<", today)]), certificate | valid)
        self.assertEqual(Certificate.search([*both, ("student_id", "ilike", "Minh An")]), certificate)
        self.assertTrue(certificate.is_expired)

    def test_dates_in_order(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._issue(date_issue="2026-03-02", date_expiry="2026-03-02")

    def test_only_a_class_of_the_enrolment(self):
        """E21: of the class it is in, or was in before; a pass without a class says nothing."""
        enrollment = self._enroll()
        other = self.class_n.copy({"code": "T-N2", "state": "open"})
        with self.assertRaisesRegex(ValidationError, "never in class"), self.cr.savepoint():
            self._issue(enrollment, class_id=other.id)
        draft = self.env["edu.certificate"].create({"enrollment_id": enrollment.id})
        with self.assertRaisesRegex(ValidationError, "never in class"), self.cr.savepoint():
            draft.class_id = other
        self.env["edu.enrollment.transfer"].create(
            {"enrollment_id": enrollment.id, "target": "class", "target_class_id": other.id}
        ).action_apply()
        for class_ in (other, self.class_n):
            draft.class_id = class_
        hours = self._make_package(name="Pass", price=1_000, kind="hours", hours=10)
        bare = self._enroll(self.binh, class_id=False, package_id=hours.id)
        self.assertEqual(self._issue(bare, class_id=other.id).class_id, other)

    def test_reminder_of_who_has_left(self):
        """E21: the manager of the campus is told; without one nobody, until there is one."""
        self.company.certificate_reminder_days = 10
        expiry = fields.Date.today() + timedelta(days=5)
        user = self.users["counsellor"]
        certificate = self._issue(date_expiry=expiry, user_id=user.id)
        user.active = False
        self.north.manager_id = False
        self.env["edu.certificate"]._cron_remind_expiry()
        self.assertFalse(certificate.activity_ids)
        self.north.manager_id = self.users["manager"]
        self.env["edu.certificate"]._cron_remind_expiry()
        self.assertEqual(certificate.activity_ids.user_id, self.users["manager"])

    def test_reminder_once(self):
        self.company.certificate_reminder_days = 10
        today = fields.Date.today()
        soon = self._issue(date_expiry=today + timedelta(days=10), user_id=self.users["counsellor"].id)
        later = self._issue(
            self._enroll(self.binh),
            date_expiry=today + timedelta(days=11),
            user_id=self.users["counsellor"].id,
        )
        Certificate = self.env["edu.certificate"]
        Certificate._cron_remind_expiry()
        Certificate._cron_remind_expiry()
        self.assertEqual(soon.activity_ids.user_id, self.users["counsellor"])
        self.assertEqual(len(soon.activity_ids), 1)
        self.assertFalse(later.activity_ids)
        with freeze_time(today + timedelta(days=1)):
            Certificate._cron_remind_expiry()
        self.assertEqual((len(soon.activity_ids), len(later.activity_ids)), (1, 1))
