from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.dates import share_of_days
from .edu_enrollment import SEAT_STATES


class EduClass(models.Model):
    _inherit = "edu.class"

    enrollment_ids = fields.One2many("edu.enrollment", "class_id", string="Enrolments")
    # Derived from the enrolments and stored in the column that the constraint of edu_catalog holds: a sale
    # writes this row, so that two sales at once cannot both count the same last seat as free (E24).
    seats_taken = fields.Integer(compute="_compute_seats_taken", store=True)

    @api.depends("enrollment_ids.state", "enrollment_ids.class_id")
    def _compute_seats_taken(self):
        counts = dict(
            self.env["edu.enrollment"]._read_group(
                [("class_id", "in", self.ids), ("state", "in", SEAT_STATES)], ["class_id"], ["__count"]
            )
        )
        for record in self:
            record.seats_taken = counts.get(record._origin, 0)

    @api.constrains("program_id", "campus_id")
    def _check_enrollments_fit(self):
        """Who is in the class bought its program, at its campus: it cannot become another one under them (E2)."""
        self.sudo().enrollment_ids.filtered(
            lambda enrollment: enrollment.state != "cancelled"
        )._check_class_id()

    def write(self, vals):
        if vals.get("state") == "cancelled":
            self._check_no_students()
        return super().write(vals)

    def _check_no_students(self):
        """What happens to the students, and to their money, is not decided by the way (C5, E25).

        :raise UserError: there are students in a class that is about to be cancelled
        """
        counts = (
            self.env["edu.enrollment"]
            .sudo()
            ._read_group(
                [("class_id", "in", self.ids), ("state", "in", ("confirmed", "suspended"))],
                ["class_id"],
                ["__count"],
            )
        )
        for course_sudo, count in counts:
            raise UserError(
                self.env._(
                    "%(class)s cannot be cancelled: it has %(count)s students. Transfer them to another class,"
                    " or remove them on the roster, first.",
                    count=count,
                    **{"class": course_sudo.display_name},
                )
            )

    def _check_seats(self):
        """Say in words what the database is about to refuse (E24).

        :raise UserError: a class has more students than seats
        """
        for record in self:
            if record.seats_limited and record.seats_taken > record.capacity:
                raise UserError(
                    self.env._(
                        "%(class)s is full: all of its %(seats)s seats are taken."
                        " Choose another class, or join the waiting list.",
                        seats=record.capacity,
                        **{"class": record.display_name},
                    )
                )

    def _share_given(self):
        """How much of each class is over by today, in days: of who joins mid-course so much is left out (E17).

        :return: dict class id → share, 0 (not begun) to 1 (over); classes without both dates are not begun
        """
        today = fields.Date.context_today(self)
        return {record.id: share_of_days(record.date_start, record.date_end, today) for record in self}

    def action_view_enrollments(self):
        """Open the enrolments of the class."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        return action | {
            "domain": [("class_id", "=", self.id)],
            "context": {"default_class_id": self.id, "default_campus_id": self.campus_id.id},
        }
