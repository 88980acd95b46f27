from odoo import api, models

# What Odoo's links to a record may carry to open the correspondence about it.
KEYS = ("token", "hash", "pid")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _has_portal_page_without_key(self):
        return isinstance(self, self.env.registry["edu.portal.page.mixin"])

    @api.model
    def _get_thread_with_access(self, thread_id, **access):
        """No key opens the correspondence about a student (W5, W9).

        Least of all the ``access_token`` of a certificate, which is printed on the paper as part of the QR code.
        """
        if self._has_portal_page_without_key():
            access = {name: value for name, value in access.items() if name not in KEYS}
        return super()._get_thread_with_access(thread_id, **access)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Mails to customers about these records carry no button with a key; who has a login finds the page."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if self and self._has_portal_page_without_key():
            groups = [group for group in groups if group[0] != "portal_customer"]
            for name, _members, options in groups:
                if name == "portal":
                    options.update(active=False, has_button_access=False)
        return groups
