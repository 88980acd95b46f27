from odoo import fields, models


class ResourceResource(models.Model):
    """The hours of a teacher or a room; who may edit them follows from whose they are (X1)."""

    _inherit = "resource.resource"

    edu_teacher_ids = fields.One2many(
        "edu.teacher", "resource_id", string="Teachers", context={"active_test": False}
    )
    edu_room_ids = fields.One2many("edu.room", "resource_id", string="Rooms", context={"active_test": False})
