import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# Printed on the certificate: fixed once it is issued.
PRINTED_FIELDS = {"enrollment_id", "class_id", "place", "date_issue", "date_expiry", "content"}
# Set by the system; nobody types these fields, not even over the API.
SYSTEM_FIELDS = {"number", "state", "access_token", "date_revoked", "revoke_reason", "date_reminded"}


class EduCertificate(models.Model):
    """The paper that says which class somebody attended (E21). Issued ones are never changed, only revoked."""

    _name = "edu.certificate"
    _description = "Certificate"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.workflow.mixin"]
    _order = "date_issue desc, id desc"
    _rec_name = "number"
    _rec_names_search = ["number", "student_id.partner_id.complete_name", "student_id.student_number"]
    _check_company_auto = True

    _workflow = {"draft": (), "issued": ("draft",), "revoked": ("issued",)}
    _workflow_groups = {"revoked": "edu_catalog.group_edu_academic"}

    number = fields.Char(readonly=True, copy=False, index="trigram", help="Given by the system on issue.")
    state = fields.Selection(
        [("draft", "Draft"), ("issued", "Issued"), ("revoked", "Revoked")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    enrollment_id = fields.Many2one(
        "edu.enrollment",
        string="Enrolment",
        required=True,
        index=True,
        ondelete="restrict",
        copy=False,
        domain="[('state', 'in', ('confirmed', 'completed'))]",
    )
    student_id = fields.Many2one(
        related="enrollment_id.student_id", store=True, index=True, precompute=True, ondelete="restrict"
    )
    campus_id = fields.Many2one(related="enrollment_id.campus_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True, precompute=True)
    class_id = fields.Many2one(
        "edu.class",
        string="Class Attended",
        compute="_compute_class_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="The class of the enrolment; it stays when the student moves on to another one.",
    )
    place = fields.Char(
        string="Issuing Place",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    date_issue = fields.Date(
        string="Issue Date", copy=False, index=True, tracking=True, help="Empty: the day of issue."
    )
    date_expiry = fields.Date(
        string="Expiry Date", copy=False, index=True, tracking=True, help="Empty: it never expires."
    )
    is_expired = fields.Boolean(compute="_compute_is_expired", search="_search_is_expired")
    content = fields.Text(help="What was attained, as it is to be printed: level, marks, hours.")
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    revoke_reason = fields.Char(readonly=True, copy=False, tracking=True)
    date_revoked = fields.Date(readonly=True, copy=False)
    date_reminded = fields.Date(
        readonly=True, copy=False, help="When the person in charge was told that it is about to expire."
    )
    access_token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(18),
        groups="edu_catalog.group_edu_academic,edu_catalog.group_edu_counsellor",
        help="Part of the address in the QR code: who holds the paper can have it checked.",
    )

    _number_uniq = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL", "Another certificate has this number already."
    )
    _access_token_uniq = models.UniqueIndex("(access_token)")
    _one_valid = models.UniqueIndex(
        "(enrollment_id) WHERE state <> 'revoked'",
        "This enrolment has a certificate already. Revoke it before you make another one.",
    )
    _issued_complete = models.Constraint(
        "CHECK (state = 'draft' OR (number IS NOT NULL AND date_issue IS NOT NULL))",
        "An issued certificate has a number and a date of issue.",
    )
    _revoked_with_reason = models.Constraint(
        "CHECK (state <> 'revoked' OR revoke_reason <> '')", "Say why the certificate is revoked."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_expiry IS NULL OR date_issue IS NULL OR date_issue < date_expiry)",
        "A certificate expires after the day of its issue. Correct its dates.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("enrollment_id")
    def _compute_class_id(self):
        for certificate in self:
            certificate.class_id = certificate.enrollment_id.class_id

    @api.depends("enrollment_id")
    def _compute_place(self):
        for certificate in self:
            campus = certificate.enrollment_id.campus_id
            certificate.place = campus.partner_id.city or campus.name

    @api.depends("date_expiry", "state", "campus_id.tz")
    def _compute_is_expired(self):
        for certificate in self:
            last_day = certificate.state == "issued" and certificate.date_expiry
            certificate.is_expired = bool(last_day and last_day < certificate.campus_id._today())

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        expired = Domain("state", "=", "issued") & Domain.OR(
            Domain("campus_id", "in", campuses.ids) & Domain("date_expiry", "<", day)
            for day, campuses in self.env["edu.campus"]._by_day().items()
        )
        return Domain.OR(expired if wanted else ~expired for wanted in set(value))

    @api.depends("number", "student_id.name")
    def _compute_display_name(self):
        for certificate in self:
            number = certificate.number or self.env._("Draft certificate")
            certificate.display_name = f"{number} · {certificate.student_id.name or ''}"

    # ------------------------------------------------------------------ checks
    @api.constrains("class_id", "enrollment_id")
    def _check_class_id(self):
        """Only what was attended is certified; somebody without a class, with a pass, may have been in any."""
        for certificate in self:
            # sudo: changes of the enrolment may be closed to the user.
            enrollment_sudo = certificate.enrollment_id.sudo()
            changes_sudo = enrollment_sudo.change_ids
            attended = enrollment_sudo.class_id | changes_sudo.class_id | changes_sudo.target_class_id
            if attended and certificate.class_id and certificate.class_id not in attended:
                raise ValidationError(
                    self.env._(
                        "%(certificate)s: %(enrollment)s was never in class %(class)s."
                        " Choose a class of this enrolment.",
                        certificate=certificate.display_name,
                        enrollment=enrollment_sudo.display_name,
                        **{"class": certificate.class_id.display_name},
                    )
                )

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        self.check_access("write")
        if not self.env.su and not PRINTED_FIELDS.isdisjoint(vals):
            for certificate in self:
                if certificate.state != "draft":
                    raise UserError(
                        self.env._(
                            "%s has been given out: what is printed on it can no longer be changed."
                            " Revoke it and issue another one.",
                            certificate.display_name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        for certificate in self:
            if certificate.state != "draft":
                raise UserError(
                    self.env._(
                        "%s has been given out and is kept. Revoke it instead.", certificate.display_name
                    )
                )

    @api.model
    def _derived_fields(self):
        return super()._derived_fields() | SYSTEM_FIELDS

    @api.model
    def create_historic(self, vals_list):
        """Take over certificates of another system with their number and state (X3).

        :param list vals_list: values as of ``create``, and those that the system sets otherwise
        :return: the new ``edu.certificate``
        :raise AccessError: the user is no director
        """
        return self._create_historic(vals_list, SYSTEM_FIELDS)

    # ------------------------------------------------------------------ actions
    def action_issue(self):
        """Issue: give the number, fix what is printed (E21). Issued ones are passed over.

        :raise UserError: the enrolment never came about
        """
        self.check_access("write")
        self._lock()
        todo = self.filtered(lambda certificate: certificate.state != "issued")
        self._check_came_about(todo.enrollment_id)
        numbers = self.env["ir.sequence"]._next_batch_by_code("edu.certificate", len(todo))
        for certificate_sudo, number in zip(todo.sudo(), numbers, strict=True):
            certificate_sudo.write(
                {
                    "state": "issued",
                    "number": certificate_sudo.number or number,
                    "date_issue": certificate_sudo.date_issue or certificate_sudo.campus_id._today(),
                }
            )
        return True

    def action_revoke(self, reason=None):
        """Take back what was issued; the check page says so from now on (E21).

        :param str reason: why; without one a dialog asks for it
        """
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Revoke"),
                "res_model": "edu.certificate.revoke",
                "view_mode": "form",
                "target": "new",
                "context": {"default_certificate_ids": self.ids},
            }
        self._check_workflow("revoked")
        self._lock()
        todo = self.filtered(lambda certificate: certificate.state != "revoked")
        for campus, certificates in todo.grouped("campus_id").items():
            certificates.sudo().write(
                {"state": "revoked", "revoke_reason": reason, "date_revoked": campus._today()}
            )
        # Flush: the unique index must see that another certificate is possible now.
        todo.flush_recordset(["state"])
        return True

    def action_print(self):
        """Download the certificates as PDF."""
        self.check_access("read")
        return self.env.ref("edu_enrollment.edu_certificate_report").report_action(self)

    # ------------------------------------------------------------------ business
    @api.model
    def _get_or_create(self, enrollments):
        """The valid certificates of these enrolments, made where there is none (E21); as one batch.

        :param enrollments: ``edu.enrollment``
        :return: ``edu.certificate``
        :raise UserError: an enrolment that never came about
        """
        enrollments.check_access("read")
        enrollments._lock()
        self._check_came_about(enrollments)
        valid = enrollments.certificate_ids.filtered(lambda certificate: certificate.state != "revoked")
        return valid | self.create(
            [{"enrollment_id": enrollment.id} for enrollment in enrollments - valid.enrollment_id]
        )

    @api.model
    def _check_came_about(self, enrollments):
        for enrollment in enrollments:
            if enrollment.state not in ("confirmed", "completed"):
                raise UserError(
                    self.env._(
                        "%s is neither confirmed nor completed: there is nothing to certify."
                        " Confirm the enrolment first.",
                        enrollment.display_name,
                    )
                )

    def _check_url(self):
        """Address under which anybody who holds the paper can have it checked (W9); in the QR code."""
        self.ensure_one()
        return f"{self.get_base_url()}/certificates/{self.sudo().access_token}"

    def _validity(self):
        """What the check page says of an issued certificate (W9): the day ends where it was issued.

        :return: ``valid``, ``expired`` or ``revoked``
        """
        self.ensure_one()
        if self.state == "revoked":
            return "revoked"
        return "expired" if self.is_expired else "valid"

    @api.model
    def _get_thread_with_access(self, thread_id, **access):
        """The QR code's token opens the check page (W9). Odoo's portal would take it for the key to the messages."""
        return super()._get_thread_with_access(
            thread_id, **{name: value for name, value in access.items() if name != "token"}
        )

    def _open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_certificate_action")
        if len(self) == 1:
            return action | {"views": [(False, "form")], "view_mode": "form", "res_id": self.id}
        return action | {"domain": [("id", "in", self.ids)], "context": {"create": False}}

    # ------------------------------------------------------------------ cron
    @api.model
    def _cron_remind_expiry(self):
        """Tell the person in charge, once, of certificates that expire within the days set by the company (E21).

        Of somebody who has left, the manager of the campus; without one it is told once there is somebody.
        """
        expiring = self.browse()
        for company in self.env["res.company"].search([("certificate_reminder_days", ">", 0)]):
            today = company._edu_today()
            expiring |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "issued"),
                    ("date_reminded", "=", False),
                    ("date_expiry", ">=", today),
                    ("date_expiry", "<=", today + timedelta(days=company.certificate_reminder_days)),
                ]
            )
        told = {
            certificate: (certificate.user_id | certificate.campus_id.manager_id).filtered("active")[:1]
            for certificate in expiring
        }
        expiring = expiring.filtered(lambda certificate: told[certificate])
        todo = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": certificate.id,
                    "activity_type_id": todo.id,
                    "summary": self.env._("Certificate expires on %s", certificate.date_expiry),
                    "date_deadline": certificate.date_expiry,
                    "user_id": told[certificate].id,
                }
                for certificate in expiring
            ]
        )
        for campus, certificates in expiring.grouped("campus_id").items():
            certificates.write({"date_reminded": campus._today()})


class EduEnrollment(models.Model):
    """The certificates of an enrolment (E21)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    certificate_ids = fields.One2many("edu.certificate", "enrollment_id", string="Certificates")
    certificate_count = fields.Integer(compute="_compute_certificate_count")

    def _compute_certificate_count(self):
        counts = dict(
            self.env["edu.certificate"]._read_group(
                [("enrollment_id", "in", self.ids)], ["enrollment_id"], ["__count"]
            )
        )
        for enrollment in self:
            enrollment.certificate_count = counts.get(enrollment, 0)

    # ------------------------------------------------------------------ windows
    def action_create_certificate(self):
        """Open the certificate of the enrolments; those that have none (or a revoked one) get a draft (E21).

        :raise UserError: an enrolment that never came about
        """
        certificates = self.env["edu.certificate"]._get_or_create(self)
        return certificates._open() if certificates else True

    def action_view_certificates(self):
        """Open all certificates of the enrolments, revoked ones too."""
        return self.certificate_ids._open()
