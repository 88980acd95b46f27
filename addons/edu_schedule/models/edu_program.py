from odoo import fields, models


class EduProgram(models.Model):
    _inherit = "edu.program"

    grading_scheme_id = fields.Many2one(
        "edu.grading.scheme", index="btree_not_null", ondelete="restrict", help="New classes take it over."
    )
