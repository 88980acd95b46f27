from odoo import api, fields, models


class EduCampus(models.Model):
    _inherit = "edu.campus"

    student_properties_definition = fields.PropertiesDefinition("Student Properties")

    @api.model
    def _company_models(self):
        return (*super()._company_models(), "edu.enrollment")
