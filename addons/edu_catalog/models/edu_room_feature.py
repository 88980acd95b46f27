from odoo import fields, models


class EduRoomFeature(models.Model):
    _name = "edu.room.feature"
    _inherit = ["edu.import.mixin"]
    _description = "Room Feature"
    _order = "name"

    _import_keys = (("name",),)

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "This feature exists already.")
