from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EduClassPromote(models.TransientModel):
    """Moves a class, or some of its students, up to the next program's class in one step (E25)."""

    _name = "edu.class.promote"
    _inherit = ["edu.dialog.mixin"]
    _description = "Move a Class Up"

    class_id = fields.Many2one("edu.class", string="From", required=True, ondelete="cascade")
    program_id = fields.Many2one(related="class_id.program_id.next_program_id", string="Next Program")
    company_id = fields.Many2one(related="class_id.company_id")
    target_class_id = fields.Many2one(
        "edu.class",
        string="To",
        compute="_compute_target_class_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('program_id', '=', program_id), ('state', 'in', ('open', 'running')),"
        " ('company_id', '=', company_id), ('id', '!=', class_id)]",
    )
    package_id = fields.Many2one(
        "edu.package",
        compute="_compute_package_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('program_ids', 'in', program_id), ('company_id', '=', company_id)]",
    )
    enrollment_ids = fields.Many2many(
        "edu.enrollment",
        string="Students",
        compute="_compute_enrollment_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('class_id', '=', class_id), ('state', 'in', ('confirmed', 'suspended', 'completed'))]",
        help="Who moves up: proposed are those who learn in the class or have completed it.",
    )
    waitlist = fields.Boolean(
        string="Waiting List", help="Those for whom no seat is left join the waiting list."
    )
    line_ids = fields.One2many("edu.class.promote.line", "wizard_id", readonly=True, string="What Happened")

    @api.depends("class_id")
    def _compute_target_class_id(self):
        for wizard in self:
            wizard.target_class_id = self.env["edu.class"].search(
                [
                    ("program_id", "=", wizard.program_id.id),
                    ("campus_id", "=", wizard.class_id.campus_id.id),
                    ("state", "=", "open"),
                ],
                order="date_start, id",
                limit=1,
            )

    @api.depends("target_class_id", "program_id")
    def _compute_package_id(self):
        """Propose the one package on sale that sells just this program."""
        for wizard in self:
            program, campus = wizard.program_id, wizard.target_class_id.campus_id
            packages = [
                package
                for package in program.package_ids
                if package.program_ids == program and package._is_on_sale(campus._today(), campus)
            ]
            wizard.package_id = packages[0] if len(packages) == 1 else wizard.package_id

    @api.depends("class_id")
    def _compute_enrollment_ids(self):
        for wizard in self:
            wizard.enrollment_ids = wizard.class_id.enrollment_ids.filtered(
                lambda enrollment: enrollment.state in ("confirmed", "completed")
            )

    def action_apply(self):
        """Enrol and confirm the students in the next class; who is there already is passed over.

        Those who could not be moved are named with the reason; the others are moved all the same.

        :return: action that shows what happened to each student
        :raise UserError: there is no next program, or class or package were not chosen or do not belong to it
        """
        self.ensure_one()
        self.env["edu.enrollment"]._wait_for_turn(self.target_class_id)
        self._check_target()
        values = {
            enrollment.student_id.id: {
                "user_id": enrollment.user_id.id,
                "user_approaching_id": enrollment.user_approaching_id.id,
            }
            for enrollment in self.enrollment_ids
        }
        results = self.target_class_id._enroll_students(
            self.enrollment_ids.sorted("id").student_id,
            self.package_id,
            waitlist=self.waitlist,
            values=values,
        )
        self.line_ids = [Command.clear()] + [
            Command.create({"student_id": student.id, "outcome": outcome, "reason": reason})
            for student, outcome, reason in results
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move Up to the Next Program"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_target(self):
        if not self.program_id:
            raise UserError(
                self.env._(
                    "No program follows %s. Enter its next program in the catalogue first.",
                    self.class_id.program_id.display_name,
                )
            )
        if not self.target_class_id or not self.package_id:
            raise UserError(
                self.env._(
                    "Choose an open class and a package of the program %s.", self.program_id.display_name
                )
            )
        if self.target_class_id.program_id != self.program_id:
            raise UserError(
                self.env._(
                    "%(class)s does not teach %(program)s, the program that follows. Choose one of its classes.",
                    program=self.program_id.display_name,
                    **{"class": self.target_class_id.display_name},
                )
            )
        foreign = self.enrollment_ids.filtered(lambda enrollment: enrollment.class_id != self.class_id)
        if foreign:
            raise UserError(
                self.env._(
                    "%(names)s: not in %(class)s. Take them off the choice.",
                    names=", ".join(foreign.mapped("display_name")),
                    **{"class": self.class_id.display_name},
                )
            )


class EduClassPromoteLine(models.TransientModel):
    """What happened to one student when the class moved up."""

    _name = "edu.class.promote.line"
    _description = "Move a Class Up: Student"
    _inherit = ["edu.base.mixin"]

    wizard_id = fields.Many2one("edu.class.promote", required=True, index=True, ondelete="cascade")
    student_id = fields.Many2one("edu.student", required=True, ondelete="cascade")
    outcome = fields.Selection(
        [
            ("enrolled", "Moved Up"),
            ("waiting", "On the Waiting List"),
            ("there", "There Already"),
            ("refused", "Not Moved"),
        ],
        required=True,
    )
    reason = fields.Char()
