from odoo import fields, models


class EduCampus(models.Model):
    _inherit = "edu.campus"

    student_properties_definition = fields.PropertiesDefinition("Student Properties")
