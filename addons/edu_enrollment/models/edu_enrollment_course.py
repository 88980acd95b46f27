from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_round

from ..tools.money import prorated
from .edu_enrollment import COMMERCIAL_FIELDS

COMMERCIAL_FIELDS.update({"is_prorated"})


class EduEnrollment(models.Model):
    """The course of a sold enrolment: joined late, withdrawn, renewed, lapsed, and each of it counted (E17, E18)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    change_ids = fields.One2many("edu.enrollment.change", "enrollment_id", string="Changes")
    is_prorated = fields.Boolean(
        string="Pro Rata Price",
        copy=False,
        help="The price follows the hours: who joins mid-course pays for what is still to come.",
    )
    renewed_from_id = fields.Many2one("edu.enrollment", readonly=True, copy=False, index="btree_not_null")
    renewal_ids = fields.One2many("edu.enrollment", "renewed_from_id", string="Renewals")
    hours_given = fields.Float(
        digits=(8, 2),
        compute="_compute_hours_given",
        compute_sudo=True,
        string="Hours Given Already",
        help="So many of the package's hours the class has given by today.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("is_prorated", "hours_planned")
    def _compute_price(self):
        result = super()._compute_price()
        for enrollment in self:
            hours = enrollment.package_id.hours
            if enrollment.is_prorated and hours and enrollment.state in ("draft", "waiting"):
                enrollment.price = prorated(
                    enrollment.price, enrollment.hours_planned, hours, enrollment.currency_id.rounding
                )
        return result

    @api.depends("class_id", "package_id", "state")
    def _compute_hours_given(self):
        shares = self.class_id._share_given()
        for enrollment in self:
            is_open = enrollment.state in ("draft", "waiting")
            share = shares.get(enrollment.class_id.id, 0.0) if is_open else 0.0
            enrollment.hours_given = enrollment.package_id.hours * share

    # ------------------------------------------------------------------ checks
    def _check_can_confirm(self):
        """Only what the class has given already may be left out, and more than the package has is not sold (E17)."""
        result = super()._check_can_confirm()
        if self.env.su or self.env.user.has_group("edu_catalog.group_edu_manager"):
            return result
        for enrollment in self.filtered(lambda enrollment: not enrollment.is_taken_over):
            most = enrollment.package_id.hours
            least = most - enrollment.hours_given if enrollment.is_prorated else 0.0
            if not float_round(least, 2) <= float_round(enrollment.hours_planned, 2) <= float_round(most, 2):
                raise UserError(
                    self.env._(
                        "%(enrollment)s: from %(least)s to %(most)s hours of the package can be sold, not %(hours)s."
                        " Correct the hours, or ask a campus manager to confirm.",
                        enrollment=enrollment.display_name,
                        least=f"{max(least, 0.0):g}",
                        most=f"{most:g}",
                        hours=f"{enrollment.hours_planned:g}",
                    )
                )
        return result

    # ------------------------------------------------------------------ actions
    def action_confirm(self):
        """Confirm; late starters and renewals are counted (E17)."""
        todo = self.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))
        result = super().action_confirm()
        for enrollment in todo:
            missed = enrollment.package_id.hours - enrollment.hours_planned
            if enrollment.is_prorated and missed > 0:
                enrollment._log_change("late", hours=missed, target_class_id=enrollment.class_id.id)
            if enrollment.renewed_from_id:
                enrollment.renewed_from_id._log_change("renew", target_enrollment_id=enrollment.id)
        return result

    def action_cancel(self, reason=None):
        """Cancel; who has begun withdraws, and is counted (E17)."""
        sold = {
            enrollment: (enrollment.hours_left, enrollment.class_id.id)
            for enrollment in self
            if enrollment.state in ("confirmed", "suspended")
        }
        result = super().action_cancel(reason)
        # Who may cancel may have it counted.
        self.env["edu.enrollment.change"].sudo().create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": "withdraw",
                    "hours": hours,
                    "class_id": class_id,
                    "reason": reason,
                }
                for enrollment, (hours, class_id) in sold.items()
            ]
        )
        return result

    def action_complete(self):
        """The course is over; what was sold without hours is earned by then (E19)."""
        result = super().action_complete()
        self.sudo().filtered(lambda enrollment: not enrollment.hours_total)._expire()
        return result

    def action_withdraw(self):
        """Open the dialog that cancels and asks what happens to the money (E17, E25)."""
        return self._open_dialog("edu.enrollment.cancel", self.env._("Cancel Enrolment"))

    def action_join_late(self):
        """Sell only what the class has still to give: hours and price pro rata (E17).

        :raise UserError: confirmed already, no class, or the class has not begun
        """
        self.check_access("write")
        for enrollment in self:
            enrollment._check_not_locked({"hours_planned"})
            if not enrollment.hours_given:
                raise UserError(
                    self.env._(
                        "%s: its class has given no hours yet, so there is nothing to leave out.",
                        enrollment.display_name,
                    )
                )
            enrollment.write(
                {
                    "is_prorated": True,
                    "hours_planned": max(enrollment.package_id.hours - enrollment.hours_given, 0.0),
                }
            )
        return True

    def action_renew(self):
        """Prepare the next enrolment of the same kind, or open the one that is prepared (E17).

        :return: action that shows it, to be checked and confirmed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_not_draft()
        self._lock()
        renewal = self.renewal_ids.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))[:1]
        if not renewal:
            today = fields.Date.context_today(self)
            renewal = self.create(
                {
                    "student_id": self.student_id.id,
                    "partner_id": self.partner_id.id,
                    "package_id": self.package_id.id,
                    "campus_id": self.campus_id.id,
                    "user_id": self.user_id.id,
                    "user_approaching_id": self.user_approaching_id.id,
                    "date_expected": max(self.class_id.date_end or today, today) + timedelta(days=1),
                }
            )
            renewal_sudo = renewal.sudo()
            renewal_sudo.renewed_from_id = self
        return renewal._open_form()

    def action_expire_hours(self):
        """Let the hours of completed enrolments lapse; what was paid for them is earned (E18, E19).

        :raise AccessError: the user manages no campus
        :raise UserError: an enrolment is not completed
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_manager"):
            raise AccessError(self.env._("Only a campus manager may let hours lapse. Ask yours."))
        self._lock()
        for enrollment in self:
            if enrollment.state != "completed":
                raise UserError(
                    self.env._(
                        "%s is not completed: its hours can still be given. Complete it first.",
                        enrollment.display_name,
                    )
                )
        self.sudo()._expire()
        return True

    # ------------------------------------------------------------------ business
    def _open_dialog(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_enrollment_id": self.id},
        }

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_not_draft(self):
        for enrollment in self:
            if enrollment.state in ("draft", "waiting"):
                raise UserError(
                    self.env._("%s is not confirmed yet: change it as it is.", enrollment.display_name)
                )

    def _log_change(self, kind, **values):
        """Count a change; the caller has checked that the user may make it."""
        change_sudo = self.env["edu.enrollment.change"].sudo()
        return change_sudo.create(
            [{"enrollment_id": enrollment.id, "kind": kind, **values} for enrollment in self]
        )

    def _expire(self):
        """Write off whatever hours, or money without hours, are left (E18)."""
        entries, changes = [], []
        for enrollment in self:
            hours, amount = max(enrollment.hours_left, 0.0), max(enrollment.amount_deferred, 0.0)
            if not hours and enrollment.currency_id.is_zero(amount):
                continue
            entries.append(
                {
                    "enrollment_id": enrollment.id,
                    "kind": "expiry",
                    "hours": -hours,
                    "amount": -amount,
                    "origin": f"edu.enrollment,{enrollment.id}",
                }
            )
            changes.append(
                {"enrollment_id": enrollment.id, "kind": "expire", "hours": hours, "amount": amount}
            )
        self.env["edu.enrollment.change"].create(changes)
        return self.env["edu.ledger.entry"].create(entries)
