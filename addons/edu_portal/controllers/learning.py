import re

import vobject
from pytz import utc

from odoo import fields, http
from odoo.addons.portal.controllers.portal import pager
from odoo.fields import Domain
from odoo.http import request

from .portal import StudentPortal, pdf_response

SECTIONS = "timetable, attendance, marks, payments, certificates"
# Rows of each list on the page of all, and on a page of one list.
FIRST_ROWS = 5
FIRST_ENROLLMENTS = 3
PER_PAGE = 20
CALENDAR_KEY = re.compile(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{64})")
CALENDAR_ROWS_MAX = 1_000


class Learning(StudentPortal):
    """*My Learning*: lessons, attendance, marks, payments and certificates of the user's students (W3, W4)."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "edu_learning_count" in counters:
            Student = self.env["edu.student"]
            values["edu_learning_count"] = Student.sudo().search_count(
                Student._portal_domain(self.env.user.partner_id)
            )
        return values

    @http.route(
        ["/my/learning", "/my/learning/<int:student_id>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def my_learning(self, student_id=None, **_params):
        """The present state of each student that the user looks after."""
        students_sudo = self._students_sudo(student_id)
        return request.render(
            "edu_portal.learning", {**self._page_values(students_sudo), **self._overview(students_sudo)}
        )

    @http.route(
        [
            f"/my/learning/<int:student_id>/<any({SECTIONS}):section>",
            f"/my/learning/<int:student_id>/<any({SECTIONS}):section>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def my_learning_section(self, student_id, section, page=1, **_params):
        """One list of one student, page by page."""
        student_sudo = self._students_sudo(student_id)
        model, domain, order = self._list_of(section)
        Model_sudo = self.env[model].sudo()
        domain = Domain("student_id", "=", student_sudo.id) & Domain(domain)
        pages = pager(
            url=f"/my/learning/{student_id}/{section}",
            total=Model_sudo.search_count(domain),
            page=page,
            step=PER_PAGE,
        )
        return request.render(
            f"edu_portal.learning_{section}",
            {
                **self._page_values(student_sudo),
                "student": student_sudo,
                "section": section,
                "rows": Model_sudo.search(
                    domain, order=order, limit=PER_PAGE, offset=max(pages["offset"], 0)
                ),
                "pager": pages,
            },
        )

    @http.route("/my/learning/invoice/<int:invoice_id>", type="http", auth="user", website=True)
    def my_learning_invoice(self, invoice_id, **_params):
        """Lead to Odoo's page of an invoice, where it is paid and downloaded (W4)."""
        invoice_sudo = self._student_document_sudo(
            "account.move", invoice_id, [("state", "=", "posted")], "enrollment_id.student_id"
        )
        if not self._may_open(invoice_sudo):
            raise request.not_found()
        return request.redirect(invoice_sudo.get_portal_url())

    @http.route("/my/learning/certificate/<int:certificate_id>", type="http", auth="user", website=True)
    def my_learning_certificate(self, certificate_id, **_params):
        """A certificate of one of the user's students, as PDF (W3)."""
        model, domain, _order = self._list_of("certificates")
        certificate_sudo = self._student_document_sudo(model, certificate_id, domain)
        report_sudo = self.env["ir.actions.report"].sudo().with_company(certificate_sudo.company_id)
        content, _kind = report_sudo._render_qweb_pdf(
            "edu_enrollment.report_certificate", certificate_sudo.ids
        )
        return pdf_response(content, f"{certificate_sudo.number}.pdf")

    @http.route(
        "/my/learning/calendar/<string:key>.ics", type="http", auth="public", readonly=True, sitemap=False
    )
    def calendar(self, key, **_params):
        """The timetable of one student, for calendar programs, which cannot log in (W3)."""
        match = CALENDAR_KEY.fullmatch(key)
        student_sudo = match and self.env["edu.student"]._calendar_student_sudo(
            int(match[1]), int(match[2]), match[3]
        )
        if not student_sudo:
            raise request.not_found()
        return request.make_response(
            self._calendar_of(student_sudo), headers=[("Content-Type", "text/calendar; charset=utf-8")]
        )

    # --- what is shown ---

    def _list_of(self, section):
        """Which rows a section lists; of which student is for the caller to say.

        :return: (model name, domain, order)
        """
        return {
            "timetable": (
                "edu.attendance",
                [("session_state", "in", ("planned", "cancelled")), ("stop", ">=", fields.Datetime.now())],
                "start, id",
            ),
            "attendance": (
                "edu.attendance",
                [("session_state", "=", "held"), ("status", "!=", False)],
                "start desc, id desc",
            ),
            "marks": ("edu.grade", [], "id desc"),
            "payments": ("edu.enrollment", [("state", "not in", ("draft", "waiting"))], "id desc"),
            "certificates": ("edu.certificate", [("state", "=", "issued")], "date_issue desc, id desc"),
        }[section]

    def _overview(self, students_sudo):
        """The first rows of each list for each student, in a number of queries that grows with neither.

        :return: dict name of the list → dict student → records with sudo
        """
        values = {}
        for section in ("timetable", "attendance", "marks", "certificates"):
            rows = students_sudo._first_of_each(*self._list_of(section), FIRST_ROWS)
            values[section] = rows.grouped("student_id")
        _model, domain, order = self._list_of("payments")
        enrollments_sudo = students_sudo.enrollment_ids.filtered_domain(domain).sorted(order)
        # A slice of records reads for itself alone: without prefetch, the figures of each student would be a query.
        prefetch = enrollments_sudo.ids
        by_student = enrollments_sudo.grouped("student_id")
        values["newest"] = {student: rows[:1].with_prefetch(prefetch) for student, rows in by_student.items()}
        values["payments"] = {
            student: rows[:FIRST_ENROLLMENTS].with_prefetch(prefetch) for student, rows in by_student.items()
        }
        me = self.env.user.partner_id
        values["to_sign"] = enrollments_sudo.filtered(
            lambda enrollment: enrollment.partner_id == me and enrollment._can_be_signed()
        ).grouped("student_id")
        entries_sudo = self.env["edu.waitlist"]._portal_entries_sudo(students_sudo)
        values["waitlist"] = entries_sudo.grouped("student_id")
        return values

    def _calendar_of(self, student_sudo):
        """The timetable of a student in the iCalendar format."""
        attendances_sudo = student_sudo.env["edu.attendance"].search(
            [("student_id", "=", student_sudo.id)], order="start desc", limit=CALENDAR_ROWS_MAX
        )
        calendar = vobject.iCalendar()
        calendar.add("x-wr-calname").value = student_sudo.name
        for attendance in attendances_sudo:
            session = attendance.session_id
            event = calendar.add("vevent")
            event.add("uid").value = f"edu-session-{session.id}@{request.httprequest.host}"
            event.add("dtstamp").value = utc.localize(session.write_date)
            event.add("dtstart").value = utc.localize(session.start)
            event.add("dtend").value = utc.localize(session.stop)
            event.add("summary").value = session.class_id.name
            event.add("status").value = "CANCELLED" if session.state == "cancelled" else "CONFIRMED"
            if place := ", ".join(filter(None, (session.room_id.name, session.campus_id.name))):
                event.add("location").value = place
            if session.topic:
                event.add("description").value = session.topic
        return calendar.serialize()
