import re

from odoo import http
from odoo.addons.edu_crm.tools import clean_line
from odoo.http import request

from ..tools import mask_name

NUMBER_MAX = 64
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin"}


class Certificates(http.Controller):
    """The pages that say whether a certificate is valid, without logging in (W9).

    The QR code on the paper leads to all that is printed. A number is easily guessed, since numbers follow each
    other: it shows the program, the day of issue and the first letters of the name only.
    """

    @http.route("/certificates", type="http", auth="public", website=True, readonly=True, sitemap=False)
    def certificates(self, number="", **_params):
        """A field for the number, and what may be shown of the certificate that has it."""
        number = clean_line(number)[:NUMBER_MAX]
        certificate_sudo = number and self._issued_sudo("number", [number, number.upper()])
        return self._render(certificate_sudo, number=number)

    @http.route(
        "/certificates/<string:token>", type="http", auth="public", website=True, readonly=True, sitemap=False
    )
    def certificate(self, token, **_params):
        """What is printed on the paper whose QR code was read."""
        certificate_sudo = TOKEN.fullmatch(token) and self._issued_sudo("access_token", [token])
        return self._render(certificate_sudo, by_token=True)

    def _issued_sudo(self, field, values):
        """The certificate that was issued with one of these values.

        The check is the domain: who knows the number or the token may see what the page shows.

        :param str field: ``number`` or ``access_token``
        :param list values: strings
        :return: ``edu.certificate`` with sudo, empty when there is none
        """
        Certificate = self.env["edu.certificate"]
        return Certificate.sudo().search(
            [(field, "in", values), ("state", "in", ("issued", "revoked"))], limit=1
        )

    def _render(self, certificate_sudo, number="", by_token=False):
        response = request.render(
            "edu_portal.certificates",
            {"certificate": certificate_sudo, "number": number, "by_token": by_token, "mask_name": mask_name},
        )
        response.headers.update(HEADERS)
        return response
