from odoo import fields, models
from odoo.exceptions import UserError


class EduGradeSheetLine(models.TransientModel):
    _name = "edu.grade.sheet.line"
    _description = "Cell of a Grade Sheet"
    _inherit = ["edu.base.mixin"]

    sheet_id = fields.Many2one("edu.grade.sheet", required=True, index=True, ondelete="cascade")
    assessment_id = fields.Many2one("edu.assessment", required=True, ondelete="cascade")
    enrollment_id = fields.Many2one("edu.enrollment", required=True, ondelete="cascade")
    student_id = fields.Many2one("edu.student", ondelete="cascade")
    # Text, because an empty cell (no mark) differs from 0.
    mark = fields.Char()
    mark_before = fields.Char()

    def _score(self):
        """The mark as a number; None for an empty cell. A decimal comma is as good as a point.

        :raise UserError: it is no number, or not within the bounds of the assessment
        """
        self.ensure_one()
        text = (self.mark or "").strip()
        if not text:
            return None
        highest = self.assessment_id.max_score
        try:
            score = float(text.replace(",", "."))
        except ValueError:
            score = -1.0
        if not 0 <= score <= highest:
            raise UserError(
                self.env._(
                    "%(student)s, %(assessment)s: “%(mark)s” is not a mark from 0 to %(highest)s."
                    " Correct the cell, or empty it.",
                    student=self.student_id.name,
                    assessment=self.assessment_id.name,
                    mark=text,
                    highest=f"{highest:g}",
                )
            )
        return score
