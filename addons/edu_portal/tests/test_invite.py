from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestInvite(PortalCommon):
    def _wizard(self, action):
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_invite_student(self):
        """W3: a counsellor invites the own student with Odoo's own window."""
        student = self.an.with_user(self.users["counsellor"])
        student.partner_id.sudo().email = "an@example.com"
        wizard = self._wizard(student.action_invite_to_portal()).with_user(self.users["counsellor"])
        self.assertEqual(wizard.user_ids.partner_id, self.an.partner_id)
        wizard.user_ids.action_grant_access()
        user = self.an.partner_id.user_ids
        self.assertTrue(user._is_portal())
        self.assertEqual(self.env["edu.student"]._portal_students_sudo(user), self.an.sudo())

    def test_invite_guardian(self):
        guardian = self.an.guardian_ids.filtered(lambda one: one.partner_id == self.father)
        wizard = self._wizard(guardian.with_user(self.users["counsellor"]).action_invite_to_portal())
        self.assertEqual(wizard.partner_ids, self.father)

    def test_others_cannot_invite(self):
        with self.assertRaises(AccessError):
            self.an.with_user(self.users["teacher"]).action_invite_to_portal()
        with self.assertRaises(AccessError):
            self.an.with_user(self.portal["mother"]).action_invite_to_portal()
