from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    edu_kind = fields.Selection(
        [
            ("call", "Call"),
            ("meeting", "Meeting"),
            ("consultation", "Consultation"),
            ("placement_test", "Placement Test"),
        ],
        string="Kind",
        index="btree_not_null",
        tracking=True,
        help="Set on calls and meetings with customers.",
    )
    direction = fields.Selection([("inbound", "Inbound"), ("outbound", "Outbound")])
    outcome = fields.Selection(
        [("planned", "Planned"), ("held", "Held"), ("not_held", "Not Held")],
        required=True,
        default="planned",
        copy=False,
        tracking=True,
    )
    campus_id = fields.Many2one("edu.campus", index="btree_not_null", ondelete="restrict")

    # Odoo itself lets an event end when it starts.
    _edu_ends_after_start = models.Constraint(
        "CHECK (edu_kind IS NULL OR allday OR start < stop)",
        "A call or meeting ends after it starts. Correct its times.",
    )

    @api.model
    def default_get(self, fields_list):
        defaults = super().default_get(fields_list)
        if defaults.get("edu_kind") and "campus_id" in fields_list and not defaults.get("campus_id"):
            defaults["campus_id"] = self.env["edu.campus"]._default_for_user().id
        if defaults.get("edu_kind") == "call" and "direction" in fields_list:
            defaults.setdefault("direction", "outbound")
        return defaults

    @api.constrains("edu_kind", "campus_id", "user_id", "partner_ids")
    def _check_edu_kind(self):
        """A call or meeting says at which campus, by whom and with whom (M14)."""
        for event in self:
            if event.edu_kind and not event.campus_id:
                raise ValidationError(self.env._("“%s” has no campus. Choose one.", event.display_name))
            if event.edu_kind and not event.user_id:
                raise ValidationError(
                    self.env._("“%s” is assigned to nobody. Choose who is responsible.", event.display_name)
                )
            if event.edu_kind and not event.partner_ids:
                raise ValidationError(
                    self.env._("“%s” has no participant. Add whom you call or meet.", event.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.filtered(lambda event: event.outcome == "held")._take_lead_into_care()
        return events

    def write(self, vals):
        result = super().write(vals)
        if vals.get("outcome") == "held":
            self._take_lead_into_care()
        return result

    def _take_lead_into_care(self):
        """Who has spoken with a customer takes care of the lead (M3)."""
        # The event was written just now by somebody who may; the lead may be a colleague's.
        leads_sudo = self.sudo().filtered("edu_kind").opportunity_id
        leads_sudo._take_into_care()

    def action_held(self):
        """The call or meeting took place (M14).

        :return: True
        """
        self.write({"outcome": "held"})
        return True

    def action_not_held(self):
        """The call or meeting did not take place (M14).

        :return: True
        """
        self.write({"outcome": "not_held"})
        return True

    def action_planned(self):
        """The call or meeting is still to come (M14).

        :return: True
        """
        self.write({"outcome": "planned"})
        return True
