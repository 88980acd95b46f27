from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .learning import ID_MAX, Learning, pdf_response


class LearningContract(Learning):
    """The contract of an enrolment, read and signed on the portal (E20)."""

    @http.route(
        "/my/learning/contract/<int:enrollment_id>", type="http", auth="user", website=True, readonly=True
    )
    def my_learning_contract(self, enrollment_id, **_params):
        """The terms, the way to the PDF, and for its payer a field to sign."""
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
        """Sign as the payer; called by Odoo's signature form. A second click finds it signed."""
        enrollment_sudo = self._contract_sudo(enrollment_id)
        me = self.env.user.partner_id
        if enrollment_sudo.partner_id != me:
            raise request.not_found()
        try:
            enrollment_sudo._sign_contract(me, name, signature)
        except UserError as error:
            # Also when it was the printing that failed: nobody has signed then.
            self.env.cr.rollback()
            return {"error": error.args[0]}
        return {"force_refresh": True, "redirect_url": f"/my/learning/contract/{enrollment_id}"}

    def _contract_sudo(self, enrollment_id):
        """The enrolment whose contract the user may read.

        :raise NotFound: a draft of the staff, or a contract that is none of the user's business
        """
        students_sudo = self._students_sudo()
        enrollment_sudo = (
            self.env["edu.enrollment"]
            .sudo()
            .search(
                [
                    ("id", "=", min(enrollment_id, ID_MAX)),
                    ("student_id", "in", students_sudo.ids),
                    ("state", "!=", "draft"),
                ]
            )
        )
        if not enrollment_sudo or not self._acts_for(enrollment_sudo.partner_id, enrollment_sudo.student_id):
            raise request.not_found()
        return enrollment_sudo
