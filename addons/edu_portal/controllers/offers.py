from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .portal import StudentPortal


class StudentOffers(StudentPortal):
    """A seat that was offered to somebody on a waiting list: taken or given up on the portal (E23, W2)."""

    @http.route("/my/learning/offer/<int:entry_id>", type="http", auth="user", website=True, readonly=True)
    def my_learning_offer(self, entry_id, problem=None, **_params):
        """The offer, or what became of it."""
        entry_sudo = self._student_document_sudo("edu.waitlist", entry_id)
        return request.render(
            "edu_portal.learning_offer",
            {
                **self._page_values(entry_sudo.student_id),
                "student": entry_sudo.student_id,
                "section": "offer",
                "entry": entry_sudo,
                "problem": bool(problem),
            },
        )

    @http.route(
        "/my/learning/offer/<int:entry_id>/<any(accept, leave):answer>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def my_learning_offer_answer(self, entry_id, answer, **_params):
        """Take the seat, which confirms the enrolment, or give it up. Answering twice changes nothing."""
        entry_sudo = self._student_document_sudo("edu.waitlist", entry_id)
        if not self._may_answer(entry_sudo):
            raise request.not_found()
        address = entry_sudo.access_url
        try:
            if answer == "leave":
                entry_sudo.action_leave()
            elif entry_sudo._portal_state() == "offered":
                entry_sudo.action_accept()
        except UserError:
            # Nothing stays. The reason is not shown: only the staff can do something about it.
            self.env.cr.rollback()
            address += "?problem=1"
        return request.redirect(address, code=303)
