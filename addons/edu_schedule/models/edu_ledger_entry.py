from odoo import api, models


class EduLedgerEntry(models.Model):
    _inherit = "edu.ledger.entry"

    @api.model
    def _selection_origin(self):
        return [*super()._selection_origin(), ("edu.attendance", self.env._("Attendance"))]
