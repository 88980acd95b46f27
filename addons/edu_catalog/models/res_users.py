from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    campus_ids = fields.Many2many(
        "edu.campus", "edu_campus_users_rel", "user_id", "campus_id", string="Campuses"
    )
