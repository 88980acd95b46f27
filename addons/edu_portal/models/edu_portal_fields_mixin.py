from odoo import api, models


class EduPortalMixin(models.AbstractModel):
    """A record of which people from outside see some fields, and nothing that is not named (W5).

    Record rules say *which* records a student or parent reads, over the API too. What of them is named in
    ``_portal_fields``; a field that another addon adds stays hidden until somebody thinks about it.
    """

    _name = "edu.portal.mixin"
    _description = "Record shown on the portal"

    _portal_fields = frozenset()
    # What every search looks at by itself.
    _portal_basics = frozenset({"id", "display_name", "active"})

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or field.name in self._portal_basics or field.name in self._portal_fields:
            return True
        return self.env.user._is_internal()

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Reading a record from outside does not open the correspondence about it."""
        # Asked with sudo too, for the user of the environment: who that is decides.
        if self.env.user._is_internal():
            return super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(self, "unlink")
