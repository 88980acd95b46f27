from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"  # pylint: disable=consider-merging-classes-inherited

    enrollment_id = fields.Many2one(
        "edu.enrollment",
        string="Enrolment",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="What the money was received for, or given back from.",
    )
    is_deposit = fields.Boolean(copy=False, readonly=True, help="Taken before the enrolment was confirmed.")
    collect_key = fields.Char(
        copy=False, readonly=True, help="The dialog that made the payment: each makes one."
    )

    _collected_once = models.UniqueIndex(
        "(collect_key) WHERE collect_key IS NOT NULL", "This payment has been registered already."
    )
    _enrollment_direction_idx = models.Index("(enrollment_id, payment_type) WHERE enrollment_id IS NOT NULL")

    def action_post(self):
        """Money that is posted once more is set off once more (E11)."""
        again = self.filtered(lambda payment: payment.move_id.posted_before)
        result = super().action_post()
        # Whoever may post the payment may have it set off.
        again.enrollment_id.sudo()._apply_open_credit()
        return result
