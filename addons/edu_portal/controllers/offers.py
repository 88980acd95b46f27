from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .learning import ID_MAX, Learning


class LearningOffers(Learning):
    """A seat that was offered to somebody on a waiting list: taken or given up on the portal (E23, W2)."""

    @http.route("/my/learning/offer/<int:entry_id>", type="http", auth="user", website=True, readonly=True)
    def my_learning_offer(self, entry_id, problem=None, **_params):
        """The offer as it stands now; what became of it when it is over."""
        entry_sudo = self._entry_sudo(entry_id)
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
        """Take the seat, which confirms the enrolment, or give it up. A second click changes nothing."""
        entry_sudo = self._entry_sudo(entry_id)
        if not self._may_answer(entry_sudo):
            raise request.not_found()
        address = f"/my/learning/offer/{entry_id}"
        try:
            if answer == "leave":
                entry_sudo.action_leave()
            elif entry_sudo._portal_state() == "offered":
                entry_sudo.action_accept()
        except UserError:
            # Why is for the staff, who can do something about it; nothing of it stays.
            self.env.cr.rollback()
            address += "?problem=1"
        return request.redirect(address, code=303)

    def _entry_sudo(self, entry_id):
        """The place on a waiting list of one of the own students.

        :raise NotFound: there is none, or it is somebody else's
        """
        students_sudo = self._students_sudo()
        entry_sudo = (
            self.env["edu.waitlist"]
            .sudo()
            .search([("id", "=", min(entry_id, ID_MAX)), ("student_id", "in", students_sudo.ids)])
        )
        if not entry_sudo:
            raise request.not_found()
        return entry_sudo
