"""What the waiting list (E23) adds to enrolments."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .edu_waitlist import ACTIVE_STATES


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"

    class_is_full = fields.Boolean(related="class_id.is_full")
    waitlist_ids = fields.One2many("edu.waitlist", "enrollment_id", string="Waiting List Entries")

    @api.model_create_multi
    def create(self, vals_list):
        enrollments = super().create(vals_list)
        waiting = enrollments.filtered(lambda enrollment: enrollment.state == "waiting")
        if waiting:
            waiting._follow_on_waitlist()
        return enrollments

    def write(self, vals):
        if "student_id" in vals:
            self._check_not_in_line(vals["student_id"])
        if {"state", "class_id"}.isdisjoint(vals):
            return super().write(vals)
        courses = self.class_id
        result = super().write(vals)
        self._follow_on_waitlist()
        # The write was allowed; a seat that it set free is offered whoever caused it.
        courses_sudo = (courses | self.class_id).sudo()
        # Whoever hands a seat over to somebody offers it afterwards (E17).
        if not self.env.context.get("edu_hold_seats"):
            courses_sudo._offer_free_seats()
        return result

    def _check_not_in_line(self, student_id):
        """A place in line is its student's (E23)."""
        for enrollment in self:
            if enrollment.state == "waiting" and enrollment.student_id.id != student_id:
                raise UserError(
                    self.env._(
                        "%(enrollment)s waits for a seat in the name of %(student)s."
                        " Leave the waiting list, and make an enrolment for the other student.",
                        enrollment=enrollment.display_name,
                        student=enrollment.student_id.display_name,
                    )
                )

    def action_join_waitlist(self):
        """Queue for the class, which is full (E23). Those who wait already are passed over.

        :raise UserError: no class is chosen, or it has a seat left
        """
        self.check_access("write")
        self._lock()
        todo = self.filtered(lambda enrollment: enrollment.state != "waiting")
        for enrollment in todo:
            if not enrollment.class_id:
                raise UserError(
                    self.env._("%s: choose the class whose list is to be joined.", enrollment.display_name)
                )
            if not enrollment.class_id.is_full:
                raise UserError(
                    self.env._(
                        "%(enrollment)s: class %(class)s has a seat left. Confirm the enrolment instead.",
                        enrollment=enrollment.display_name,
                        **{"class": enrollment.class_id.display_name},
                    )
                )
        todo.sudo().write({"state": "waiting"})
        return True

    def _follow_on_waitlist(self):
        """Keep the rule: an enrolment waits exactly as long as it has an entry that is waiting or offered."""
        Waitlist_sudo = self.env["edu.waitlist"].sudo()
        waiting_sudo = self.sudo().filtered(lambda enrollment: enrollment.state == "waiting")
        entries_sudo = Waitlist_sudo.search(
            [("enrollment_id", "in", self.ids), ("state", "in", ACTIVE_STATES)]
        )
        entries_sudo._follow_enrollments()
        queued_sudo = entries_sudo.filtered(lambda entry: entry.state in ACTIVE_STATES).enrollment_id
        new_sudo = waiting_sudo - queued_sudo
        homeless_sudo = new_sudo.filtered(lambda enrollment: not enrollment.class_id)
        if homeless_sudo:
            homeless_sudo.write({"state": "draft"})
        if new_sudo - homeless_sudo:
            Waitlist_sudo.create(
                [
                    {
                        "class_id": enrollment_sudo.class_id.id,
                        "student_id": enrollment_sudo.student_id.id,
                        "enrollment_id": enrollment_sudo.id,
                    }
                    for enrollment_sudo in new_sudo - homeless_sudo
                ]
            )
