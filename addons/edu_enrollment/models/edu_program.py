from odoo import api, models
from odoo.exceptions import UserError


class EduProgram(models.Model):
    _inherit = "edu.program"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_promotions(self):
        """Say in words what the database is about to refuse: a promotion for nothing else would be for all (E6)."""
        promotions_sudo = self.env["edu.promotion"].sudo().with_context(active_test=False)
        promotion_sudo = promotions_sudo.search([("program_ids", "in", self.ids)], limit=1)
        if promotion_sudo:
            raise UserError(
                self.env._(
                    "%(record)s stands in “%(other)s”. Take it off there first, or archive it instead.",
                    record=(self & promotion_sudo.program_ids)[:1].display_name,
                    other=promotion_sudo.display_name,
                )
            )
