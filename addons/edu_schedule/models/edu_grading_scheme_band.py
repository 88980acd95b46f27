from odoo import fields, models


class EduGradingSchemeBand(models.Model):
    _name = "edu.grading.scheme.band"
    _description = "Classification"
    _inherit = ["edu.base.mixin"]
    _order = "scheme_id, mark_from desc"

    scheme_id = fields.Many2one("edu.grading.scheme", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True, translate=True)
    mark_from = fields.Float(digits=(6, 2), required=True, help="Lowest final mark of the band, in percent.")
    is_pass = fields.Boolean(string="Passed", default=True)

    _mark_from_range = models.Constraint(
        "CHECK (mark_from >= 0 AND mark_from <= 100)", "A band begins between 0 and 100 percent."
    )
    _mark_from_uniq = models.UniqueIndex(
        "(scheme_id, mark_from)", "Two bands of a grading scheme begin at the same mark. Move one of them."
    )
