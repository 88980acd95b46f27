from odoo import fields, models
from odoo.fields import Command


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Guardians read the contacts of their wards (edu_portal_rules.xml), but not these fields of them.
    comment = fields.Html(groups="base.group_user")
    lifecycle_stage_id = fields.Many2one(groups="base.group_user")
    ward_ids = fields.One2many(groups="base.group_user")

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Guardians read the contacts of their wards, and not the correspondence about them."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if not self.env.user._is_internal():
            own_sudo = self.env.user.partner_id.commercial_partner_id
            operations |= {
                partner: "unlink" for partner in self if partner.sudo().commercial_partner_id != own_sudo
            }
        return operations

    def _edu_action_invite_to_portal(self):
        """Open Odoo's portal window on exactly these contacts.

        :return: action of ``portal.wizard``
        :raise AccessError: the user may not read the contacts or open the window
        """
        self.check_access("read")
        # Given explicitly: by default the window adds all contacts of the same company.
        wizard = self.env["portal.wizard"].create({"partner_ids": [Command.set(self.ids)]})
        return wizard._action_open_modal()
