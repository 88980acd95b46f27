from odoo import api, fields, models
from odoo.exceptions import UserError


class EduAssessment(models.Model):
    _name = "edu.assessment"
    _description = "Assessment"
    _inherit = ["edu.base.mixin"]
    _order = "class_id, date, id"
    _rec_names_search = ["name", "class_id"]

    class_id = fields.Many2one("edu.class", required=True, index=True, ondelete="cascade")
    campus_id = fields.Many2one(related="class_id.campus_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="class_id.company_id", store=True, precompute=True, index=True)
    scheme_line_id = fields.Many2one(
        "edu.grading.scheme.line", string="Part of Scheme", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char(
        compute="_compute_from_scheme_line", store=True, readonly=False, precompute=True, required=True
    )
    date = fields.Date(index=True)
    weight = fields.Float(
        digits=(6, 2),
        compute="_compute_from_scheme_line",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="sum",
        help="How much it counts among the assessments of the class; 0: it does not count.",
    )
    max_score = fields.Float(
        digits=(8, 2),
        compute="_compute_from_scheme_line",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        aggregator="avg",
    )

    grade_ids = fields.One2many("edu.grade", "assessment_id", string="Marks")
    grade_count = fields.Integer(compute="_compute_grade_count", string="Marks Entered")

    _weight_positive = models.Constraint("CHECK (weight >= 0)", "A weight cannot be negative.")
    _max_score_positive = models.Constraint(
        "CHECK (max_score > 0)", "The highest possible score is more than 0."
    )
    # Marks refer to both columns: this is how the database knows the highest score of a mark (see edu.grade).
    _max_score_key = models.UniqueIndex("(id, max_score)")

    @api.depends("scheme_line_id")
    def _compute_from_scheme_line(self):
        for assessment in self:
            line = assessment.scheme_line_id
            assessment.name = line.name or assessment.name
            assessment.weight = line.weight if line else assessment.weight
            assessment.max_score = line.max_score or assessment.max_score or 100

    @api.depends("name", "max_score")
    @api.depends_context("show_max_score")
    def _compute_display_name(self):
        for assessment in self:
            assessment.display_name = assessment.name
            if self.env.context.get("show_max_score"):
                assessment.display_name = f"{assessment.name} / {assessment.max_score:g}"

    @api.depends("grade_ids")
    def _compute_grade_count(self):
        counts = dict(
            self.env["edu.grade"]._read_group(
                [("assessment_id", "in", self.ids)], ["assessment_id"], ["__count"]
            )
        )
        for assessment in self:
            assessment.grade_count = counts.get(assessment._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_marked(self):
        for assessment in self:
            if assessment.grade_count:
                raise UserError(
                    self.env._(
                        "“%(assessment)s” has %(count)s marks and is kept."
                        " Set its weight to 0 if it is not to count.",
                        assessment=assessment.name,
                        count=assessment.grade_count,
                    )
                )

    def action_enter_marks(self):
        """Open the grid of students × assessments of the class (S9)."""
        return self.class_id.action_enter_marks()
