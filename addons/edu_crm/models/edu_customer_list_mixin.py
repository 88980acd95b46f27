from odoo import fields, models


class EduCustomerListMixin(models.AbstractModel):
    """An entry of a short list that each customer may choose one of: an occupation, a school (M12, M13).

    The model that inherits names the field of ``res.partner`` that holds the choice:

    - ``_partner_field``: a many2one to this model.
    """

    _name = "edu.customer.list.mixin"
    _description = "Entry of a list that customers choose from"
    _inherit = ["edu.base.mixin"]
    _order = "name"

    _partner_field = None

    name = fields.Char(required=True)
    description = fields.Text()
    active = fields.Boolean(default=True)
    partner_count = fields.Integer(compute="_compute_partner_count", string="Customers")

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [(self._partner_field, "in", self.ids)], [self._partner_field], ["__count"]
            )
        )
        for entry in self:
            entry.partner_count = counts.get(entry, 0)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for entry, vals in zip(self, vals_list, strict=True):
            vals["name"] = (default or {}).get("name") or self.env._("%s (copy)", entry.name)
        return vals_list

    def action_view_partners(self):
        """Open the customers who chose this entry (M12, M13).

        :return: an action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_crm.res_partner_action_lifecycle")
        return action | {
            "domain": [(self._partner_field, "=", self.id)],
            "context": {f"default_{self._partner_field}": self.id},
        }
