from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EduGradeSheet(models.TransientModel):
    """The marks of a class as a grid: students down, assessments across (S9). An empty cell is no mark."""

    _name = "edu.grade.sheet"
    _description = "Marks of a Class"
    _inherit = ["edu.base.mixin"]

    class_id = fields.Many2one("edu.class", required=True, readonly=True)
    line_ids = fields.One2many("edu.grade.sheet.line", "sheet_id")

    @api.model_create_multi
    def create(self, vals_list):
        sheets = super().create(vals_list)
        for sheet in sheets.filtered(lambda sheet: not sheet.line_ids):
            sheet.line_ids = [Command.create(values) for values in sheet._prepare_lines()]
        return sheets

    def action_apply(self):
        """Save the cells that were changed; an emptied one takes its mark back.

        :raise UserError: a cell is not a number, or not within the bounds of its assessment
        """
        self.ensure_one()
        grade_model = self.env["edu.grade"]
        changed = self.line_ids.filtered(lambda line: (line.mark or "").strip() != (line.mark_before or ""))
        scores = {line: line._score() for line in changed}
        existing = {
            (grade.assessment_id, grade.enrollment_id): grade
            for grade in grade_model.search([("assessment_id", "in", changed.assessment_id.ids)])
        }
        removed, vals_list = grade_model, []
        for line, score in scores.items():
            grade = existing.get((line.assessment_id, line.enrollment_id))
            if score is None:
                removed |= grade or grade_model
            elif grade:
                grade.write({"score": score, "is_marked": True})
            else:
                vals_list.append(
                    {
                        "assessment_id": line.assessment_id.id,
                        "enrollment_id": line.enrollment_id.id,
                        "score": score,
                    }
                )
        removed.unlink()
        grade_model.create(vals_list)
        return {"type": "ir.actions.act_window_close"}

    def _prepare_lines(self):
        self.ensure_one()
        assessments = self.class_id.assessment_ids
        if not assessments:
            raise UserError(
                self.env._(
                    "%s has no assessments yet. Add them on its page “Assessments”.",
                    self.class_id.display_name,
                )
            )
        marked = {(grade.assessment_id, grade.enrollment_id): grade for grade in assessments.grade_ids}
        students = (
            self.class_id.enrollment_ids.filtered(
                lambda enrollment: enrollment.state in ("confirmed", "suspended", "completed")
            )
            | assessments.grade_ids.enrollment_id
        )
        lines = []
        for enrollment in students.sorted(lambda enrollment: enrollment.student_id.name or ""):
            for assessment in assessments:
                grade = marked.get((assessment, enrollment))
                mark = f"{grade.score:g}" if grade and grade.is_marked else False
                lines.append(
                    {
                        "assessment_id": assessment.id,
                        "enrollment_id": enrollment.id,
                        "student_id": enrollment.student_id.id,
                        "mark": mark,
                        "mark_before": mark,
                    }
                )
        return lines
