from odoo import models


class EduGrade(models.Model):
    _name = "edu.grade"
    _inherit = ["edu.grade", "edu.portal.fields.mixin"]

    _portal_fields = {
        "assessment_id",
        "enrollment_id",
        "student_id",
        "class_id",
        "score",
        "is_marked",
        "date_submitted",
        "max_score",
        "percent",
        "comment",
    }
