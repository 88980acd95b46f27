from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    discount_approval_rate = fields.Float(related="company_id.discount_approval_rate", readonly=False)
    certificate_reminder_days = fields.Integer(related="company_id.certificate_reminder_days", readonly=False)
    edu_deposit_refundable = fields.Boolean(related="company_id.edu_deposit_refundable", readonly=False)
    edu_deposit_account_id = fields.Many2one(related="company_id.edu_deposit_account_id", readonly=False)
    edu_transfer_fee_account_id = fields.Many2one(
        related="company_id.edu_transfer_fee_account_id", readonly=False
    )
    edu_reminder_days_before = fields.Integer(related="company_id.edu_reminder_days_before", readonly=False)
    edu_reminder_days_after = fields.Integer(related="company_id.edu_reminder_days_after", readonly=False)
    edu_defer_revenue = fields.Boolean(related="company_id.edu_defer_revenue", readonly=False)
    edu_deferred_account_id = fields.Many2one(related="company_id.edu_deferred_account_id", readonly=False)
    edu_recognition_journal_id = fields.Many2one(
        related="company_id.edu_recognition_journal_id", readonly=False
    )
    edu_waitlist_hours = fields.Integer(related="company_id.edu_waitlist_hours", readonly=False)
