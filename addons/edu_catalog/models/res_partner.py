from odoo import api, models

from .edu_base_mixin import check_values


class ResPartner(models.Model):
    """Our screens ask for the name of a contact, so it is checked as our own texts are; the rest is Odoo's."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_check_name(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._edu_check_name(vals)
        return super().write(vals)

    @api.model
    def _edu_check_name(self, vals):
        if "name" in vals:
            check_values(self, {"name": vals["name"]})
