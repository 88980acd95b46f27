from odoo import models


class EduLedgerEntry(models.Model):
    _name = "edu.ledger.entry"
    _inherit = ["edu.ledger.entry", "edu.portal.fields.mixin"]

    _portal_fields = {
        "enrollment_id",
        "student_id",
        "date",
        "kind",
        "hours",
    }
