from odoo import models


class EduAttendance(models.Model):
    _name = "edu.attendance"
    _inherit = ["edu.attendance", "edu.portal.fields.mixin"]

    _portal_fields = {
        "session_id",
        "enrollment_id",
        "student_id",
        "class_id",
        "start",
        "stop",
        "session_state",
        "status",
        "minutes_late",
        "reason_id",
        "notice_date",
        "charged_hours",
        "charge_explanation",
    }
