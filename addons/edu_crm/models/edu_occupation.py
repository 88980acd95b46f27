from odoo import fields, models


class EduOccupation(models.Model):
    _name = "edu.occupation"
    _description = "Occupation"
    _inherit = ["edu.base.mixin"]
    _order = "name"

    name = fields.Char(required=True)
    description = fields.Text()
    active = fields.Boolean(default=True)
    partner_count = fields.Integer(compute="_compute_partner_count", string="Customers")

    _name_uniq = models.UniqueIndex("(name)", "Another occupation has this name already. Use that one.")

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("occupation_id", "in", self.ids)], ["occupation_id"], ["__count"]
            )
        )
        for occupation in self:
            occupation.partner_count = counts.get(occupation, 0)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for occupation, vals in zip(self, vals_list, strict=True):
            vals["name"] = (default or {}).get("name") or self.env._("%s (copy)", occupation.name)
        return vals_list

    def action_view_partners(self):
        """Open the customers of this occupation (M12)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_crm.res_partner_action_lifecycle")
        return action | {
            "domain": [("occupation_id", "=", self.id)],
            "context": {"default_occupation_id": self.id},
        }
