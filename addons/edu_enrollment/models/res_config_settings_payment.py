from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    edu_deposit_refundable = fields.Boolean(related="company_id.edu_deposit_refundable", readonly=False)
    edu_deposit_account_id = fields.Many2one(related="company_id.edu_deposit_account_id", readonly=False)
    edu_transfer_fee_account_id = fields.Many2one(
        related="company_id.edu_transfer_fee_account_id", readonly=False
    )
    edu_reminder_days_before = fields.Integer(related="company_id.edu_reminder_days_before", readonly=False)
    edu_reminder_days_after = fields.Integer(related="company_id.edu_reminder_days_after", readonly=False)
