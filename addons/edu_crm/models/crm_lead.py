from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import clean_line, name_key

# What is left of merged leads takes these over (M20). Fields of one group come from one lead, the first that has
# any of them, so that the name of one child never gets the birthday of another.
MERGED_FIELDS = (
    ("campus_id",),
    ("potential_level",),
    ("sales_form",),
    ("channel_partner_id",),
    ("learner_name", "learner_birthdate", "learner_relation", "student_id"),
)
# Nobody of the staff has spoken with the customer yet, or not for a long time.
BEFORE_CARE = ("new", "assigned", "recycled")


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "edu.workflow.mixin"]

    # Care status → the statuses it may be reached from (M3).
    _workflow_field = "care_status"
    _workflow = {
        "new": ("assigned",),
        "assigned": ("new", "recycled"),
        "in_process": ("new", "assigned", "recycled", "converted"),
        "converted": ("new", "assigned", "in_process", "recycled", "dead"),
        "recycled": ("new", "assigned", "in_process", "dead"),
        "dead": ("new", "assigned", "in_process", "recycled", "converted"),
    }

    campus_id = fields.Many2one(
        "edu.campus",
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        default=lambda self: self._default_campus_id(),
    )
    program_ids = fields.Many2many(
        "edu.program", "edu_program_lead_rel", "lead_id", "program_id", string="Wanted Programs"
    )
    potential_level = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], tracking=True
    )
    care_status = fields.Selection(
        [
            ("new", "New"),
            ("assigned", "Assigned"),
            ("in_process", "In Process"),
            ("converted", "Converted"),
            ("recycled", "Recycled"),
            ("dead", "Dead"),
        ],
        compute="_compute_care_status",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    care_status_date = fields.Datetime(
        string="Status Since", compute="_compute_care_status_date", store=True, precompute=True, copy=False
    )
    sales_form = fields.Selection(
        [
            ("phone", "By phone"),
            ("normal", "Ordinary"),
            ("complex", "Complex"),
            ("conference", "Conference"),
        ],
    )
    channel_partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        help="The partner who brought this enquiry.",
    )
    learner_name = fields.Char(
        string="Learner",
        help="Who wants to study, when it is not the person who asks; a child, for instance.",
    )
    learner_birthdate = fields.Date(string="Learner's Birthday")
    learner_relation = fields.Selection(
        selection="_selection_learner_relation",
        string="Contact Is the Learner's",
        help="Who the contact is for the learner.",
    )
    student_id = fields.Many2one("edu.student", index="btree_not_null", ondelete="set null", copy=False)
    enrollment_ids = fields.One2many("edu.enrollment", "lead_id", string="Enrolments")
    enrollment_count = fields.Integer(compute="_compute_enrollment_count")
    enquiry_key = fields.Char(copy=False, readonly=True, help="Holds back a second copy of one enquiry.")

    _enquiry_uniq = models.UniqueIndex(
        "(enquiry_key) WHERE enquiry_key IS NOT NULL", "This enquiry has been received already."
    )
    # Leads without a campus belong to other business of the company, which has Odoo's own rules.
    _dead_has_reason = models.Constraint(
        "CHECK (care_status <> 'dead' OR lost_reason_id IS NOT NULL OR campus_id IS NULL)",
        "Care ends for a reason. Use “Lost” on the lead and choose one.",
    )

    @api.model
    def _default_campus_id(self):
        """The user's campus; none for salespeople who do not work for the centre."""
        campuses = self.env["edu.campus"]
        return campuses._default_for_user() if campuses.has_access("read") else campuses

    @api.model
    def _selection_learner_relation(self):
        return self.env["edu.guardian"]._fields["relation"]._description_selection(self.env)

    @api.depends("user_id")
    def _compute_care_status(self):
        for lead in self:
            if lead.care_status in (False, *BEFORE_CARE) and lead.user_id:
                lead.care_status = "assigned"
            elif lead.care_status in (False, "assigned"):
                lead.care_status = "new"

    @api.depends("care_status")
    def _compute_care_status_date(self):
        self.care_status_date = fields.Datetime.now()

    @api.depends("enrollment_ids")
    def _compute_enrollment_count(self):
        counts = dict(
            self.env["edu.enrollment"]._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["__count"])
        )
        for lead in self:
            lead.enrollment_count = counts.get(lead, 0)

    @api.constrains("campus_id", "company_id")
    def _check_campus_id(self):
        for lead in self:
            if lead.company_id and lead.campus_id and lead.company_id != lead.campus_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(campus)s belongs to %(company)s, “%(lead)s” does not. Choose another campus.",
                        campus=lead.campus_id.name,
                        company=lead.campus_id.company_id.name,
                        lead=lead.display_name,
                    )
                )

    @api.constrains("care_status")
    def _check_care_status(self):
        """Converted and dead say what became of a lead; they cannot be typed against it."""
        for lead in self:
            if lead.care_status == "converted" and lead.won_status != "won":
                raise ValidationError(
                    self.env._(
                        "“%s” is not won yet. Enrol the customer, or mark the lead as won.", lead.display_name
                    )
                )
            if lead.care_status == "dead" and lead.won_status != "lost":
                raise ValidationError(
                    self.env._("“%s” is still open. Use “Lost” and choose a reason.", lead.display_name)
                )

    @api.model
    def _check_values(self, vals):
        """Leads are Odoo's, and what comes in by mail may be long; enquiries are checked by ``edu.enquiry``."""

    @api.model
    def _derived_fields(self):
        """Only what this addon derives: Odoo writes its own such fields of a lead with the rights of the user.

        :return: frozenset of field names
        """
        return frozenset(["care_status_date"])

    def write(self, vals):
        moved = self.browse()
        if "stage_id" in vals:
            moved = self.filtered(lambda lead: lead.stage_id.id != vals["stage_id"])
        result = super().write(vals)
        moved._take_into_care()
        return result

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Odoo calls this whenever a lead is won, lost or restored: the care status follows (M3)."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        target_by_lead = {}
        for lead in self:
            old = old_status_by_lead.get(lead.id, {"is_won": False, "is_lost": False})
            new = new_status_by_lead[lead.id]
            if new["is_won"] and not old["is_won"]:
                target_by_lead[lead] = "converted"
            elif new["is_lost"] and not old["is_lost"]:
                target_by_lead[lead] = "dead"
            elif old["is_lost"] and not new["is_lost"]:
                target_by_lead[lead] = "recycled"
            elif old["is_won"] and not new["is_won"]:
                target_by_lead[lead] = "in_process"
        for status in set(target_by_lead.values()):
            leads = self.filtered(
                lambda lead, status=status: target_by_lead.get(lead) == status and lead.care_status != status
            )
            if status == "dead":
                leads._check_lost_reason()
            if leads:
                leads.care_status = status
        return result

    def _check_lost_reason(self):
        """Care at a campus ends for a reason (M3, M9).

        :raise UserError: a lead of a campus has none
        """
        for lead in self:
            if lead.campus_id and not lead.lost_reason_id:
                raise UserError(
                    self.env._(
                        "Care of “%s” ends for a reason, so that the centre can learn. Choose one.",
                        lead.display_name,
                    )
                )

    def _mail_track(self, tracked_fields, initial_values):
        """A lead without a campus is other business of the company: its history is as Odoo writes it."""
        if not self.campus_id:
            tracked_fields = {name: info for name, info in tracked_fields.items() if name != "care_status"}
        return super()._mail_track(tracked_fields, initial_values)

    def _message_post_after_hook(self, message, msg_vals):
        """A member of the staff who writes, calls or finishes an activity takes the lead into care."""
        result = super()._message_post_after_hook(message, msg_vals)
        by_staff = not self.env.user._is_superuser() and self.env.user._is_internal()
        spoken = message.message_type in ("comment", "email_outgoing", "sms")
        if by_staff and (spoken or message.subtype_id == self.env.ref("mail.mt_activities")):
            self._take_into_care()
        return result

    def action_set_lost(self, **additional_values):
        if additional_values.get("lost_reason_id"):
            # Known before the lead is lost, because Odoo archives first and writes the reason afterwards.
            self.write({"lost_reason_id": additional_values["lost_reason_id"]})
        self._check_lost_reason()
        return super().action_set_lost(**additional_values)

    def action_stop_care(self, lost_reason_id=None):
        """End the care of these leads for a reason (M3, M9).

        :param int lost_reason_id: id of a ``crm.lost.reason``; none: a window asks for it
        :return: an action that asks for the reason, or True
        :raise AccessError: the user may not write one of the leads
        """
        self.check_access("write")
        if lost_reason_id:
            return self.action_set_lost(lost_reason_id=lost_reason_id)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_lost_action")
        return action | {"context": {"default_lead_ids": self.ids, "dialog_size": "medium"}}

    def action_recycle(self):
        """Put leads aside to be approached again later (M3); a dead one comes back to life.

        :return: True
        :raise UserError: a lead is converted
        """
        lost = self.filtered(lambda lead: lead.won_status == "lost")
        self._check_workflow("recycled")
        lost.action_restore()
        self.filtered(lambda lead: lead.care_status != "recycled").care_status = "recycled"
        return True

    def action_enroll(self):
        """Open a new enrolment of the person who wants to study (M3, E2).

        The contact of the lead becomes a student; when the lead names another learner, that person does and
        the contact becomes the learner's guardian and payer. Doing it twice makes nobody twice.

        :return: action of the enrolment form, filled in from the lead
        :raise AccessError: the user may not write the lead or create students
        :raise UserError: the lead has no campus or is dead
        """
        self.ensure_one()
        self.check_access("write")
        if not self.campus_id:
            raise UserError(
                self.env._(
                    "“%s” has no campus. Choose where the customer will study first.", self.display_name
                )
            )
        if self.care_status == "dead":
            raise UserError(self.env._("“%s” is dead. Restore the lead before enrolling.", self.display_name))
        student = self._get_or_create_student()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_lead_id": self.id,
                "default_student_id": student.id,
                "default_campus_id": self.campus_id.id,
                "default_user_approaching_id": self.user_id.id,
            },
        }

    def action_view_enrollments(self):
        """Open the enrolments won from this lead.

        :return: action of the list of enrolments
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {"domain": [("lead_id", "=", self.id)], "context": {"default_lead_id": self.id}}

    def _set_contact(self, contact, kept=()):
        """Tie the lead to its contact and leave the contact's data as they are.

        Odoo writes the e-mail and phone of a lead to its contact when they are written with the contact or after
        it, so leads of enquiries are created without. What was typed must in turn not be replaced by the
        contact's data.

        :param res.partner contact: one record
        :param kept: names of the fields that stay as they are; all others follow the contact as always
        """
        self.ensure_one()
        with self.env.protecting([self._fields[fname] for fname in kept], self):
            self.partner_id = contact

    def _take_into_care(self):
        """Somebody works on these leads: they are in process from now on (M3)."""
        waiting = self.filtered(lambda lead: lead.care_status in BEFORE_CARE and lead.won_status == "pending")
        if waiting:
            waiting.care_status = "in_process"

    def _convert(self):
        """The customers enrolled: these leads are won and converted (M3)."""
        for lead in self.filtered(lambda lead: lead.type == "lead"):
            lead.convert_opportunity(lead.partner_id)
        self.filtered(lambda lead: lead.won_status != "won").action_set_won()

    def _get_or_create_student(self):
        """The student whom this lead is about; made, with guardian, when there is none yet.

        :return: ``edu.student``
        :raise UserError: the student is known, but in the care of somebody else
        """
        self.ensure_one()
        contact = self._get_or_create_contact()
        student_sudo = self._find_student_sudo(contact)
        is_new = not student_sudo
        if is_new:
            learner = contact
            if self._is_for_another(contact):
                learner = self.env["res.partner"].create({"name": clean_line(self.learner_name)})
            values = {"campus_id": self.campus_id.id, "user_id": self.user_id.id or self.env.uid}
            if self.learner_birthdate:
                values["birthdate"] = self.learner_birthdate
            student = self.env["edu.student"]._get_or_create(learner, values)
        else:
            student = student_sudo.sudo(self.env.su)
            self._check_student_access(student)
        self.student_id = student
        if student.partner_id != contact and contact not in student.guardian_ids.partner_id:
            self.env["edu.guardian"].create(self._prepare_guardian(student, contact, is_new))
        return student

    def _is_for_another(self, contact):
        """Whether somebody else than the contact wants to study."""
        return bool(self.learner_name) and name_key(self.learner_name) != name_key(contact.name)

    def _find_student_sudo(self, contact):
        """The student whom this lead is about, whoever may see the student; empty when there is none yet.

        :return: ``edu.student`` with sudo; the caller checks before it is given to the user
        """
        if self.sudo().student_id:
            return self.sudo().student_id
        if not self._is_for_another(contact):
            return contact.sudo().student_ids
        # A child of this contact is known even when nobody wrote a birthday down.
        wards_sudo = contact.sudo().ward_ids.student_id.filtered(
            lambda ward: (
                name_key(ward.name) == name_key(self.learner_name)
                and (
                    not self.learner_birthdate
                    or not ward.birthdate
                    or ward.birthdate == self.learner_birthdate
                )
            )
        )
        if wards_sudo:
            return wards_sudo[0]
        learner = {"name": self.learner_name, "birthdate": self.learner_birthdate}
        return self.env["edu.student"]._edu_find_student([learner])[0].sudo()

    def _check_student_access(self, student):
        """Refuse to work on somebody else's student, and say whose it is.

        :raise UserError: the current user may not see the student
        """
        if not student.has_access("read"):
            # The name was typed by this user; whom to ask is the way out.
            student_sudo = student.sudo()
            raise UserError(
                self.env._(
                    "%(student)s is a student already, at %(campus)s in the care of %(user)s."
                    " Ask them to enrol, or to hand the student over to you.",
                    student=student_sudo.name,
                    campus=student_sudo.campus_id.name,
                    user=student_sudo.user_id.name or "—",
                )
            )

    def _get_or_create_contact(self):
        if not self.partner_id:
            person = {"name": self.contact_name, "phone": self.phone, "email": self.email_from}
            contact = self.env["res.partner"]._edu_find_contact([person])[0]
            self._set_contact(contact or self._create_customer())
        return self.partner_id

    def _prepare_guardian(self, student, contact, is_new):
        """The values by which the contact stands for the learner.

        For a student who was known before, a name and a birthday typed by a stranger must open nothing: such
        a guardian neither pays nor logs in until somebody of the staff ticks it.
        """
        return {
            "student_id": student.id,
            "partner_id": contact.id,
            "relation": self.learner_relation or "other",
            "is_payer": is_new,
            "portal_access": is_new,
        }

    def _merge_dependences(self, opportunities):
        """What the centre knows of merged leads moves along, whoever merges them (M20)."""
        result = super()._merge_dependences(opportunities)
        # Merging was allowed just now; salespeople outside the centre do not see its programs and students.
        head_sudo, tail_sudo = self.sudo(), opportunities.sudo()
        tail_sudo.enrollment_ids.lead_id = self
        if tail_sudo.program_ids - head_sudo.program_ids:
            head_sudo.program_ids |= tail_sudo.program_ids
        values = {}
        for group in MERGED_FIELDS:
            if not any(head_sudo[fname] for fname in group):
                source_sudo = tail_sudo.filtered(
                    lambda lead, group=group: any(lead[fname] for fname in group)
                )[:1]
                values |= {fname: source_sudo[fname] for fname in group if source_sudo[fname]}
        if values:
            head_sudo.write(values)
        return result
