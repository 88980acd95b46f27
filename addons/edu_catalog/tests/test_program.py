from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestProgram(CatalogCommon):
    def _new_program(self, **values):
        return self.env["edu.program"].create({"code": "T-NEW", "name": "New", **values})

    def test_life_of_a_program(self):
        """C2: discussed, submitted to a reviewer, approved, retired; the reviewer is asked by an activity."""
        program = self._new_program(reviewer_id=self.users["manager"].id)
        program.with_user(self.users["academic"]).action_submit()
        self.assertEqual(program.state, "review")
        self.assertEqual(program.activity_ids.user_id, self.users["manager"])
        with self.assertRaisesRegex(AccessError, "Campus Manager"):
            program.with_user(self.users["academic"]).action_publish()
        program.with_user(self.users["manager"]).action_publish()
        self.assertEqual(program.state, "published")
        self.assertFalse(program.activity_ids)
        program.action_retire()
        self.assertEqual(program.state, "retired")

    def test_review_cannot_be_passed_over(self):
        """C2: neither a button nor a write over the API leads from discussion to published."""
        program = self._new_program()
        with self.assertRaisesRegex(UserError, "Discussion.*cannot become.*Published"):
            program.write({"state": "published"})
        with self.assertRaises(AccessError):
            self.env["edu.program"].with_user(self.users["academic"]).create(
                {"code": "T-X", "name": "X", "state": "published"}
            )

    def test_reviewer_approves_through_the_activity(self):
        """C2: marking the review as done publishes the program; whoever may not publish cannot."""
        program = self._new_program(reviewer_id=self.users["manager"].id)
        program.with_user(self.users["academic"]).action_submit()
        review = program.activity_ids
        self.assertEqual(review.activity_type_id, self.env.ref("edu_catalog.mail_activity_type_review"))
        with self.assertRaisesRegex(AccessError, "Campus Manager"):
            review.with_user(self.users["academic"]).action_feedback()
        self.assertEqual(program.state, "review")
        other = program.activity_schedule("mail.mail_activity_data_todo", user_id=self.users["manager"].id)
        other.with_user(self.users["manager"]).action_feedback()
        self.assertEqual(program.state, "review")
        review.with_user(self.users["manager"]).action_feedback("Fine")
        self.assertEqual(program.state, "published")

    def test_reviewer_is_the_campus_manager(self):
        """C2: where nobody was named, the manager of the submitter's campus is asked."""
        self.north.manager_id = self.users["manager"]
        program = self._new_program().with_user(self.users["academic"])
        program.action_submit()
        self.assertEqual(program.reviewer_id, self.users["manager"])
        self.assertEqual(program.activity_ids.user_id, self.users["manager"])
        program.action_reset()
        self.assertFalse(program.activity_ids)

    def test_taken_off_sale_by_managers_only(self):
        """C2: an editor cannot undo what a manager approved, by the button or over the API."""
        program = self.program.with_user(self.users["academic"])
        with self.assertRaisesRegex(AccessError, "Campus Manager"):
            program.action_reset()
        with self.assertRaisesRegex(AccessError, "Campus Manager"):
            program.write({"state": "discussion"})
        self.program.with_user(self.users["manager"]).action_reset()
        self.assertEqual(self.program.state, "discussion")

    def test_subjects_keep_their_order(self):
        """C2: subjects in order, written through the fixed name; hours of those that stay are kept."""
        subjects = self.env["edu.subject"].create([{"code": f"T-{code}", "name": code} for code in "ABC"])
        first, second, third = subjects
        program = self._new_program(subject_ids=[Command.set([third.id, first.id])])
        self.assertEqual(program.subject_ids.ids, [third.id, first.id])
        program.line_ids[0].hours = 12
        program.subject_ids = [Command.set([second.id, third.id])]
        program.invalidate_recordset()
        self.assertEqual(program.subject_ids.ids, [second.id, third.id])
        self.assertEqual(program.line_ids.filtered(lambda line: line.subject_id == third).hours, 12)
        self.assertIn(program, self.env["edu.program"].search([("subject_ids", "in", second.ids)]))

    def test_progression_has_no_circle(self):
        """C3: the higher class; a circle of them is refused."""
        higher = self._new_program(next_program_id=self.program.id)
        with self.assertRaisesRegex(ValidationError, "circle"):
            self.program.next_program_id = higher

    @mute_logger("odoo.sql_db")
    def test_code_is_unique(self):
        with self.assertRaises(IntegrityError):
            self._new_program(code="T-IELTS")
        self.assertNotEqual(self.program.copy().code, self.program.code)

    def test_form(self):
        """The screen: a program can be made by filling in the form."""
        with Form(self.env["edu.program"].with_user(self.users["academic"])) as form:
            form.name = "TOEIC"
            form.code = "T-TOEIC"
            form.hours = 30
            with form.line_ids.new() as line:
                line.subject_id = self.subject
        self.assertEqual(form.record.subject_ids, self.subject)

    def test_asked_once(self):
        """C2: submitted twice, the reviewer is asked once; asked no more when the review is over, whichever way."""
        manager = self.users["manager"]
        programs = self.env["edu.program"].create(
            [{"code": f"T-{code}", "name": code, "reviewer_id": manager.id} for code in "ABC"]
        )
        programs.action_submit()
        programs.action_submit()
        self.assertEqual([len(program.activity_ids) for program in programs], [1, 1, 1])
        retired, back, published = programs
        retired.action_retire()
        back.with_user(self.users["academic"]).state = "discussion"
        published.with_user(manager).state = "published"
        self.assertFalse(programs.activity_ids)
        self.assertIn("Review and approve", str(published.message_ids.mapped("body")))

    def test_in_a_package_it_is_kept(self):
        """C2, C4: deleted, it would leave a package that is sold for every program."""
        package = self.env["edu.package"].create(
            {
                "name": "Pass",
                "kind": "hours",
                "price": 1,
                "active": False,
                "program_ids": [Command.set(self.program.ids)],
                "campus_id": self.north.id,
            }
        )
        (self.class_n | self.class_s).unlink()
        with self.assertRaisesRegex(UserError, "IELTS Foundation stands in “Pass”"):
            self.program.with_user(self.users["manager"]).unlink()
        package.program_ids = False
        self.program.with_user(self.users["manager"]).unlink()
        self.assertFalse(self.program.exists())

    def test_not_related_to_itself(self):
        """C3: what is offered beside a program is another one."""
        with self.assertRaisesRegex(ValidationError, "beside itself"):
            self.program.related_program_ids = self.program
