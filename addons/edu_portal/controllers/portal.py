from functools import partial

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.fields import Domain
from odoo.http import content_disposition, request
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools import as_id, moment


def pdf_response(content, filename):
    """Answer with a PDF that the browser shows.

    :param bytes content: the PDF
    :param str filename: under which it is kept
    """
    return request.make_response(
        content,
        headers=[
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename, disposition_type="inline")),
        ],
    )


class StudentPortal(CustomerPortal):
    """What all pages of students and guardians share: whose records the user may see, and which of them (W3-W5).

    ``_students_sudo`` and ``_student_document_sudo`` are the checks; what they return has sudo and may be shown,
    with what hangs on it (docs/security.md).
    """

    def _students_sudo(self, student_id=None):
        """The students whom the user looks after, or the one among them that is asked for.

        :param int student_id: from the address
        :return: ``edu.student`` with sudo
        :raise NotFound: another student is asked for; whether there is one is not told
        """
        students_sudo = self.env["edu.student"]._portal_students_sudo(self.env.user)
        if student_id is not None:
            students_sudo = students_sudo.filtered(lambda student: student.id == student_id)
            if not students_sudo:
                raise request.not_found()
        return students_sudo

    def _student_document_sudo(self, model_name, document_id, domain=(), student_field="student_id"):
        """One record of one of the user's students, or *not found*; as ``_document_check_access`` of Odoo's portal.

        :param str model_name: of the record
        :param int document_id: from the address; any number
        :param domain: which records of the model have a page
        :param str student_field: path from the record to its student
        :return: the record with sudo
        :raise NotFound: there is none, or it is somebody else's; which of the two is not told
        """
        document_sudo = (
            self.env[model_name]
            .sudo()
            .search(
                Domain("id", "=", as_id(document_id))
                & Domain(student_field, "in", self._students_sudo().ids)
                & Domain(domain)
            )
        )
        if not document_sudo:
            raise request.not_found()
        return document_sudo

    def _acts_for(self, payer, student):
        """Whether the user may act for who pays for a student that the user looks after (W4).

        Guardians act for a student who pays, not for another guardian or a company that does: the payer's address
        stands on contract and invoice.

        :param payer: ``res.partner``
        :param student: ``edu.student``, one of the user's
        :return: bool: the payer is the user, or the student
        """
        return payer in (self.env.user.partner_id, student.partner_id)

    def _may_open(self, invoice):
        """Whether the user may open the page of an invoice of one of their students."""
        return self._acts_for(invoice.partner_id, invoice.enrollment_id.student_id)

    def _may_answer(self, entry):
        """Whether the user may take or give up an offered seat: it is bought with the payer's money."""
        return self._acts_for(entry.partner_id, entry.student_id)

    def _page_values(self, students_sudo):
        """What the templates of all pages need."""
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "learning",
            "students": students_sudo,
            "me": self.env.user.partner_id,
            "may_open": self._may_open,
            "may_answer": self._may_answer,
            "acts_for": self._acts_for,
            "moment": partial(moment, locale=babel_locale_parse(get_lang(self.env).code)),
        }
