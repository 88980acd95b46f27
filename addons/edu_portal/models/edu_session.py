from odoo import models


class EduSession(models.Model):
    _name = "edu.session"
    _inherit = ["edu.session", "edu.portal.fields.mixin"]

    _portal_fields = {
        "class_id",
        "campus_id",
        "tz",
        "subject_id",
        "teacher_id",
        "room_id",
        "start",
        "stop",
        "hours",
        "kind",
        "state",
        "topic",
        "homework",
    }
