from odoo import api, fields, models
from odoo.tools.float_utils import float_round


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    refund_ids = fields.One2many("edu.refund", "enrollment_id", string="Refunds")
    # Changes with every approval and payment, so that two at once collide on the enrolment's row.
    amount_refund_approved = fields.Monetary(
        compute="_compute_amount_refund_approved",
        store=True,
        string="Refunds to Be Paid",
        help="Approved refunds that are not paid yet.",
    )
    amount_refundable = fields.Monetary(
        compute="_compute_amount_refundable",
        string="Refundable",
        help="Collected minus delivered, and minus refunds to be paid.",
    )

    @api.depends("refund_ids.state", "refund_ids.amount")
    def _compute_amount_refund_approved(self):
        for enrollment in self:
            approved = enrollment.refund_ids.filtered(lambda refund: refund.state == "approved")
            enrollment.amount_refund_approved = sum(approved.mapped("amount"))

    @api.depends(
        "amount_paid",
        "amount_invoiced",
        "amount_delivered",
        "amount_expired",
        "amount_deferred",
        "amount_refund_approved",
    )
    def _compute_amount_refundable(self):
        for enrollment in self:
            enrollment.amount_refundable = max(enrollment._refundable(), 0.0)

    def _refundable(self):
        """Collected minus delivered and minus what is promised; negative when more was promised since."""
        self.ensure_one()
        # What was delivered is counted without taxes, what was paid with them.
        earned = self.amount_delivered + self.amount_expired
        net = earned + self.amount_deferred
        used = earned * self.amount_invoiced / net if net else earned
        currency = self.currency_id or self.env.company.currency_id
        return currency.round(self.amount_paid - used - self.amount_refund_approved)

    def action_refund(self):
        """Ask for a refund of the enrolment (E15)."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund"),
            "res_model": "edu.refund",
            "view_mode": "form",
            "context": {
                "default_enrollment_id": self.id,
                "default_amount": self.amount_refundable,
                "default_user_id": self.env.uid,
            },
        }

    def _credit_for_refund(self, amount, kind="refund"):
        """Credit hours not delivered, so that so much can be paid out, and take them back in proportion.

        The note stays open for the payment: what is not paid of the invoice stays to be paid.

        :param float amount: taxes included, in the enrolment's currency
        :param str kind: of the ledger entry: ``refund``, or ``move_out`` where the money goes elsewhere
        :return: the posted ``account.move``, of that amount
        """
        self.ensure_one()
        currency = self.currency_id
        deferred = self.amount_deferred
        net = deferred
        if currency.compare_amounts(amount, self._with_taxes(deferred)) < 0:
            left, taxes = self._creditable()
            net = currency.round(amount * left / (left + sum(taxes.values())))
            # A unit stays, for the taxes that are still to be credited to stand on.
            net = max(min(net, currency.round(deferred - currency.rounding)), 0.0)
        credit = self._create_credit_notes({self.id: net}, {self.id: amount})
        whole = currency.compare_amounts(credit.amount_untaxed, deferred) >= 0
        share = 1.0 if whole else credit.amount_untaxed / deferred
        hours = self.hours_left if whole else float_round(self.hours_left * share, precision_digits=2)
        self.env["edu.ledger.entry"].create(
            {
                "enrollment_id": self.id,
                "kind": kind,
                "date": self.campus_id._today(),
                "hours": -max(hours, 0.0),
                "amount": -credit.amount_untaxed,
                "origin": f"account.move,{credit.id}",
            }
        )
        return credit
