from odoo import models


class EduGuardian(models.Model):
    _inherit = "edu.guardian"

    def action_invite_to_portal(self):
        """Open Odoo's window that sends these guardians their portal invitation (W5).

        They see the student only while *May Log In* is ticked.

        :return: action of the window
        :raise AccessError: the user may not read the guardians or invite
        """
        return self.partner_id._edu_action_invite_to_portal()
