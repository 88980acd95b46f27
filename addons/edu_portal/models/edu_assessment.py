from odoo import models


class EduAssessment(models.Model):
    _name = "edu.assessment"
    _inherit = ["edu.assessment", "edu.portal.mixin"]

    _portal_fields = {
        "class_id",
        "name",
        "date",
        "weight",
        "max_score",
    }
