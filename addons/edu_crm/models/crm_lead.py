import hashlib
import json
import time

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import email_normalize, plaintext2html

from ..tools import clean_line, clean_text, name_key

# Taken over from the first of merged leads that knows them; what describes one person stays together (M20).
MERGED_FIELDS = (
    ("campus_id",),
    ("potential_level",),
    ("sales_form",),
    ("channel_partner_id",),
    ("learner_name", "learner_birthdate", "learner_relation", "student_id"),
)
BEFORE_CARE = ("new", "assigned", "recycled")

# What an enquiry may say. Longer lines than these are mistakes or attacks.
ENQUIRY_LINES = {
    "contact_name": 128,
    "phone": 64,
    "email_from": 254,
    "learner_name": 128,
    "name": 200,
    "source": 128,
}
ENQUIRY_TEXT_MAX = 20_000
ENQUIRY_RECORDS = {
    "campus_id": "edu.campus",
    "user_id": "res.users",
    "campaign_id": "utm.campaign",
    "medium_id": "utm.medium",
    "source_id": "utm.source",
    "channel_partner_id": "res.partner",
}
ENQUIRY_CHOICES = ("learner_relation", "sales_form", "potential_level")
ENQUIRY_OTHERS = ("description", "program_ids", "learner_birthdate")
# The same enquiry within this time is a double click or a reloaded page, not a second wish.
ENQUIRY_REPEAT_SECONDS = 600


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
        """Every way to win, lose or restore a lead passes here: the care status follows (M3)."""
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
        """Open the enrolments won from this lead."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {"domain": [("lead_id", "=", self.id)], "context": {"default_lead_id": self.id}}

    @api.model
    def _edu_create_enquiry(self, values):
        """Take one enquiry; see :meth:`_edu_create_enquiries`.

        :return: ``crm.lead``, one record
        """
        return self._edu_create_enquiries([values])

    @api.model
    def _edu_create_enquiries(self, vals_list):
        """Turn enquiries into leads whose contacts are found before any is made (M20).

        An enquiry of somebody who is known becomes a new lead of the same contact, which keeps the data it
        has: a stranger cannot change somebody's e-mail by typing their number. The lead keeps what was
        typed. An enquiry that is repeated word for word within 10 to 20 minutes (a double click, a page
        loaded again, two servers at once) gives the first one's lead.

        :param list vals_list: dicts with any of the texts ``contact_name``, ``phone``, ``email_from``,
            ``description`` (plain text), ``learner_name``, ``name``, ``source`` (found by name or made);
            ``learner_birthdate`` (date); ``program_ids`` (ids); ``campus_id``, ``user_id``, ``campaign_id``,
            ``medium_id``, ``source_id``, ``channel_partner_id`` (an id each); ``learner_relation``,
            ``sales_form``, ``potential_level`` (keys of their selections)
        :return: ``crm.lead`` in the order of ``vals_list``; the same record twice for a repeated enquiry
        :raise ValidationError: no name, nothing to reach the person by, a text too long, an unknown record
        :raise AccessError: the user may not create leads (a public route checks and then comes with sudo)
        """
        self.check_access("create")
        enquiries = [self._clean_enquiry(values) for values in vals_list]
        self._check_enquiry_records(enquiries)
        keys = [self._enquiry_key(enquiry) for enquiry in enquiries]
        recent_keys = {recent: key for key in keys for recent in self._recent_enquiry_keys(key)}
        # The own enquiry may lie with a counsellor whose leads the caller does not see.
        known_sudo = (
            self.sudo().with_context(active_test=False).search([("enquiry_key", "in", list(recent_keys))])
        )
        lead_by_key = {recent_keys[lead.enquiry_key]: self.browse(lead.id) for lead in known_sudo}
        fresh = {key: enquiry for key, enquiry in zip(keys, enquiries, strict=True) if key not in lead_by_key}
        if fresh:
            contacts = self._edu_get_or_create_contacts(list(fresh.values()))
            lead_values = self._prepare_enquiry_leads(list(fresh.items()), contacts)
            try:
                leads = self.with_context(edu_keep_contact=True).create(lead_values)
            except psycopg2.errors.UniqueViolation as error:
                if error.diag.constraint_name != "crm_lead_enquiry_uniq":
                    raise
                # The other of two simultaneous clicks won. Odoo runs this one again, and it finds that lead.
                raise ConcurrencyError(self.env._("This enquiry is being received already."))
            lead_by_key |= {key: self.browse(lead.id) for key, lead in zip(fresh, leads, strict=True)}
        return self.concat(*(lead_by_key[key] for key in keys))

    @api.model
    def _clean_enquiry(self, values):
        """Check what somebody typed and bring it into shape.

        :raise ValidationError: with the way out
        """
        unknown = values.keys() - {*ENQUIRY_LINES, *ENQUIRY_RECORDS, *ENQUIRY_CHOICES, *ENQUIRY_OTHERS}
        if unknown:
            raise ValidationError(self.env._("An enquiry does not say “%s”.", ", ".join(sorted(unknown))))
        enquiry = {}
        for fname, limit in ENQUIRY_LINES.items():
            line = clean_line(values.get(fname))
            if len(line) > limit:
                label = self._fields[fname]._description_string(self.env) if fname in self._fields else fname
                raise ValidationError(
                    self.env._(
                        "%(field)s has more than %(limit)s characters. Shorten it.", field=label, limit=limit
                    )
                )
            enquiry[fname] = line
        enquiry["description"] = clean_text(values.get("description"))
        if len(enquiry["description"]) > ENQUIRY_TEXT_MAX:
            raise ValidationError(
                self.env._("The message has more than %s characters. Shorten it.", ENQUIRY_TEXT_MAX)
            )
        if not enquiry["contact_name"]:
            raise ValidationError(self.env._("Say your name, so that we know whom to ask for."))
        if not email_normalize(enquiry["email_from"]) and sum(map(str.isdigit, enquiry["phone"])) < 6:
            raise ValidationError(
                self.env._(
                    "Give a phone number or an e-mail address where %s can be reached.",
                    enquiry["contact_name"],
                )
            )
        return enquiry | self._clean_enquiry_choices(values, enquiry["contact_name"])

    @api.model
    def _clean_enquiry_choices(self, values, who):
        """What was chosen rather than written: records, a date, keys of selections."""
        choices = {}
        try:
            if isinstance(values.get("program_ids"), str):
                raise TypeError
            choices["learner_birthdate"] = fields.Date.to_date(values.get("learner_birthdate") or False)
            choices["program_ids"] = sorted({int(program) for program in (values.get("program_ids") or ())})
            for fname in ENQUIRY_RECORDS:
                choices[fname] = int(values.get(fname) or 0)
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(
                self.env._("The enquiry of %s cannot be read. Fill the form in again.", who)
            )
        for fname in ENQUIRY_CHOICES:
            choices[fname] = values.get(fname) or False
            if choices[fname] and str(choices[fname]) not in self._fields[fname].get_values(self.env):
                raise ValidationError(
                    self.env._("“%s” is not among the choices. Choose again.", choices[fname])
                )
        return choices

    @api.model
    def _check_enquiry_records(self, enquiries):
        """All records that the enquiries name exist and may be seen by the caller; one query per model."""
        wanted = {}
        for enquiry in enquiries:
            wanted.setdefault("edu.program", set()).update(enquiry["program_ids"])
            for fname, model in ENQUIRY_RECORDS.items():
                if enquiry[fname]:
                    wanted.setdefault(model, set()).add(enquiry[fname])
        for model, ids in wanted.items():
            Model = self.env[model]
            ids = {record_id for record_id in ids if 0 < record_id < 2**31}
            if len(Model.search([("id", "in", list(ids))])) < len(wanted[model]):
                raise ValidationError(
                    self.env._("%s of the enquiry is not offered any more. Choose again.", Model._description)
                )

    @api.model
    def _enquiry_key(self, enquiry):
        """The same for the same words of the same person."""
        text = json.dumps(enquiry, sort_keys=True, default=str, ensure_ascii=False).casefold()
        return hashlib.sha256(f"{self.env.company.id}:{text}".encode()).hexdigest()

    @api.model
    def _recent_enquiry_keys(self, key):
        """The stored keys of one enquiry: of the running ten minutes, and of those before."""
        period = int(time.time()) // ENQUIRY_REPEAT_SECONDS
        return f"{key}:{period}", f"{key}:{period - 1}"

    @api.model
    def _edu_get_or_create_contacts(self, enquiries):
        """The contacts of the enquiries: known ones, and one for each new person.

        :return: list of ``res.partner``, one for each enquiry
        """
        Partner = self.env["res.partner"]
        people = [
            {
                "name": enquiry["contact_name"],
                "phone": enquiry["phone"],
                "email": enquiry["email_from"],
                "birthdate": not enquiry["learner_name"] and enquiry["learner_birthdate"],
            }
            for enquiry in enquiries
        ]
        contacts = Partner._edu_find_contact(people)
        # Somebody new who asks twice in one batch is one new person.
        position_by_key, new_values, positions = {}, [], []
        for person, contact in zip(people, contacts, strict=True):
            if contact:
                positions.append(None)
                continue
            keys = Partner._edu_contact_keys(person)
            identities = [(kind, keys[kind]) for kind in ("phone", "email") if keys[kind]]
            position = next(
                (position_by_key[key] for key in identities if key in position_by_key), len(new_values)
            )
            if position == len(new_values):
                new_values.append(
                    {"name": person["name"], "phone": person["phone"], "email": person["email"]}
                )
            position_by_key.update(dict.fromkeys(identities, position))
            positions.append(position)
        stage = self.env["edu.lifecycle.stage"]._entered_on("enquiry")
        created = Partner.create(
            [{**values, "lifecycle_stage_id": stage.id, "user_id": False} for values in new_values]
        )
        return [contact or created[position] for contact, position in zip(contacts, positions, strict=True)]

    @api.model
    def _prepare_enquiry_leads(self, keyed_enquiries, contacts):
        """The values of the leads of enquiries.

        :param list keyed_enquiries: pairs of an enquiry's key and the enquiry
        :param list contacts: ``res.partner``, one for each
        """
        sources = {}
        for _key, enquiry in keyed_enquiries:
            name = enquiry["source"]
            if name and name not in sources:
                sources[name] = self.env["utm.mixin"]._find_or_create_record("utm.source", name).id
        programs = self.env["edu.program"].browse(
            {id_ for _, enquiry in keyed_enquiries for id_ in enquiry["program_ids"]}
        )
        program_names = {program.id: program.name for program in programs}
        # A visitor has no salesperson; a member of the staff keeps what they register.
        own = self.env.uid if not self.env.su and self.env.user._is_internal() else False
        default_campus = self._default_campus_id()
        students = self._find_learners([enquiry for _, enquiry in keyed_enquiries])
        vals_list = []
        for (key, enquiry), contact, student in zip(keyed_enquiries, contacts, students, strict=True):
            wanted = ", ".join(program_names[program] for program in enquiry["program_ids"])
            who = enquiry["contact_name"]
            vals = {
                fname: enquiry[fname] or False
                for fname in (
                    "contact_name",
                    "phone",
                    "email_from",
                    "learner_name",
                    "learner_birthdate",
                    "learner_relation",
                    "sales_form",
                    "potential_level",
                    "campaign_id",
                    "medium_id",
                    "channel_partner_id",
                )
            }
            vals |= {
                "name": enquiry["name"] or (f"{who}: {wanted}"[:200] if wanted else who),
                "partner_id": contact.id,
                "student_id": student.id,
                "program_ids": [Command.set(enquiry["program_ids"])],
                "description": enquiry["description"] and plaintext2html(enquiry["description"]),
                "source_id": enquiry["source_id"] or sources.get(enquiry["source"]),
                "user_id": enquiry["user_id"] or own,
                "campus_id": enquiry["campus_id"] or default_campus.id,
                "company_id": self.env.company.id,
                "enquiry_key": self._recent_enquiry_keys(key)[0],
            }
            vals_list.append(vals)
        return vals_list

    @api.model
    def _find_learners(self, enquiries):
        """The students whom the enquiries are about, recognised by name and birthday; one query.

        :return: list of ``edu.student``, one for each enquiry, empty where nobody is known
        """
        Student = self.env["edu.student"]
        births = {enquiry["learner_birthdate"] for enquiry in enquiries if enquiry["learner_birthdate"]}
        # To recognise somebody is not to see their data: only the id goes on.
        known_sudo = (
            Student.sudo().search([("birthdate", "in", list(births))], order="id desc") if births else []
        )
        by_person = {(name_key(student.name), student.birthdate): student.id for student in known_sudo}
        return [
            Student.browse(
                by_person.get(
                    (
                        name_key(enquiry["learner_name"] or enquiry["contact_name"]),
                        enquiry["learner_birthdate"],
                    )
                )
            )
            for enquiry in enquiries
        ]

    # An enquiry is not the place where somebody's address book entry is corrected.
    def _inverse_email_from(self):
        return None if self.env.context.get("edu_keep_contact") else super()._inverse_email_from()

    def _inverse_phone(self):
        return None if self.env.context.get("edu_keep_contact") else super()._inverse_phone()

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
        for_another = self.learner_name and name_key(self.learner_name) != name_key(contact.name)
        # Whoever sees students of other counsellors or campuses is told so, and gets no access by enrolling.
        student_sudo = self.sudo().student_id
        if not student_sudo and for_another:
            # A child of this contact is known even when nobody wrote a birthday down.
            student_sudo = (
                contact.sudo().ward_ids.student_id.filtered(
                    lambda student: (
                        name_key(student.name) == name_key(self.learner_name)
                        and (
                            not self.learner_birthdate
                            or self.learner_birthdate == (student.birthdate or self.learner_birthdate)
                        )
                    )
                )[:1]
                or self._find_learners([self._learner()])[0].sudo()
            )
        elif not student_sudo:
            student_sudo = contact.sudo().student_ids
        is_new = not student_sudo
        if is_new:
            learner = (
                self.env["res.partner"].create({"name": clean_line(self.learner_name)})
                if for_another
                else contact
            )
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

    def _learner(self):
        return {
            "contact_name": self.contact_name,
            "learner_name": self.learner_name,
            "learner_birthdate": self.learner_birthdate,
        }

    def _get_or_create_contact(self):
        if not self.partner_id:
            person = {"name": self.contact_name, "phone": self.phone, "email": self.email_from}
            contact = self.env["res.partner"]._edu_find_contact([person])[0]
            self.with_context(edu_keep_contact=True).partner_id = contact or self._create_customer()
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
        for together in MERGED_FIELDS:
            if not any(head_sudo[fname] for fname in together):
                source_sudo = tail_sudo.filtered(
                    lambda lead, names=together: any(lead[name] for name in names)
                )[:1]
                values |= {fname: source_sudo[fname] for fname in together if source_sudo[fname]}
        if values:
            head_sudo.write(values)
        return result
