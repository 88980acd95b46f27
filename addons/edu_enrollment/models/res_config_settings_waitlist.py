from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    edu_waitlist_hours = fields.Integer(related="company_id.edu_waitlist_hours", readonly=False)
