from odoo import fields, models
from odoo.exceptions import UserError


class EduClassEnroll(models.TransientModel):
    """Adds students to the roster of a class: enrols and confirms them (E25)."""

    _name = "edu.class.enroll"
    _inherit = ["edu.dialog.mixin"]
    _description = "Add Students to a Class"

    class_id = fields.Many2one("edu.class", required=True, ondelete="cascade")
    program_id = fields.Many2one(related="class_id.program_id")
    seats_limited = fields.Boolean(related="class_id.seats_limited")
    seats_available = fields.Integer(related="class_id.seats_available")
    student_ids = fields.Many2many("edu.student", string="Students", required=True)
    package_id = fields.Many2one(
        "edu.package", required=True, ondelete="cascade", domain="[('program_ids', 'in', program_id)]"
    )
    waitlist = fields.Boolean(
        string="Waiting List", help="Those for whom no seat is left join the waiting list."
    )

    def action_apply(self):
        """Enrol the students; those who are in the class already are passed over, so twice adds nothing.

        :raise UserError: somebody cannot be enrolled; names whom and why, and nobody is
        """
        self.ensure_one()
        self.env["edu.enrollment"]._wait_for_turn(self.class_id)
        results = self.class_id._enroll_students(
            self.student_ids.sorted("id"), self.package_id, waitlist=self.waitlist
        )
        refused = [
            f"{student.display_name}: {reason}"
            for student, outcome, reason in results
            if outcome == "refused"
        ]
        if refused:
            raise UserError(
                self.env._(
                    "Nobody was added to %(class)s, because some cannot be."
                    " Take them off the choice, or tick “Waiting List” when the class is full.\n%(refused)s",
                    refused="\n".join(refused),
                    **{"class": self.class_id.display_name},
                )
            )
        return {"type": "ir.actions.act_window_close"}
