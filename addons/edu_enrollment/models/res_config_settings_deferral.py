from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    edu_defer_revenue = fields.Boolean(related="company_id.edu_defer_revenue", readonly=False)
    edu_deferred_account_id = fields.Many2one(related="company_id.edu_deferred_account_id", readonly=False)
    edu_recognition_journal_id = fields.Many2one(
        related="company_id.edu_recognition_journal_id", readonly=False
    )
