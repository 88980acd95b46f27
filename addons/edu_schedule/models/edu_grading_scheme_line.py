from odoo import fields, models


class EduGradingSchemeLine(models.Model):
    _name = "edu.grading.scheme.line"
    _description = "Grading Scheme Line"
    _inherit = ["edu.base.mixin"]
    _order = "scheme_id, sequence, id"

    scheme_id = fields.Many2one("edu.grading.scheme", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    weight = fields.Float(digits=(6, 2), required=True, help="Share of the final mark, in percent.")
    max_score = fields.Float(digits=(8, 2), required=True, default=100)

    _weight_range = models.Constraint(
        "CHECK (weight >= 0 AND weight <= 100)", "A weight lies between 0 and 100 percent."
    )
    _max_score_positive = models.Constraint(
        "CHECK (max_score > 0)", "The highest possible score is more than 0."
    )

    def _prepare_assessment_values(self, for_class):
        """The values of the assessment that this line asks of a class."""
        self.ensure_one()
        return {
            "class_id": for_class.id,
            "scheme_line_id": self.id,
            "name": self.name,
            "weight": self.weight,
            "max_score": self.max_score,
        }
