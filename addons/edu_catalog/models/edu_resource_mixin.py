from odoo import api, fields, models


class EduResourceMixin(models.AbstractModel):
    """A teacher or a room: something with hours, and with days on which it is not to be had (C7, C8)."""

    _name = "edu.resource.mixin"
    _inherit = ["resource.mixin"]
    _description = "Teaching resource"

    _edu_resource_type = "user"

    name = fields.Char(related="resource_id.name", store=True, readonly=False, required=True, index="trigram")
    active = fields.Boolean(related="resource_id.active", store=True, readonly=False, default=True)
    leave_count = fields.Integer(compute="_compute_leave_count")

    def _compute_leave_count(self):
        counts = dict(
            self.env["resource.calendar.leaves"]._read_group(
                [("resource_id", "in", self.resource_id.ids), ("date_to", ">=", fields.Datetime.now())],
                ["resource_id"],
                ["__count"],
            )
        )
        for record in self:
            record.leave_count = counts.get(record.resource_id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        # Copies: resource.mixin writes into the dicts, and an import gives the same ones once more, row by row,
        # when the batch is refused.
        return super().create([dict(vals) for vals in vals_list])

    @api.model
    def _prepare_resource_values(self, vals, tz):
        values = super()._prepare_resource_values(vals, tz)
        values["resource_type"] = self._edu_resource_type
        return values

    def action_view_leaves(self):
        """Open the days off (or closures) of this resource; they are Odoo's own ``resource.calendar.leaves``."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not available: %s", self.display_name),
            "res_model": "resource.calendar.leaves",
            "view_mode": "list,form,calendar",
            "domain": [("resource_id", "=", self.resource_id.id)],
            "context": {
                "default_resource_id": self.resource_id.id,
                "default_calendar_id": self.resource_calendar_id.id,
                "default_company_id": self.company_id.id,
            },
        }
