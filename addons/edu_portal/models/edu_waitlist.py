from odoo import fields, models
from odoo.fields import Domain

# For so many days after its end an offer is shown as over.
SHOW_EXPIRED_DAYS = 7


class EduWaitlist(models.Model):
    _name = "edu.waitlist"
    _inherit = ["edu.waitlist", "edu.portal.page.mixin"]

    _portal_page = "offer"

    def _offer_url(self):
        """The address of the page where the offer is read, and answered by who pays (E23)."""
        self.ensure_one()
        return f"{self.get_base_url()}{self.access_url}"

    def _portal_state(self):
        """The state as it is shown outside: an offer is over at its moment, not when the next cron runs.

        :return: str, a state of the entry; ``call`` for an offered seat without a package, which only the staff
            can give
        """
        self.ensure_one()
        if self.state != "offered":
            return self.state
        if self.offer_expires <= fields.Datetime.now():
            return "expired"
        return "offered" if self.enrollment_id else "call"

    def _portal_entries_sudo(self, students_sudo):
        """The waiting list entries that are shown to those who look after these students.

        Of each student and class the newest entry, while it waits, is offered, or ended some days ago unanswered.

        :param students_sudo: ``edu.student`` with sudo
        :return: ``edu.waitlist`` with sudo, offers first
        """
        entries_sudo = students_sudo.env[self._name].search(
            Domain("student_id", "in", students_sudo.ids), order="id desc"
        )
        newest = {}
        for entry in entries_sudo:
            newest.setdefault((entry.student_id, entry.class_id), entry)
        since = fields.Datetime.subtract(fields.Datetime.now(), days=SHOW_EXPIRED_DAYS)
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
