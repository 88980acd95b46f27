from odoo import api, fields, models

from ..tools import weekly


class EduTimetableSlot(models.Model):
    _name = "edu.timetable.slot"
    _description = "Weekly Lesson"
    _inherit = ["edu.base.mixin"]
    _order = "class_id, weekday, hour_from"

    class_id = fields.Many2one("edu.class", required=True, index=True, ondelete="cascade")
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        required=True,
        default="0",
    )
    hour_from = fields.Float(string="From", digits=(4, 2), required=True, default=18.0)
    hour_to = fields.Float(string="To", digits=(4, 2), required=True, default=19.5)
    teacher_id = fields.Many2one(
        "edu.teacher", index="btree_not_null", ondelete="restrict", help="Empty: the teacher of the class."
    )
    room_id = fields.Many2one(
        "edu.room", index="btree_not_null", ondelete="restrict", help="Empty: the room of the class."
    )
    subject_id = fields.Many2one("edu.subject", index="btree_not_null", ondelete="restrict")

    _hours_ordered = models.Constraint(
        "CHECK (0 <= hour_from AND hour_from < hour_to AND hour_to <= 24)",
        "A lesson begins before it ends, on one day between 0:00 and 24:00.",
    )
    # Weeks repeat: the hours since Monday 0:00 say where in the week a lesson lies.
    _class_free = models.Constraint(
        "EXCLUDE USING gist (int4range(class_id, class_id, '[]') WITH &&,"
        " numrange(weekday::int * 24 + hour_from, weekday::int * 24 + hour_to, '[)') WITH &&)",
        "Two weekly lessons of one class overlap. Move one of them.",
    )

    @api.depends("weekday", "hour_from", "hour_to")
    def _compute_display_name(self):
        labels = dict(self._fields["weekday"]._description_selection(self.env))
        for slot in self:
            hours = (
                f"{divmod(round(hour * 60), 60)[0]:02}:{round(hour * 60) % 60:02}"
                for hour in (slot.hour_from, slot.hour_to)
            )
            slot.display_name = f"{labels.get(slot.weekday, '')} {'–'.join(hours)}"

    def _room(self):
        """The room of the lesson: its own, or else that of the class."""
        return self.room_id or self.class_id.room_id

    def _as_pattern(self):
        """The slots as plain values for :mod:`..tools.weekly`; the key of a line is its slot."""
        return [weekly.Weekly(int(slot.weekday), slot.hour_from, slot.hour_to, slot) for slot in self]
