from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EduProgramCategory(models.Model):
    _name = "edu.program.category"
    _inherit = ["edu.import.mixin"]
    _description = "Program Category"
    _parent_store = True
    _order = "complete_name"
    _rec_name = "complete_name"

    _import_keys = (("name", "parent_id"), ("name",))

    name = fields.Char(required=True, translate=True)
    parent_id = fields.Many2one("edu.program.category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("edu.program.category", "parent_id")
    complete_name = fields.Char(compute="_compute_complete_name", recursive=True, store=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot lie inside itself. Choose another parent."))
