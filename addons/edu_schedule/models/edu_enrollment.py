from odoo import api, fields, models

from ..tools import marks
from .edu_attendance import PRESENT
from .edu_session import ATTENDING_STATES


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"

    attendance_ids = fields.One2many("edu.attendance", "enrollment_id")
    grade_ids = fields.One2many("edu.grade", "enrollment_id", string="Marks")
    attendance_count = fields.Integer(
        compute="_compute_attendance", compute_sudo=True, string="Sessions on the Roll"
    )
    attendance_rate = fields.Float(
        digits=(5, 2), compute="_compute_attendance", compute_sudo=True, help="Sessions attended, in percent."
    )
    final_mark = fields.Float(
        digits=(5, 2),
        compute="_compute_final_mark",
        compute_sudo=True,
        help="Weighted mean, in percent, of the assessments that have been marked.",
    )
    is_marked = fields.Boolean(compute="_compute_final_mark", compute_sudo=True)
    classification_id = fields.Many2one(
        "edu.grading.scheme.band", compute="_compute_final_mark", compute_sudo=True
    )

    @api.depends("attendance_ids.status", "attendance_ids.session_state")
    def _compute_attendance(self):
        counts = {}
        for enrollment, status, count in self.env["edu.attendance"]._read_group(
            [("enrollment_id", "in", self.ids), ("status", "!=", False), ("session_state", "=", "held")],
            ["enrollment_id", "status"],
            ["__count"],
        ):
            attended, total = counts.get(enrollment.id, (0, 0))
            counts[enrollment.id] = attended + count * (status in PRESENT), total + count
        for enrollment in self:
            attended, total = counts.get(enrollment._origin.id, (0, 0))
            enrollment.attendance_count = total
            enrollment.attendance_rate = 100 * attended / total if total else 0

    @api.depends(
        "grade_ids.score", "grade_ids.is_marked", "grade_ids.assessment_id.weight", "grade_ids.max_score"
    )
    def _compute_final_mark(self):
        grades = self.env["edu.grade"].search_fetch(
            [("enrollment_id", "in", self.ids), ("is_marked", "=", True)],
            ["enrollment_id", "assessment_id", "score", "max_score"],
        )
        by_enrollment = grades.grouped("enrollment_id")
        for enrollment in self:
            mark = marks.final_mark(
                (grade.score, grade.max_score, grade.assessment_id.weight)
                for grade in by_enrollment.get(enrollment._origin, ())
            )
            enrollment.is_marked = mark is not None
            enrollment.final_mark = mark or 0
            enrollment.classification_id = enrollment.class_id.grading_scheme_id._classify(mark)

    def _on_state_changed(self, before):
        result = super()._on_state_changed(before)
        classes_before = self.env["edu.class"].union(*(item.class_id for item in before.values()))
        self._update_rolls(classes_before)
        return result

    def action_view_attendance(self):
        """Open the attendance of the enrolments (S7)."""
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_schedule.edu_attendance_action")
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {}}

    def _is_suspended_on(self, day):
        """Whether the enrolment is suspended on a day (E17).

        :param date day: local day of the campus
        """
        self.ensure_one()
        if not self.suspend_from:
            return self.state == "suspended"
        return self.suspend_from <= day and (not self.suspend_to or day <= self.suspend_to)

    def _update_rolls(self, classes_before=None):
        """Put the students on the rolls of the sessions to come, and take those off who have left (S2, S7).

        Sessions that have been held, and lines that have been marked, stay as they are.

        :param classes_before: ``edu.class`` in which the enrolments were before the change
        :raise ValidationError: a student would be in two places at once
        """
        # The enrolments have just been written, so the user may change them; the rolls follow.
        enrollments_sudo = self.sudo()
        attending_sudo = enrollments_sudo.filtered(lambda enrollment: enrollment.state in ATTENDING_STATES)
        open_lines_sudo = (
            self.env["edu.attendance"]
            .sudo()
            .search(
                [
                    ("enrollment_id", "in", self.ids),
                    ("class_id", "in", (classes_before or enrollments_sudo.class_id).ids),
                    ("session_state", "=", "planned"),
                    ("status", "=", False),
                ]
            )
        )
        open_lines_sudo.filtered(
            lambda line: (
                line.enrollment_id not in attending_sudo
                or line.class_id != line.enrollment_id.class_id
                or line.enrollment_id._is_suspended_on(line.session_id._local_day())
            )
        ).unlink()
        sessions_sudo = (
            self.env["edu.session"]
            .sudo()
            .search([("class_id", "in", attending_sudo.class_id.ids), ("state", "=", "planned")])
        )
        sessions_sudo._add_to_rolls(attending_sudo)
