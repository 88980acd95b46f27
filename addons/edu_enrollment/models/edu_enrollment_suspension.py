from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class EduEnrollment(models.Model):
    """A course that is interrupted from a day to a day, and goes on by itself (E17)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    suspend_from = fields.Date(
        readonly=True,
        copy=False,
        help="First day of the suspension: of the next, the present or the last one.",
    )
    suspend_to = fields.Date(
        readonly=True, copy=False, help="Last day of the suspension. Empty: until somebody resumes it."
    )
    is_suspension_open = fields.Boolean(
        compute="_compute_is_suspension_open", help="Suspended, now or on days to come."
    )

    _suspension_ordered = models.Constraint(
        "CHECK (suspend_to IS NULL OR suspend_from <= suspend_to)",
        "A suspension ends after it began. Correct its dates.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("state", "suspend_from", "suspend_to")
    @api.depends_context("tz")
    def _compute_is_suspension_open(self):
        today = fields.Date.context_today(self)
        for enrollment in self:
            ahead = enrollment.suspend_from and not (enrollment.suspend_to and enrollment.suspend_to < today)
            enrollment.is_suspension_open = enrollment.state == "suspended" or (
                enrollment.state == "confirmed" and ahead
            )

    # ------------------------------------------------------------------ actions
    def action_suspend(self, date_from=None, date_to=None, reason=None):
        """Interrupt the course; the seat is kept (E17). A suspension that lies ahead begins by itself.

        :param date_from: first day, ``date`` or ISO string, local; none: today
        :param date_to: last day; none: until somebody resumes
        :param str reason: for the records
        :raise UserError: not confirmed, or dates in the wrong order or past
        """
        self.check_access("write")
        self._lock()
        today = fields.Date.context_today(self)
        date_from, date_to = fields.Date.to_date(date_from) or today, fields.Date.to_date(date_to)
        if date_to and (date_to < date_from or date_to < today):
            raise UserError(
                self.env._(
                    "The last day of a suspension is neither past nor before its first. Correct the dates."
                )
            )
        todo = self.filtered(lambda enrollment: enrollment.state != "suspended")
        todo._check_workflow("suspended")
        # The rights were checked above; the dates are not typed but come from here.
        todo.sudo().write(
            {
                "suspend_from": date_from,
                "suspend_to": date_to,
                **({"state": "suspended"} if date_from <= today else {}),
            }
        )
        todo._log_change("suspend", date_from=date_from, date_to=date_to, reason=reason)
        return True

    def action_resume(self):
        """Go on after an interruption, or call one off that lies ahead (E17).

        :raise UserError: not suspended
        """
        self.check_access("write")
        self._lock()
        today = fields.Date.context_today(self)
        for enrollment in self:
            if not enrollment.is_suspension_open:
                raise UserError(self.env._("%s is not suspended.", enrollment.display_name))
        for date_from, enrollments in self.grouped("suspend_from").items():
            enrollments._log_change("resume", date_from=date_from, date_to=today)
        # The rights were checked above. Days that were missed stay missed.
        past_sudo = self.sudo().filtered(
            lambda enrollment: enrollment.suspend_from and enrollment.suspend_from < today
        )
        past_sudo.write({"state": "confirmed", "suspend_to": today - timedelta(days=1)})
        (self.sudo() - past_sudo).write({"state": "confirmed", "suspend_from": False, "suspend_to": False})
        return True

    def action_open_suspend(self):
        """Open the dialog that asks from when to when (E17)."""
        return self._open_dialog("edu.enrollment.suspend", self.env._("Suspend"))

    # ------------------------------------------------------------------ cron
    @api.model
    def _cron_suspensions(self):
        """Begin and end suspensions on their days, which are those of each campus (E17)."""
        planned = [("state", "in", ("confirmed", "suspended")), ("suspend_from", "!=", False)]
        for [campus] in self._read_group(planned, ["campus_id"]):
            self.with_context(tz=campus.tz)._follow_suspensions(campus)

    def _follow_suspensions(self, campus):
        """Begin and end the suspensions of a campus, whose time zone is that of the context (E17)."""
        today = fields.Date.context_today(self)
        here = ("campus_id", "=", campus.id)
        over = self.search([here, ("state", "=", "suspended"), ("suspend_to", "<", today)])
        if over:
            over._resume_or_ask()
        due = self.search(
            [
                here,
                ("state", "=", "confirmed"),
                ("suspend_from", "<=", today),
                "|",
                ("suspend_to", "=", False),
                ("suspend_to", ">=", today),
            ]
        )
        due.write({"state": "suspended"})

    def _resume_or_ask(self):
        """All at once; where somebody cannot go on as planned, the person in charge is asked, the others go on."""
        try:
            with self.env.cr.savepoint():
                self.action_resume()
        except UserError as error:
            if len(self) > 1:
                for enrollment in self:
                    enrollment._resume_or_ask()
                return
            todo = self.env.ref("mail.mail_activity_data_todo")
            summary = self.env._("The suspension is over, and the course cannot go on")
            if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
                self.activity_schedule(
                    activity_type_id=todo.id, summary=summary, note=str(error), user_id=self.user_id.id
                )
