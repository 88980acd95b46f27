from odoo import fields, models


class EduCertificateRevoke(models.TransientModel):
    _name = "edu.certificate.revoke"
    _inherit = ["edu.dialog.mixin"]
    _description = "Revoke Certificates"

    certificate_ids = fields.Many2many("edu.certificate", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Revoke the certificates (E21)."""
        self.ensure_one()
        self.certificate_ids.action_revoke(self.reason)
        return {"type": "ir.actions.act_window_close"}
