from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse, get_lang


class EduClass(models.Model):
    _name = "edu.class"
    _inherit = ["edu.class", "edu.portal.fields.mixin"]

    _portal_fields = {
        "name",
        "code",
        "program_id",
        "campus_id",
        "teacher_id",
        "room_id",
        "date_start",
        "date_end",
        "state",
        "session_count",
        "hours",
        "timetable_text",
    }

    timetable_text = fields.Char(
        compute="_compute_timetable_text",
        # Visitors and students read this text, and cannot read the slots.
        compute_sudo=True,
        help="The weekly pattern in words, in the time of the campus.",
    )

    @api.depends("slot_ids.weekday", "slot_ids.hour_from", "slot_ids.hour_to")
    @api.depends_context("lang")
    def _compute_timetable_text(self):
        days = get_day_names("abbreviated", locale=babel_locale_parse(get_lang(self.env).code))
        for class_ in self:
            by_hours = {}
            for slot in class_.slot_ids.sorted(lambda slot: (slot.weekday, slot.hour_from)):
                by_hours.setdefault((slot.hour_from, slot.hour_to), []).append(days[int(slot.weekday)])
            class_.timetable_text = "; ".join(
                f"{', '.join(dict.fromkeys(names))} {self._format_hour(since)}–{self._format_hour(until)}"
                for (since, until), names in by_hours.items()
            )

    @api.model
    def _format_hour(self, hour):
        return "{:02d}:{:02d}".format(*divmod(round(hour * 60), 60))

    @api.model
    def _website_domain(self, programs):
        """Classes of published programs that a visitor can join (W1)."""
        website = self.env["website"].get_current_website()
        return (
            Domain("program_id", "in", programs.ids)
            & Domain("state", "=", "open")
            & Domain("company_id", "=", website.company_id.id)
        )
