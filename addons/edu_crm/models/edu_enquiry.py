import hashlib
import json
import time

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.fields import Command
from odoo.tools import email_normalize, plaintext2html

from ..tools import clean_line, clean_text

# What an enquiry may say: texts of one line with the most characters they may have, a longer one is a mistake
# or an attack; records by their ids; keys of selections of ``crm.lead``; and the rest.
LINES = {
    "contact_name": 128,
    "phone": 64,
    "email_from": 254,
    "learner_name": 128,
    "name": 200,
    "source": 128,
}
RECORDS = {
    "campus_id": "edu.campus",
    "user_id": "res.users",
    "campaign_id": "utm.campaign",
    "medium_id": "utm.medium",
    "source_id": "utm.source",
    "channel_partner_id": "res.partner",
}
CHOICES = ("learner_relation", "sales_form", "potential_level")
OTHERS = ("description", "program_ids", "learner_birthdate")
TEXT_MAX = 20_000
PHONE_DIGITS_MIN = 6
# No id of the database is larger; asking for one that is would be an error instead of "not offered".
ID_MAX = 2**31 - 1
# The lead takes these over as they were said.
COPIED = (
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
# The same enquiry within this time is a double click or a reloaded page, not a second wish.
REPEAT_SECONDS = 600


class EduEnquiry(models.AbstractModel):
    """What somebody asks on the website, on the phone or in a sheet, on its way to a lead (M3, M20).

    An enquiry is a dict and is not stored: it is cleaned, recognised when it is sent twice, its contact and its
    learner are found among those who are known, and it becomes a lead.
    """

    _name = "edu.enquiry"
    _description = "Enquiry"

    @api.model
    def _create_lead(self, values):
        """Turn one enquiry into a lead; see :meth:`_create_leads`.

        :return: ``crm.lead``, one record
        """
        return self._create_leads([values])

    @api.model
    def _create_leads(self, vals_list):
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
        Lead = self.env["crm.lead"]
        Lead.check_access("create")
        enquiries = [self._clean(values) for values in vals_list]
        self._check_records(enquiries)
        keys = [self._key(enquiry) for enquiry in enquiries]
        lead_by_key = self._find_repeated(keys)
        fresh = {key: enquiry for key, enquiry in zip(keys, enquiries, strict=True) if key not in lead_by_key}
        if fresh:
            contacts = self._get_or_create_contacts(list(fresh.values()))
            lead_values = self._prepare_leads(fresh)
            try:
                leads = Lead.create(lead_values)
            except psycopg2.errors.UniqueViolation as error:
                if error.diag.constraint_name != "crm_lead_enquiry_uniq":
                    raise
                # The other of two simultaneous clicks won. Odoo runs this one again, and it finds that lead.
                raise ConcurrencyError(self.env._("This enquiry is being received already."))
            for lead, values, contact in zip(leads, lead_values, contacts, strict=True):
                lead._set_contact(contact, kept=values)
            lead_by_key |= dict(zip(fresh, leads, strict=True))
        return Lead.concat(*(lead_by_key[key] for key in keys))

    # --- what was typed ---

    @api.model
    def _clean(self, values):
        """Check what somebody typed and bring it into shape.

        :param dict values: as for :meth:`_create_leads`; nothing of it is certain
        :return: dict with every key that an enquiry may have
        :raise ValidationError: with the way out
        """
        unknown = values.keys() - {*LINES, *RECORDS, *CHOICES, *OTHERS}
        if unknown:
            raise ValidationError(self.env._("An enquiry does not say “%s”.", ", ".join(sorted(unknown))))
        enquiry = {fname: self._clean_line(fname, values.get(fname)) for fname in LINES}
        enquiry["description"] = clean_text(values.get("description"))
        if len(enquiry["description"]) > TEXT_MAX:
            raise ValidationError(
                self.env._("The message has more than %s characters. Shorten it.", TEXT_MAX)
            )
        if not enquiry["contact_name"]:
            raise ValidationError(self.env._("Say your name, so that we know whom to ask for."))
        digits = sum(map(str.isdigit, enquiry["phone"]))
        if digits < PHONE_DIGITS_MIN and not email_normalize(enquiry["email_from"]):
            raise ValidationError(
                self.env._(
                    "Give a phone number or an e-mail address where %s can be reached.",
                    enquiry["contact_name"],
                )
            )
        return enquiry | self._clean_choices(values, enquiry["contact_name"])

    @api.model
    def _clean_line(self, fname, text):
        line, limit = clean_line(text), LINES[fname]
        if len(line) > limit:
            field = self.env["crm.lead"]._fields.get(fname)
            raise ValidationError(
                self.env._(
                    "%(field)s has more than %(limit)s characters. Shorten it.",
                    field=field._description_string(self.env) if field else fname,
                    limit=limit,
                )
            )
        return line

    @api.model
    def _clean_choices(self, values, contact_name):
        """What was chosen rather than written: records, a date, keys of selections."""
        choices = {}
        try:
            if isinstance(values.get("program_ids"), str):
                raise TypeError
            choices["learner_birthdate"] = fields.Date.to_date(values.get("learner_birthdate") or False)
            choices["program_ids"] = sorted({int(program) for program in (values.get("program_ids") or ())})
            for fname in RECORDS:
                choices[fname] = int(values.get(fname) or 0)
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(
                self.env._("The enquiry of %s cannot be read. Fill the form in again.", contact_name)
            )
        for fname in CHOICES:
            choices[fname] = values.get(fname) or False
            allowed = self.env["crm.lead"]._fields[fname].get_values(self.env)
            if choices[fname] and str(choices[fname]) not in allowed:
                raise ValidationError(
                    self.env._("“%s” is not among the choices. Choose again.", choices[fname])
                )
        return choices

    @api.model
    def _check_records(self, enquiries):
        """All records that the enquiries name exist and may be seen by the caller; one query per model.

        :raise ValidationError: one does not, or may not
        """
        wanted = {}
        for enquiry in enquiries:
            wanted.setdefault("edu.program", set()).update(enquiry["program_ids"])
            for fname, model in RECORDS.items():
                if enquiry[fname]:
                    wanted.setdefault(model, set()).add(enquiry[fname])
        for model, ids in wanted.items():
            Model = self.env[model]
            possible_ids = [record_id for record_id in ids if 0 < record_id <= ID_MAX]
            if len(Model.search([("id", "in", possible_ids)])) < len(ids):
                raise ValidationError(
                    self.env._("%s of the enquiry is not offered any more. Choose again.", Model._description)
                )

    # --- the same enquiry again ---

    @api.model
    def _key(self, enquiry):
        """The same text for the same words of the same person, asking the same company."""
        text = json.dumps(enquiry, sort_keys=True, default=str, ensure_ascii=False).casefold()
        return hashlib.sha256(f"{self.env.company.id}:{text}".encode()).hexdigest()

    @api.model
    def _stored_keys(self, key):
        """What ``crm.lead.enquiry_key`` holds for this key: in the running ten minutes, and in those before."""
        period = int(time.time()) // REPEAT_SECONDS
        return f"{key}:{period}", f"{key}:{period - 1}"

    @api.model
    def _find_repeated(self, keys):
        """The leads that these enquiries have become already, a few minutes ago.

        :return: dict key → ``crm.lead``, without the keys of new enquiries
        """
        key_by_stored = {stored: key for key in keys for stored in self._stored_keys(key)}
        # The lead may be in the care of a counsellor whose leads the caller does not see: only its id goes on.
        known_sudo = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            .search([("enquiry_key", "in", list(key_by_stored))])
        )
        return {
            key_by_stored[lead_sudo.enquiry_key]: self.env["crm.lead"].browse(lead_sudo.id)
            for lead_sudo in known_sudo
        }

    # --- who it is ---

    @api.model
    def _get_or_create_contacts(self, enquiries):
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
        position_by_identity, new_values, positions = {}, [], []
        for person, contact in zip(people, contacts, strict=True):
            if contact:
                positions.append(None)
                continue
            keys = Partner._edu_contact_keys(person)
            identities = [(kind, keys[kind]) for kind in ("phone", "email") if keys[kind]]
            position = next(
                (
                    position_by_identity[identity]
                    for identity in identities
                    if identity in position_by_identity
                ),
                len(new_values),
            )
            if position == len(new_values):
                new_values.append(
                    {"name": person["name"], "phone": person["phone"], "email": person["email"]}
                )
            position_by_identity.update(dict.fromkeys(identities, position))
            positions.append(position)
        stage = self.env["edu.lifecycle.stage"]._entered_on("enquiry")
        created = Partner.create(
            [{**values, "lifecycle_stage_id": stage.id, "user_id": False} for values in new_values]
        )
        return [contact or created[position] for contact, position in zip(contacts, positions, strict=True)]

    # --- the lead ---

    @api.model
    def _prepare_leads(self, enquiry_by_key):
        """The values of the leads of enquiries, all but the contact (see ``crm.lead._set_contact``).

        :param dict enquiry_by_key: key → enquiry
        """
        enquiries = list(enquiry_by_key.values())
        find_or_create = self.env["utm.mixin"]._find_or_create_record
        source_id_by_name = {
            name: find_or_create("utm.source", name).id
            for name in dict.fromkeys(enquiry["source"] for enquiry in enquiries)
            if name
        }
        programs = self.env["edu.program"].browse({id_ for one in enquiries for id_ in one["program_ids"]})
        name_by_program_id = {program.id: program.name for program in programs}
        # A visitor has no salesperson; a member of the staff keeps what they register.
        own_user_id = self.env.uid if not self.env.su and self.env.user._is_internal() else False
        default_campus = self.env["crm.lead"]._default_campus_id()
        students = self.env["edu.student"]._edu_find_student(
            [
                {
                    "name": enquiry["learner_name"] or enquiry["contact_name"],
                    "birthdate": enquiry["learner_birthdate"],
                }
                for enquiry in enquiries
            ]
        )
        vals_list = []
        for key, enquiry, student in zip(enquiry_by_key, enquiries, students, strict=True):
            wanted = ", ".join(name_by_program_id[program_id] for program_id in enquiry["program_ids"])
            who = enquiry["contact_name"]
            vals_list.append(
                {fname: enquiry[fname] or False for fname in COPIED}
                | {
                    "name": enquiry["name"] or (f"{who}: {wanted}"[: LINES["name"]] if wanted else who),
                    "student_id": student.id,
                    "program_ids": [Command.set(enquiry["program_ids"])],
                    "description": enquiry["description"] and plaintext2html(enquiry["description"]),
                    "source_id": enquiry["source_id"] or source_id_by_name.get(enquiry["source"]),
                    "user_id": enquiry["user_id"] or own_user_id,
                    "campus_id": enquiry["campus_id"] or default_campus.id,
                    "company_id": self.env.company.id,
                    "enquiry_key": self._stored_keys(key)[0],
                }
            )
        return vals_list
