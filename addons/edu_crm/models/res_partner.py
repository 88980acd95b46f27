from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools import name_key


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Every enquiry is looked up by these two (M20).
    phone_sanitized = fields.Char(index="btree_not_null")
    email_normalized = fields.Char(index="btree_not_null")
    lifecycle_stage_id = fields.Many2one(
        "edu.lifecycle.stage",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        group_expand="_group_expand_lifecycle_stage_id",
    )
    occupation_id = fields.Many2one("edu.occupation", index="btree_not_null", ondelete="restrict")
    school_id = fields.Many2one("edu.school", index="btree_not_null", ondelete="restrict")

    @api.model
    def _group_expand_lifecycle_stage_id(self, stages, domain):
        """Every stage without sub-stages is a column, in the order of the tree."""
        return (stages.search([("child_ids", "=", False)]) | stages).sorted("position")

    @api.model
    def _edu_find_contact(self, people):
        """The contacts that these people are already, whichever way they write their number or name (M20).

        Looked for by normalised phone, normalised e-mail, and name + birthday of a student. Of several
        contacts the one with most in common wins: a family may share one phone. All companies' shared
        contacts and those of the current company count. A fixed number of queries for any number of people.

        :param list people: dicts with any of ``name``, ``phone``, ``email``, ``birthdate`` (date)
        :return: list of ``res.partner``, one for each of ``people``, empty where nobody is known
        :raise AccessError: the user may not read contacts
        """
        self.check_access("read")
        keys = [self._edu_contact_keys(person) for person in people]
        phones = [key["phone"] for key in keys if key["phone"]]
        emails = [key["email"] for key in keys if key["email"]]
        births = {key["birthdate"] for key in keys if key["birthdate"] and key["name"]}
        company_domain = Domain("company_id", "in", (False, self.env.company.id))
        # To recognise somebody is not to see their data: the caller gets records of the caller's own rights.
        partners_sudo = self.sudo().search(
            company_domain
            & (Domain("phone_sanitized", "in", phones) | Domain("email_normalized", "in", emails)),
            order="id",
        )
        students_sudo = (
            self.env["edu.student"]
            .sudo()
            .search(
                Domain("birthdate", "in", list(births))
                & Domain("partner_id.company_id", "in", (False, self.env.company.id)),
                order="id",
            )
        )
        by_phone = partners_sudo.grouped("phone_sanitized")
        by_email = partners_sudo.grouped("email_normalized")
        by_birth = students_sudo.grouped(lambda student: (name_key(student.name), student.birthdate))
        nobody_sudo = self.sudo().browse()
        found = []
        for key in keys:
            phone_sudo = by_phone.get(key["phone"] or None, nobody_sudo)
            email_sudo = by_email.get(key["email"] or None, nobody_sudo)
            student_sudo = by_birth.get((key["name"], key["birthdate"]))
            birth_sudo = student_sudo.partner_id if student_sudo else nobody_sudo
            candidates_sudo = (phone_sudo | email_sudo | birth_sudo).sorted("id")
            best_sudo = max(
                candidates_sudo,
                key=lambda partner: (
                    (partner in phone_sudo) + (partner in email_sudo) + (partner in birth_sudo),
                    name_key(partner.name) == key["name"],
                    partner in phone_sudo,
                    not partner.is_company,
                ),
                default=nobody_sudo,
            )
            found.append(self.browse(best_sudo.id))
        return found

    @api.model
    def _edu_contact_keys(self, person):
        """What a person is recognised by; a national phone number is read in the company's country."""
        phone = person.get("phone")
        return {
            "phone": self._phone_format(number=phone, country=self.env.company.country_id)
            if phone
            else False,
            "email": email_normalize(person.get("email") or "", strict=False) or False,
            "name": name_key(person.get("name")),
            "birthdate": fields.Date.to_date(person.get("birthdate") or False),
        }
