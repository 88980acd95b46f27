from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EduGrade(models.Model):
    _name = "edu.grade"
    _description = "Mark"
    _inherit = ["edu.base.mixin"]
    _order = "assessment_id, student_id"

    assessment_id = fields.Many2one("edu.assessment", required=True, index=True, ondelete="restrict")
    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, precompute=True, index=True)
    class_id = fields.Many2one(related="assessment_id.class_id", store=True, precompute=True, index=True)
    campus_id = fields.Many2one(related="assessment_id.campus_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="assessment_id.company_id", store=True, precompute=True, index=True)
    score = fields.Float(digits=(8, 2), required=True, aggregator="avg")
    is_marked = fields.Boolean(
        string="Marked",
        default=True,
        help="Unticked: handed in, and not marked yet. It counts once it is marked.",
    )
    date_submitted = fields.Date(string="Handed in on")
    # Stored here as well, because a CHECK sees one row only. It cannot differ from the assessment's: the foreign
    # key below is on both columns, and the database itself carries a change over.
    max_score = fields.Float(related="assessment_id.max_score", store=True, precompute=True, aggregator="avg")
    percent = fields.Float(
        digits=(6, 2),
        compute="_compute_percent",
        store=True,
        precompute=True,
        aggregator="avg",
    )
    comment = fields.Char()

    _assessment_enrollment_uniq = models.UniqueIndex(
        "(assessment_id, enrollment_id)",
        "This student has a mark for the assessment already. Change that one.",
    )
    # The highest score comes first: Odoo looks at the first column of every foreign key, and would take this
    # one for that of assessment_id and replace it.
    _max_score_fk = models.Constraint(
        "FOREIGN KEY (max_score, assessment_id) REFERENCES edu_assessment (max_score, id) ON UPDATE CASCADE",
        "The highest score of a mark is the one of its assessment.",
    )
    _score_range = models.Constraint(
        "CHECK (score >= 0 AND score <= max_score)",
        "A mark lies between 0 and the highest score of its assessment. Correct the mark, or the assessment.",
    )

    _score_when_marked = models.Constraint(
        "CHECK (is_marked OR score = 0)", "What is not marked yet has no score. Tick “Marked” to enter one."
    )

    @api.depends("score", "max_score")
    def _compute_percent(self):
        for grade in self:
            grade.percent = 100 * grade.score / grade.max_score if grade.max_score else 0

    @api.depends("student_id", "assessment_id")
    def _compute_display_name(self):
        for grade in self:
            # Whoever may read the mark may read whose it is.
            student_sudo = grade.student_id.sudo()
            grade.display_name = f"{student_sudo.name} · {grade.assessment_id.name}"

    @api.constrains("assessment_id", "enrollment_id")
    def _check_same_class(self):
        for grade in self:
            if grade.enrollment_id.class_id != grade.assessment_id.class_id:
                raise ValidationError(
                    self.env._(
                        "%(student)s is not enrolled in %(class)s and gets no mark for “%(assessment)s”."
                        " Choose an assessment of the student's own class.",
                        student=grade.student_id.name,
                        assessment=grade.assessment_id.name,
                        **{"class": grade.class_id.display_name},
                    )
                )
