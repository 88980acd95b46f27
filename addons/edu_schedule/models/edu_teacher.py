from odoo import models


class EduTeacher(models.Model):
    _inherit = "edu.teacher"

    def action_view_sessions(self):
        """Open the timetable of the teacher (S4)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_schedule.edu_session_action")
        return action | {"domain": [("teacher_id", "=", self.id)], "context": {"default_teacher_id": self.id}}
