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

    @api.model
    def _sql_error_to_message(self, exc):
        """A sheet of contacts may bring records of ours along: what is refused there, their model tells."""
        if (exc.diag.table_name or "").startswith("edu_"):
            return self.env["edu.base.mixin"]._sql_error_to_message(exc)
        return super()._sql_error_to_message(exc)
