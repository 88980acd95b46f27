from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, consteq
from odoo.tools.misc import hmac


class EduStudent(models.Model):
    _name = "edu.student"
    _inherit = ["edu.student", "edu.portal.fields.mixin"]

    _portal_fields = {
        "partner_id",
        "name",
        "email",
        "phone",
        "image_1920",
        "image_1024",
        "image_512",
        "image_256",
        "image_128",
        "avatar_1920",
        "avatar_1024",
        "avatar_512",
        "avatar_256",
        "avatar_128",
        "student_number",
        "birthdate",
        "age",
        "state",
        "campus_id",
        "student_company_id",
        "enrollment_count",
        "hours_left",
        "currency_id",
        "amount_due",
    }

    @api.model
    def _portal_domain(self, partner):
        """Whom a person looks after on the portal: themselves, and the students whose guardian they are with
        *May Log In* ticked (W5). ``security/edu_portal_rules.xml`` says the same for the API.

        :param partner: ``res.partner`` of the person
        """
        return Domain("partner_id", "=", partner.id) | Domain(
            "guardian_ids", "any", [("partner_id", "=", partner.id), ("portal_access", "=", True)]
        )

    @api.model
    def _portal_students_sudo(self, user):
        """The students whom a user looks after on the portal; oneself first, then by birthday.

        :return: ``edu.student`` with sudo: the check that all pages rely on; what belongs to these students may be
            shown to this user
        """
        students_sudo = self.sudo().search(self._portal_domain(user.partner_id))
        today = fields.Date.context_today(self)
        return students_sudo.sorted(
            lambda student: (student.partner_id != user.partner_id, student.birthdate or today, student.id)
        )

    def _first_of_each(self, model, domain, order, limit):
        """The first records of each student, in one query for all students. With the rights of ``self``.

        :param str model: a model with a stored ``student_id``
        :param domain: which of its records count
        :param str order: columns of the model, in SQL; never from a request
        :param int limit: how many for each student
        :return: records of one student after the other, each in that order
        """
        Model = self.env[model]
        if not self:
            return Model.browse()
        query = Model._search(Domain("student_id", "in", self.ids) & Domain(domain))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                FROM (
                    SELECT id, student_id,
                           row_number() OVER (PARTITION BY student_id ORDER BY %(order)s) AS place
                    FROM %(table)s
                    WHERE id IN %(ids)s
                ) AS ranked
                WHERE place <= %(limit)s
                ORDER BY student_id, place
                """,
                order=SQL(order),
                table=SQL.identifier(Model._table),
                ids=query.subselect(),
                limit=limit,
            )
        )
        return Model.browse(row[0] for row in rows)

    # --- calendar feed (W3) ---

    def _calendar_token(self, partner):
        """The secret part of the address under which ``partner`` reads the student's calendar.

        It is computed, not stored; ``_calendar_student_sudo`` also asks whether the person still may.

        :param partner: ``res.partner``
        """
        self.ensure_one()
        return hmac(self.env(su=True), "edu_portal.calendar", (self.id, partner.id))

    def _calendar_url(self, partner):
        """The address of the student's calendar for ``partner``, to subscribe to in any calendar program."""
        return f"/my/learning/calendar/{self.id}-{partner.id}-{self._calendar_token(partner)}.ics"

    @api.model
    def _calendar_student_sudo(self, student_id, partner_id, token):
        """The student whose calendar an address stands for.

        :return: ``edu.student`` with sudo, empty when the address is not, or no longer, right
        """
        student_sudo = self.sudo().browse(student_id)
        partner_sudo = self.env["res.partner"].sudo().browse(partner_id)
        if not consteq(student_sudo._calendar_token(partner_sudo), token):
            return student_sudo.browse()
        return student_sudo.search(Domain("id", "=", student_id) & self._portal_domain(partner_sudo))

    def action_invite_to_portal(self):
        """Open Odoo's window that sends the students their portal invitation (W3).

        :return: action of the window
        :raise AccessError: the user may not read the students or invite
        """
        return self.partner_id._edu_action_invite_to_portal()
