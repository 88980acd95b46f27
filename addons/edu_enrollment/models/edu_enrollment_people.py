from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# Who has the merit of a sale; salaries and figures are read from it (E8).
MERIT_FIELDS = {"user_enrolling_id", "user_approaching_id"}


class EduEnrollment(models.Model):
    """Who studies, who advised, who registered, and who pays (E2, E8, E10)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    # A sheet that comes a second time adds nothing (X3); a renewal has another class, or another day.
    _import_keys = (
        ("student_id", "package_id", "class_id"),
        ("student_id", "package_id", "date_expected"),
        ("student_id", "package_id"),
    )

    user_enrolling_id = fields.Many2one(tracking=True)
    user_approaching_id = fields.Many2one(
        compute="_compute_user_approaching_id",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
        tracking=True,
        help="Who first advised this person; on later enrolments the same as on the first one.",
    )
    is_merit_open = fields.Boolean(compute="_compute_is_merit_open")
    partner_is_company = fields.Boolean(related="partner_id.is_company", string="For Company")
    partner_vat = fields.Char(related="partner_id.vat", string="Payer's Tax ID")

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_is_merit_open(self):
        manages = self.env.user.has_group("edu_catalog.group_edu_manager")
        for enrollment in self:
            enrollment.is_merit_open = manages or enrollment.state in ("draft", "waiting")

    @api.depends("student_id")
    def _compute_user_approaching_id(self):
        first = {}
        # Whoever advised first is asked for with all rights: it may have been a colleague, at another campus.
        for enrollment_sudo in self.sudo().search(
            [("student_id", "in", self.student_id.ids), ("user_approaching_id", "!=", False)], order="id"
        ):
            first.setdefault(enrollment_sudo.student_id.id, enrollment_sudo.user_approaching_id)
        for enrollment in self:
            known = first.get(enrollment.student_id.id)
            enrollment.user_approaching_id = known or enrollment.user_approaching_id or self.env.user

    def _import_candidates(self, names):
        """What was cancelled is over, and so is, where neither class nor day is given, what was completed."""
        over = ("cancelled",) if len(names) > 2 else ("cancelled", "completed")
        return self.filtered(lambda enrollment: enrollment.state not in over)

    @api.constrains("student_id", "campus_id")
    def _check_student_company(self):
        # A student may be seen by fewer people than the enrolment.
        for enrollment_sudo in self.sudo():
            theirs, ours = enrollment_sudo.student_id.student_company_id, enrollment_sudo.company_id
            if theirs != ours:
                raise ValidationError(
                    self.env._(
                        "%(student)s studies at %(theirs)s, the enrolment belongs to %(ours)s."
                        " Choose a campus of %(theirs)s, or give the student a campus of %(ours)s first.",
                        student=enrollment_sudo.student_id.display_name,
                        theirs=theirs.name,
                        ours=ours.name,
                    )
                )

    @api.model
    def _check_students_open(self, students):
        """Whoever is in charge of an enrolment sees its student: nobody enrols whom they may not see (X1, M20).

        :param students: ``edu.student`` recordset, of ids that came from anywhere
        :raise AccessError: one of them is open to the user neither by itself nor by an enrolment
        """
        if self.env.su:
            return
        closed = students - students._filtered_access("read")
        if closed - self.search([("student_id", "in", closed.ids)]).student_id:
            raise AccessError(
                self.env._(
                    "This student is in the care of somebody else, and you may not enrol them."
                    " Ask the person in charge to enrol, or to hand the student over to you."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        default = self.default_get(["student_id"])
        ids = {(default | vals).get("student_id") for vals in vals_list} - {None, False}
        self._check_students_open(self.env["edu.student"].browse(ids))
        return super().create(vals_list)

    def write(self, vals):
        self._check_merit_kept(vals)
        if vals.get("student_id"):
            self._check_students_open(self.env["edu.student"].browse(vals["student_id"]))
        return super().write(vals)

    def _check_merit_kept(self, vals):
        """Nobody takes over the merit of a sale by hand (E8).

        :raise AccessError: a confirmed enrolment, and the user is no campus manager
        """
        names = MERIT_FIELDS.intersection(vals)
        if not names or self.env.su:
            return
        for enrollment in self:
            changed = [name for name in sorted(names) if enrollment[name].id != vals[name]]
            if changed and not enrollment.is_merit_open:
                raise AccessError(
                    self.env._(
                        "%(enrollment)s is confirmed: only a campus manager may change %(fields)s. Ask one.",
                        enrollment=enrollment.display_name,
                        fields=", ".join(
                            self._fields[name]._description_string(self.env) for name in changed
                        ),
                    )
                )
