from odoo import api, models


class EduPortalFieldsMixin(models.AbstractModel):
    """A record of which people from outside read the named fields, and no others (W5).

    Record rules say *which* records a student or guardian reads, over the API too. ``_portal_fields`` says which
    fields of them; a field that another addon adds stays hidden until somebody names it here. Not to be confused
    with Odoo's ``portal.mixin``, which is about the address of a page (see ``edu.portal.page.mixin``).
    """

    _name = "edu.portal.fields.mixin"
    _description = "Record of which the portal shows some fields"

    _portal_fields = frozenset()
    # Every search reads these by itself.
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
        # Odoo calls this with sudo too; the user of the environment is still the one who asks.
        if self.env.user._is_internal():
            return super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(self, "unlink")
