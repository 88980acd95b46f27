from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        """The invoice that takes the place of another one belongs to the same enrolment (E14)."""
        values = super()._modify_default_reverse_values(origin_move)
        return values | {"enrollment_id": origin_move.enrollment_id.id}
