from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    discount_approval_rate = fields.Float(related="company_id.discount_approval_rate", readonly=False)
    certificate_reminder_days = fields.Integer(related="company_id.certificate_reminder_days", readonly=False)
