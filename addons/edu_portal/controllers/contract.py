from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .portal import StudentPortal, pdf_response


class StudentContract(StudentPortal):
    """The contract of an enrolment, read and signed on the portal (E20)."""

    @http.route(
        "/my/learning/contract/<int:enrollment_id>", type="http", auth="user", website=True, readonly=True
    )
    def my_learning_contract(self, enrollment_id, **_params):
        """The terms, a link to the PDF, and a field to sign for who pays."""
        enrollment_sudo = self._contract_sudo(enrollment_id)
        return request.render(
            "edu_portal.learning_contract",
            {
                **self._page_values(enrollment_sudo.student_id),
                "student": enrollment_sudo.student_id,
                "section": "contract",
                "enrollment": enrollment_sudo,
            },
        )

    @http.route("/my/learning/contract/<int:enrollment_id>/pdf", type="http", auth="user", website=True)
    def my_learning_contract_pdf(self, enrollment_id, **_params):
        """The contract as PDF; a signed one exactly as it was signed."""
        enrollment_sudo = self._contract_sudo(enrollment_id)
        return pdf_response(enrollment_sudo._contract_pdf(), enrollment_sudo._contract_filename())

    @http.route("/my/learning/contract/<int:enrollment_id>/sign", type="jsonrpc", auth="user", website=True)
    def my_learning_contract_sign(self, enrollment_id, name=None, signature=None):
        """Sign as the payer; called by Odoo's signature form. Signing twice changes nothing."""
        enrollment_sudo = self._contract_sudo(enrollment_id)
        me = self.env.user.partner_id
        if enrollment_sudo.partner_id != me:
            raise request.not_found()
        try:
            enrollment_sudo._sign_contract(me, name, signature)
        except UserError as error:
            # Nothing stays, also when the PDF could not be printed: a signature goes with what was signed.
            self.env.cr.rollback()
            return {"error": error.args[0]}
        return {"force_refresh": True, "redirect_url": enrollment_sudo.access_url}

    def _contract_sudo(self, enrollment_id):
        """The enrolment whose contract the user may read.

        :return: ``edu.enrollment`` with sudo
        :raise NotFound: a draft, an enrolment of somebody else's student, or somebody else pays
        """
        enrollment_sudo = self._student_document_sudo(
            "edu.enrollment", enrollment_id, [("state", "!=", "draft")]
        )
        if not self._acts_for(enrollment_sudo.partner_id, enrollment_sudo.student_id):
            raise request.not_found()
        return enrollment_sudo
