from odoo import api, fields, models
from odoo.exceptions import UserError


class EduEnrollmentCancel(models.TransientModel):
    """Withdraws a student and asks what happens to the money (E17, E25)."""

    _name = "edu.enrollment.cancel"
    _inherit = ["edu.dialog.mixin"]
    _description = "Cancel an Enrolment"

    enrollment_id = fields.Many2one("edu.enrollment", string="Enrolment", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="enrollment_id.currency_id", related_sudo=False)
    hours_left = fields.Float(related="enrollment_id.hours_left", related_sudo=False)
    amount_deferred = fields.Monetary(
        related="enrollment_id.amount_deferred", related_sudo=False, string="Not Delivered"
    )
    amount_due = fields.Monetary(related="enrollment_id.amount_due", related_sudo=False)
    amount_available = fields.Monetary(
        related="enrollment_id.amount_refundable",
        related_sudo=False,
        string="Available",
        help="Collected minus delivered, and minus refunds to be paid.",
    )
    money = fields.Selection(
        [
            ("credit", "Keep it as the payer's credit"),
            ("refund", "Ask for a refund"),
            ("move", "Move it to another enrolment"),
        ],
        required=True,
        default="credit",
        help="What happens to money that was paid for hours not delivered.",
    )
    amount_refund = fields.Monetary(
        string="Refund",
        compute="_compute_amount_refund",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="At most what is available; the rest stays as credit.",
    )
    reason = fields.Char()

    @api.depends("enrollment_id", "money")
    def _compute_amount_refund(self):
        for wizard in self:
            wizard.amount_refund = wizard.amount_available if wizard.money == "refund" else 0.0

    def action_apply(self):
        """Cancel the enrolment and do with the money what was chosen (E15, E16, E17, E25).

        :return: action: close, the refund that was asked for, or the dialog that moves the money
        :raise UserError: a completed enrolment, or a refund of more than is available; nothing is written then
        """
        self.ensure_one()
        self.check_access("write")
        enrollment = self.enrollment_id
        if self.money == "move":
            action = enrollment.action_transfer()
            return action | {
                "context": {
                    **action["context"],
                    "default_target": "enrollment",
                    "default_reason": self.reason,
                }
            }
        enrollment.check_access("write")
        enrollment._lock()
        was_cancelled = enrollment.state == "cancelled"
        enrollment.action_cancel(self.reason)
        if self.money == "refund" and not was_cancelled:
            return self._ask_refund()
        return {"type": "ir.actions.act_window_close"}

    def _ask_refund(self):
        """Create the refund as a draft; cancelling a draft with a deposit has created one already.

        :return: action that opens the refund, or closes the dialog when there is nothing to give back
        :raise UserError: no amount was typed
        """
        enrollment = self.enrollment_id
        refund = enrollment.refund_ids.filtered(lambda refund: refund.state == "draft")
        if not refund and enrollment.currency_id.compare_amounts(enrollment.amount_refundable, 0) > 0:
            if enrollment.currency_id.compare_amounts(self.amount_refund, 0) <= 0:
                raise UserError(
                    self.env._("Type how much goes back, or keep the money as the payer's credit.")
                )
            refund = self.env["edu.refund"].create(
                {
                    "enrollment_id": enrollment.id,
                    "amount": self.amount_refund,
                    "reason": self.reason or self.env._("Enrolment cancelled"),
                }
            )
        if not refund:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.refund",
            "res_id": refund[:1].id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
