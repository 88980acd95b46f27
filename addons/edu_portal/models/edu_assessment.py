from odoo import models


class EduAssessment(models.Model):
    _name = "edu.assessment"
    _inherit = ["edu.assessment", "edu.portal.fields.mixin"]

    _portal_fields = {
        "class_id",
        "name",
        "date",
        "weight",
        "max_score",
    }
