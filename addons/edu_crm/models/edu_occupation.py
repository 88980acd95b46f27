from odoo import models


class EduOccupation(models.Model):
    _name = "edu.occupation"
    _inherit = "edu.customer.list.mixin"
    _description = "Occupation"
    _partner_field = "occupation_id"

    _name_uniq = models.UniqueIndex("(name)", "Another occupation has this name already. Use that one.")
