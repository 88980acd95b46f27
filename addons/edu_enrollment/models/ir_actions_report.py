from odoo import models
from odoo.exceptions import AccessError


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """A document of this project that is for some groups only is given to nobody else (X1).

        Odoo leaves out its menu item for the others, and draws it for whoever asks for its address.

        :raise AccessError: the user is in none of the report's groups
        """
        # sudo: users may not read report definitions.
        groups_sudo = report.sudo().group_ids
        if (
            report.model.startswith("edu.")
            and groups_sudo
            and not self.env.su
            and not groups_sudo & self.env.user.all_group_ids
        ):
            raise AccessError(
                self.env._(
                    "“%(report)s” is for members of: %(groups)s. Ask one of them.",
                    report=report.name,
                    groups=", ".join(groups_sudo.mapped("full_name")),
                )
            )
        return super()._get_rendering_context(report, docids, data)
