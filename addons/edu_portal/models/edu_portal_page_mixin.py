from odoo import models


class EduPortalPageMixin(models.AbstractModel):
    """A record with a page under /my/learning (W3-W5): Odoo's ``portal.mixin``, without a key in the link.

    Odoo opens such a page, and the correspondence about the record, to whoever has a link with the record's
    ``access_token``. Ours are opened to whoever has logged in and looks after the student
    (``controllers/portal.py``), so no key is made, and none is accepted (``models/mail_thread.py``).
    """

    _name = "edu.portal.page.mixin"
    _description = "Record with a page on the portal"
    _inherit = ["portal.mixin"]

    #: the part of the address after /my/learning
    _portal_page = None

    def _compute_access_url(self):
        for record in self:
            record.access_url = f"/my/learning/{self._portal_page}/{record.id}"

    def _portal_ensure_token(self):
        """No key: knowing the address opens nothing."""
        return ""

    def _get_share_url(self, redirect=False, signup_partner=False, pid=None, share_token=True):
        return super()._get_share_url(redirect, signup_partner, pid, share_token=False)
