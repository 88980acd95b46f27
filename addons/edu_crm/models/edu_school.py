from odoo import models


class EduSchool(models.Model):
    _name = "edu.school"
    _inherit = "edu.customer.list.mixin"
    _description = "School"
    _partner_field = "school_id"

    _name_uniq = models.UniqueIndex("(name)", "Another school has this name already. Use that one.")
