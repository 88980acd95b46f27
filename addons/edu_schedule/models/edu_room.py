from odoo import models


class EduRoom(models.Model):
    _inherit = "edu.room"

    def action_view_sessions(self):
        """Open the timetable of the room (S4)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_schedule.edu_session_action")
        return action | {"domain": [("room_id", "=", self.id)], "context": {"default_room_id": self.id}}
