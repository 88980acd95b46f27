from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .edu_enrollment_access import MONEY_GROUPS


class EduStudent(models.Model):
    """A person who studies (E1). Name, phone, e-mail, address and picture are those of the contact."""

    _name = "edu.student"
    _description = "Student"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.coded.mixin"]
    _inherits = {"res.partner": "partner_id"}
    _order = "student_number desc"
    _rec_names_search = ["partner_id.complete_name", "student_number", "partner_id.phone", "partner_id.email"]
    _mail_post_access = "read"

    # Without any of these two people of one name could be meant: such rows are added.
    _import_keys = (
        ("student_number",),
        ("partner_id",),
        ("name", "birthdate"),
        ("name", "phone"),
        ("name", "email"),
    )
    _code_field = "student_number"
    _code_pattern = r" \((?P<code>[^()]+)\)$"

    partner_id = fields.Many2one(
        "res.partner", string="Personal Contact", required=True, index=True, ondelete="restrict"
    )
    student_number = fields.Char(readonly=True, copy=False, index="trigram")
    student_active = fields.Boolean(related="partner_id.active", string="Contact Active")
    birthdate = fields.Date()
    age = fields.Integer(compute="_compute_age")
    gender = fields.Selection([("female", "Female"), ("male", "Male"), ("other", "Other")])
    state = fields.Selection(
        [
            ("learning", "Learning"),
            ("suspended", "Suspended"),
            ("cancelled", "Cancelled"),
            ("graduated", "Graduated"),
        ],
        string="Study State",
        required=True,
        default="learning",
        index=True,
        tracking=True,
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    student_company_id = fields.Many2one(
        related="campus_id.company_id", store=True, index=True, string="Company of the Campus"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    guardian_ids = fields.One2many("edu.guardian", "student_id")
    enrollment_ids = fields.One2many("edu.enrollment", "student_id", string="Enrolments")
    enrollment_count = fields.Integer(compute="_compute_enrollment_figures")
    hours_left = fields.Float(compute="_compute_enrollment_figures", digits=(8, 2))
    currency_id = fields.Many2one(related="student_company_id.currency_id")
    amount_due = fields.Monetary(
        compute="_compute_amount_due",
        groups=MONEY_GROUPS,
        help="Open instalments, in the currency of the campus's company.",
    )
    note = fields.Html()
    student_properties = fields.Properties(definition="campus_id.student_properties_definition", copy=True)

    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "This contact is a student already. Open that student instead of making a second one."
    )
    _number_uniq = models.UniqueIndex(
        "(student_number) WHERE student_number IS NOT NULL", "Another student has this number already."
    )

    @api.depends("name", "student_number")
    def _compute_display_name(self):
        for student in self:
            student.display_name = (
                f"{student.name} ({student.student_number})" if student.student_number else student.name
            )

    @api.depends("birthdate")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for student in self:
            born = student.birthdate
            student.age = (
                today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else 0
            )

    @api.depends("enrollment_ids.hours_left")
    def _compute_enrollment_figures(self):
        figures = {
            student: (count, hours)
            for student, count, hours in self.env["edu.enrollment"]._read_group(
                [("student_id", "in", self.ids)], ["student_id"], ["__count", "hours_left:sum"]
            )
        }
        for student in self:
            student.enrollment_count, student.hours_left = figures.get(student, (0, 0.0))

    @api.depends("enrollment_ids.amount_due")
    def _compute_amount_due(self):
        self.amount_due = 0.0
        for student, currency, due in self.env["edu.enrollment"]._read_group(
            [("student_id", "in", self.ids)], ["student_id", "currency_id"], ["amount_due:sum"]
        ):
            student.amount_due += currency._convert(due, student.currency_id, student.student_company_id)

    @api.constrains("partner_id")
    def _check_is_person(self):
        for student in self:
            if student.partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "%s is an organisation: it is a customer whose contacts study."
                        " Make the person who learns a student, and the organisation the payer.",
                        student.partner_id.name,
                    )
                )

    @api.constrains("birthdate")
    def _check_birthdate(self):
        today = fields.Date.context_today(self)
        for student in self:
            if student.birthdate and not (
                today.year - 120 <= student.birthdate.year and student.birthdate <= today
            ):
                raise ValidationError(
                    self.env._(
                        "%(student)s cannot have been born on %(date)s. Correct the birthday.",
                        student=student.name,
                        date=student.birthdate,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        unnumbered = [vals for vals in vals_list if not vals.get("student_number")]
        numbers = self.env["ir.sequence"]._next_batch_by_code("edu.student", len(unnumbered))
        for vals, number in zip(unnumbered, numbers, strict=True):
            vals["student_number"] = number
        return super().create(vals_list)

    def write(self, vals):
        if "partner_id" in vals and not self.env.su:
            self._check_contact_stays(vals["partner_id"])
        if "student_number" in vals and not self.env.su:
            self._check_number_stays(vals["student_number"])
        return super().write(vals)

    def _check_number_stays(self, number):
        """A number that stands on papers is given once; other systems' numbers come with the new student (E1)."""
        for student in self:
            if student.student_number != number:
                raise AccessError(
                    self.env._(
                        "%s keeps the student number, which stands on papers. Leave it out.",
                        student.display_name,
                    )
                )

    def _check_contact_stays(self, partner_id):
        """Whoever bought, learns and is certified does not become somebody else (E1).

        Odoo's merging of contacts goes on: it does not write through here.

        :raise UserError: a student with an enrolment that came about
        """
        moved = self.filtered(lambda student: student.partner_id.id != partner_id)
        # Also enrolments that the user may not see are in the name of the student.
        for student_sudo in moved.sudo():
            if any(student_sudo.enrollment_ids.mapped("date_confirmed")):
                raise UserError(
                    self.env._(
                        "%s has been enrolled and stays this person. Correct the name and address of the"
                        " contact, or merge it with the other contact.",
                        student_sudo.display_name,
                    )
                )

    @api.model
    def _get_or_create(self, partners, values=None):
        """The students that these contacts are; contacts that are none yet become one (E1).

        :param partners: ``res.partner`` recordset
        :param dict values: values of students that have to be made (campus, person in charge …)
        :return: ``edu.student`` in the order of ``partners``
        """
        students = {
            student.partner_id: student for student in self.search([("partner_id", "in", partners.ids)])
        }
        missing = partners.filtered(lambda partner: partner not in students)
        created = self.create([{**(values or {}), "partner_id": partner.id} for partner in missing])
        students |= dict(zip(missing, created, strict=True))
        return self.concat(*(students[partner] for partner in partners))

    def _payer(self):
        """Who pays for this student: the guardian who does, else the student (E1, E10).

        :return: ``res.partner``
        """
        self.ensure_one()
        return self.guardian_ids.filtered("is_payer").partner_id[:1] or self.partner_id

    def action_view_enrollments(self):
        """Open the enrolments of the student."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {
            "domain": [("student_id", "=", self.id)],
            "context": {"default_student_id": self.id, "default_campus_id": self.campus_id.id},
        }

    def action_view_ledger(self):
        """Open the hours ledger of the student (E18)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_ledger_entry_action")
        return action | {"domain": [("student_id", "=", self.id)]}
