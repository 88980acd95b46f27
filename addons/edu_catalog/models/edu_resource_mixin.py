from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain


class EduResourceMixin(models.AbstractModel):
    """A teacher or a room: a resource with working hours and days off (C7, C8)."""

    _name = "edu.resource.mixin"
    _inherit = ["resource.mixin", "edu.base.mixin"]
    _description = "Teaching resource"

    _edu_resource_type = "user"

    name = fields.Char(related="resource_id.name", store=True, readonly=False, required=True, index="trigram")
    active = fields.Boolean(related="resource_id.active", store=True, readonly=False, default=True)
    leave_count = fields.Integer(compute="_compute_leave_count")
    date_off = fields.Date(
        string="Off on",
        store=False,
        search="_search_date_off",
        help="Finds who is off, or what is closed, on a day: days off of their own and those of their working hours.",
    )

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

    @api.model
    def _search_date_off(self, operator, value):
        """Days in the user's time zone; operator ``in``: off on one of the days (C7, C8)."""
        if operator != "in":
            return NotImplemented
        days = [fields.Date.to_date(day) for day in value if day]
        leaves = self.env["resource.calendar.leaves"].search(Domain.OR(self._leaves_on(day) for day in days))
        of_calendars = leaves.filtered(lambda leave: not leave.resource_id)
        domain = Domain("resource_id", "in", leaves.resource_id.ids)
        domain |= Domain("resource_calendar_id", "in", of_calendars.calendar_id.ids)
        for leave in of_calendars.filtered(lambda leave: not leave.calendar_id):
            domain |= Domain("company_id", "=", leave.company_id.id)
        return domain

    def _leaves_on(self, day):
        start, stop = (
            self.env.tz.localize(datetime.combine(midnight, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for midnight in (day, day + timedelta(days=1))
        )
        return Domain("date_from", "<", stop) & Domain("date_to", ">", start)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        # Copies: resource.mixin changes the dicts, and an import whose batch is refused passes the same dicts
        # again, row by row.
        return super().create([dict(vals) for vals in vals_list])

    def unlink(self):
        resources_sudo = self.resource_id.sudo()
        result = super().unlink()
        # Deleting was allowed; the resource and its days off go too. Days off without a resource would hold for
        # everybody.
        self.env["resource.calendar.leaves"].sudo().search(
            [("resource_id", "in", resources_sudo.ids)]
        ).unlink()
        resources_sudo.unlink()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for record, vals in zip(self, vals_list, strict=True):
            # The copy is another room or another person: no user, and a name of its own.
            resource = self.env["resource.resource"].browse(vals["resource_id"])
            resource.user_id = False
            vals.setdefault("name", self.env._("%s (copy)", record.name))
        return vals_list

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
