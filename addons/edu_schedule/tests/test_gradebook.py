from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestGradebook(ScheduleCommon):
    """Schemes, assessments, marks and the final mark (S9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.env["edu.grading.scheme"].create(
            {
                "name": "Language course",
                "line_ids": [
                    Command.create({"name": name, "weight": weight, "max_score": highest})
                    for name, weight, highest in (("Homework", 30, 10), ("Final", 70, 100))
                ],
                "band_ids": [
                    Command.create({"name": name, "mark_from": mark, "is_pass": mark >= 50})
                    for name, mark in (("Fail", 0), ("Pass", 50), ("Good", 75))
                ],
            }
        )
        cls.class_n.grading_scheme_id = cls.scheme
        cls.class_n.action_create_assessments()
        cls.homework, cls.final = cls.class_n.assessment_ids
        cls.enrollment = cls._enroll(cls.an)

    def _mark(self, assessment, score, enrollment=None):
        return self.env["edu.grade"].create(
            {
                "assessment_id": assessment.id,
                "enrollment_id": (enrollment or self.enrollment).id,
                "score": score,
            }
        )

    def test_scheme_is_taken_over_once(self):
        self.class_n.action_create_assessments()
        self.assertEqual(
            [(a.name, a.weight, a.max_score) for a in self.class_n.assessment_ids],
            [("Homework", 30, 10), ("Final", 70, 100)],
        )

    def test_weights_add_up(self):
        with self.assertRaisesRegex(ValidationError, "add up to 90"):
            self.scheme.line_ids = [Command.update(self.scheme.line_ids[0].id, {"weight": 20})]

    def test_final_mark_and_its_name(self):
        self.assertFalse(self.enrollment.is_marked)
        self._mark(self.homework, 8)
        self.assertEqual((self.enrollment.final_mark, self.enrollment.classification_id.name), (80, "Good"))
        grade = self._mark(self.final, 50)
        self.assertAlmostEqual(self.enrollment.final_mark, 59)
        self.assertEqual(self.enrollment.classification_id.name, "Pass")
        grade.score = 0
        self.assertEqual(self.enrollment.classification_id.name, "Fail")

    def test_handed_in_and_not_marked_yet(self):
        """S9: it is on record, counts nowhere, and gets its mark in the grid."""
        grade = self.env["edu.grade"].create(
            {
                "assessment_id": self.homework.id,
                "enrollment_id": self.enrollment.id,
                "score": 0,
                "is_marked": False,
            }
        )
        self.assertFalse(self.enrollment.is_marked)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            grade.score = 5
            self.env.flush_all()
        grade.invalidate_recordset()
        sheet = self.env["edu.grade.sheet"].create({"class_id": self.class_n.id})
        cell = sheet.line_ids.filtered(lambda line: line.assessment_id == self.homework)
        self.assertFalse(cell.mark)
        cell.mark = "5"
        sheet.action_apply()
        self.assertTrue(grade.is_marked)
        self.assertEqual(self.enrollment.final_mark, 50)

    def test_bounds_are_held_by_the_database(self):
        for score in (-0.01, 10.01):
            with (
                self.subTest(score),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._mark(self.homework, score)
        grade = self._mark(self.homework, 10)
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env.cr.execute("UPDATE edu_grade SET score = 11 WHERE id = %s", [grade.id])

    def test_highest_score_is_the_assessments_whatever_way_it_changes(self):
        grade = self._mark(self.homework, 8)
        self.env.flush_all()
        self.env.cr.execute("UPDATE edu_assessment SET max_score = 20 WHERE id = %s", [self.homework.id])
        self.env.cr.execute("SELECT max_score FROM edu_grade WHERE id = %s", [grade.id])
        self.assertEqual(self.env.cr.fetchone()[0], 20)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env.cr.execute("UPDATE edu_assessment SET max_score = 7 WHERE id = %s", [self.homework.id])
        self.env.invalidate_all()
        self.homework.max_score = 16
        self.env.flush_all()
        self.assertEqual((grade.max_score, grade.percent), (16, 50))

    def test_only_students_of_the_class(self):
        stranger = self._enroll(self.binh, class_id=self.class_b.id)
        with self.assertRaisesRegex(ValidationError, "not enrolled in"):
            self._mark(self.homework, 5, stranger)

    def test_marked_assessments_are_kept(self):
        self._mark(self.homework, 5)
        with self.assertRaisesRegex(UserError, "1 marks"):
            self.homework.unlink()

    def test_grid(self):
        self._enroll(self.binh)
        grade = self._mark(self.homework, 5)
        sheet = self.env["edu.grade.sheet"].browse(self.class_n.action_enter_marks()["res_id"])
        self.assertEqual(len(sheet.line_ids), 4)
        cells = {(line.student_id, line.assessment_id): line for line in sheet.line_ids}
        self.assertEqual(cells[self.an, self.homework].mark, "5")
        cells[self.an, self.homework].mark = ""
        cells[self.an, self.final].mark = "0"
        cells[self.binh, self.homework].mark = " 7,5 "
        sheet.action_apply()
        self.assertFalse(grade.exists())
        scores = {(g.student_id, g.assessment_id): g.score for g in self.class_n.assessment_ids.grade_ids}
        self.assertEqual(scores, {(self.an, self.final): 0, (self.binh, self.homework): 7.5})

    def test_grid_leaves_what_was_not_touched(self):
        grade = self._mark(self.homework, 5)
        sheet = self.env["edu.grade.sheet"].create({"class_id": self.class_n.id})
        grade.score = 6  # a colleague, meanwhile
        sheet.action_apply()
        self.assertEqual(grade.score, 6)

    def test_grid_refuses_what_is_no_mark(self):
        for text in ("abc", "11", "-1", "nan", "inf", "<b>7</b>"):
            sheet = self.env["edu.grade.sheet"].create({"class_id": self.class_n.id})
            sheet.line_ids.filtered(lambda line: line.assessment_id == self.homework).mark = text
            with self.subTest(text), self.assertRaisesRegex(UserError, "Trần Minh An, Homework"):
                sheet.action_apply()

    def test_final_marks_of_many_take_no_more_queries(self):
        few = self.enrollment
        many = self._historic(self._students(25))
        for enrollment in few | many:
            self._mark(self.homework, 5, enrollment)
        one = self._count_queries(lambda: few.mapped("final_mark"))
        all_of_them = self._count_queries(lambda: (few | many).mapped("final_mark"))
        self.assertEqual(all_of_them, one)
