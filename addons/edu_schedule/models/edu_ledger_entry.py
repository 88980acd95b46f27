from odoo import api, fields, models


class RecordReference(fields.Reference):
    """A reference that also takes records as values.

    Odoo looks up every reference that is written as text, one query each: a roll of 10,000 lines would be
    10,000 queries. A record that is at hand need not be looked up.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        if isinstance(value, models.BaseModel):
            value = self.convert_to_cache(value, record)
        return super().convert_to_column(value, record, values, validate)


class EduLedgerEntry(models.Model):
    _inherit = "edu.ledger.entry"

    origin = RecordReference(selection="_selection_origin", index=True)

    @api.model
    def _selection_origin(self):
        return [*super()._selection_origin(), ("edu.attendance", self.env._("Attendance"))]
