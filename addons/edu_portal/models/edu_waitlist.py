from odoo import fields, models
from odoo.fields import Domain

# So long after its end people are told that an offer is over.
OVER_DAYS = 7


class EduWaitlist(models.Model):
    _inherit = "edu.waitlist"

    def _offer_url(self):
        """The page where the offer is answered, whoever of the family opens it (E23)."""
        self.ensure_one()
        return f"{self.get_base_url()}/my/learning/offer/{self.id}"

    def _portal_state(self):
        """The state as people outside see it: an offer is over by its clock, not by ours.

        :return: a state of the entry; ``call`` for an offered seat that only the staff can give, because it is
            not known what is bought
        """
        self.ensure_one()
        if self.state != "offered":
            return self.state
        if self.offer_expires <= fields.Datetime.now():
            return "expired"
        return "offered" if self.enrollment_id else "call"

    def _portal_entries_sudo(self, students_sudo):
        """What there is to say about waiting lists to those who look after these students.

        Of each student and class the newest entry, as long as it waits, or its offer stands or was over lately.

        :param students_sudo: ``edu.student`` with sudo
        :return: ``edu.waitlist`` with sudo, offers first
        """
        entries_sudo = students_sudo.env[self._name].search(
            Domain("student_id", "in", students_sudo.ids), order="id desc"
        )
        newest = {}
        for entry in entries_sudo:
            newest.setdefault((entry.student_id, entry.class_id), entry)
        since = fields.Datetime.subtract(fields.Datetime.now(), days=OVER_DAYS)
        shown = entries_sudo.browse().concat(
            *(
                entry
                for entry in newest.values()
                if entry.state in ("waiting", "offered")
                or (
                    entry.state == "expired"
                    and entry.offer_expires >= since
                    and entry.enrollment_id.state in (False, "draft")
                )
            )
        )
        return shown.sorted(lambda entry: (entry.state != "offered", -entry.id)).with_prefetch(shown.ids)
