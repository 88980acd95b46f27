from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

# The activity by which a reviewer approves a program (C2).
REVIEW = "edu_catalog.mail_activity_type_review"


class EduProgram(models.Model):
    _name = "edu.program"
    _description = "Program"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.workflow.mixin", "edu.coded.mixin"]
    _order = "code"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    _workflow = {
        "discussion": ("review", "published", "retired"),
        "review": ("discussion",),
        "published": ("review",),
        "retired": ("discussion", "review", "published"),
    }
    _workflow_groups = {
        "published": "edu_catalog.group_edu_manager",
        "retired": "edu_catalog.group_edu_manager",
    }

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True, tracking=True, index="trigram")
    active = fields.Boolean(default=True)
    category_id = fields.Many2one("edu.program.category", index=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("discussion", "Discussion"),
            ("review", "Under Review"),
            ("published", "Published"),
            ("retired", "Retired"),
        ],
        required=True,
        default="discussion",
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    reviewer_id = fields.Many2one(
        "res.users",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("edu_catalog.group_edu_manager").id)],
        help="Who approves the program; asked by an activity when it is submitted. Empty: the campus manager.",
    )
    date_start = fields.Date(string="Offered From")
    duration_months = fields.Float(string="Length (months)", digits=(6, 1))
    session_count = fields.Integer(string="Sessions")
    hours = fields.Float(digits=(8, 2), help="Teaching hours of the whole program.")
    company_id = fields.Many2one("res.company", index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    list_price = fields.Monetary(tracking=True)
    description = fields.Html(translate=True, help="What a visitor reads about the program.")
    note = fields.Html(string="Internal Notes")
    line_ids = fields.One2many("edu.program.subject", "program_id", copy=True, string="Subjects in Order")
    subject_ids = fields.Many2many(
        "edu.subject",
        compute="_compute_subject_ids",
        inverse="_inverse_subject_ids",
        search="_search_subject_ids",
        string="Subjects",
        help="The subjects of the program in their order.",
    )
    next_program_id = fields.Many2one(
        "edu.program",
        index="btree_not_null",
        check_company=True,
        help="The higher class that follows this one.",
    )
    related_program_ids = fields.Many2many(
        "edu.program",
        "edu_program_related_rel",
        "program_id",
        "related_id",
        string="Related Programs",
        check_company=True,
    )
    package_ids = fields.Many2many(
        "edu.package",
        "edu_package_program_rel",
        "program_id",
        "package_id",
        string="Packages",
        copy=False,
    )
    class_ids = fields.One2many("edu.class", "program_id", string="Classes")
    class_count = fields.Integer(compute="_compute_class_count")

    _code_uniq = models.UniqueIndex("(code)", "Another program has this code already. Choose another one.")
    _amounts_positive = models.Constraint(
        "CHECK (list_price >= 0 AND hours >= 0 AND session_count >= 0 AND duration_months >= 0)",
        "Price, hours, sessions and length of a program cannot be negative.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for program in self:
            program.currency_id = (program.company_id or self.env.company).currency_id

    @api.depends("line_ids.subject_id", "line_ids.sequence")
    def _compute_subject_ids(self):
        for program in self:
            program.subject_ids = program.line_ids.sorted("sequence").subject_id

    def _inverse_subject_ids(self):
        """Write the given order down; hours of subjects that stay are kept."""
        for program in self:
            wanted = list(program.subject_ids)
            lines = {line.subject_id: line for line in program.line_ids}
            program.line_ids = [
                Command.delete(line.id)
                for subject, line in lines.items()
                if subject not in program.subject_ids
            ] + [
                Command.update(lines[subject].id, {"sequence": sequence})
                if subject in lines
                else Command.create({"subject_id": subject.id, "sequence": sequence})
                for sequence, subject in enumerate(wanted, start=1)
            ]

    def _search_subject_ids(self, operator, value):
        return [("line_ids.subject_id", operator, value)]

    @api.depends("class_ids")
    def _compute_class_count(self):
        counts = dict(
            self.env["edu.class"]._read_group([("program_id", "in", self.ids)], ["program_id"], ["__count"])
        )
        for program in self:
            program.class_count = counts.get(program, 0)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for program in self:
            program.display_name = f"[{program.code}] {program.name}" if program.code else program.name

    @api.constrains("related_program_ids")
    def _check_related_program_ids(self):
        for program in self:
            if program in program.related_program_ids:
                raise ValidationError(
                    self.env._(
                        "%s cannot be offered beside itself. Choose other related programs.",
                        program.display_name,
                    )
                )

    @api.constrains("next_program_id")
    def _check_next_program_id(self):
        if self._has_cycle("next_program_id"):
            raise ValidationError(
                self.env._("The programs that follow one another form a circle. Choose another next program.")
            )

    def _check_workflow(self, state):
        """Only those who may publish take a program off sale again (C2)."""
        result = super()._check_workflow(state)
        if any(program.state in ("published", "retired") and program.state != state for program in self):
            self._check_workflow_group(state, self._workflow_groups["published"])
        return result

    def write(self, vals):
        reviewed = self.browse()
        if vals.get("state", "review") != "review":
            reviewed = self.filtered(lambda program: program.state == "review")
        result = super().write(vals)
        # However the state was changed, the reviewer's activity ends: the review is done or called off.
        if vals.get("state") == "published":
            reviewed.activity_feedback([REVIEW])
        elif reviewed:
            reviewed.activity_unlink([REVIEW])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_packages(self):
        # ``ondelete="restrict"`` on the field does not last: ``package_ids`` is the other side of the same table,
        # and Odoo makes its foreign key cascade again whenever an addon extends programs only.
        for program_sudo in self.sudo().with_context(active_test=False):
            if program_sudo.package_ids:
                raise UserError(
                    self.env._(
                        "%(record)s stands in “%(other)s”. Take it off there first, or archive it instead.",
                        record=program_sudo.display_name,
                        other=program_sudo.package_ids[0].display_name,
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for program, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", program._copied_code())
        return vals_list

    def action_submit(self):
        """Hand the program over for review (C2); the reviewer is asked by an activity.

        Without a reviewer, the manager of the submitter's campus becomes it. Those under review are passed over.
        """
        todo = self.filtered(lambda program: program.state != "review")
        todo.write({"state": "review"})
        manager = self.env.user.campus_ids.manager_id[:1]
        if manager and manager.has_group(self._workflow_groups["published"]):
            todo.filtered(lambda program: not program.reviewer_id).reviewer_id = manager
        for reviewer, programs in todo.filtered("reviewer_id").grouped("reviewer_id").items():
            programs.activity_schedule(
                REVIEW, user_id=reviewer.id, summary=self.env._("Review and approve the program")
            )
        return True

    def action_publish(self):
        """Approve the program: from now on it can be sold (C2). Closes the reviewer's activity.

        Marking that activity as done does the same.
        """
        self.write({"state": "published"})
        return True

    def action_retire(self):
        """Take the program off sale; its running classes go on (C2)."""
        self.write({"state": "retired"})
        return True

    def action_reset(self):
        """Back to discussion, whatever it was (C2)."""
        self.write({"state": "discussion"})
        return True

    def action_view_classes(self):
        """Open the classes of the program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_catalog.edu_class_action")
        return action | {"domain": [("program_id", "=", self.id)], "context": {"default_program_id": self.id}}
