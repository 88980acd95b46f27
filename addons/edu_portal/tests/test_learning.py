from odoo.fields import Command
from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestLearning(PortalCommon):
    def test_visitor_is_asked_to_log_in(self):
        for url in ("/my/learning", f"/my/learning/{self.an.id}", f"/my/learning/{self.an.id}/marks"):
            self.authenticate(None, None)
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 303, url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_student_sees_everything_of_today(self):
        """W3, W4: next lesson in the campus's time, attendance and what it cost, mark, hours, instalments."""
        self._login("binh")
        text = self._page("/my/learning")
        self.assertIn("Lê Văn Bình", text)
        self.assertIn("Bài 2", text)
        self.assertIn("Times are those of Asia/Ho_Chi_Minh", text)
        self.assertIn("Late", text)
        self.assertIn("2 h ·", text)
        self.assertIn("Charged: the lesson was attended.", text)
        self.assertIn("Giữa kỳ", text)
        self.assertIn("60.0 %", text, "the final mark")
        self.assertIn("58 of 60 hours left", text)
        self.assertEqual(text.count("o_edu_instalment"), 3)
        self.assertIn("Unpaid", text)
        self.assertIn("4,000,000", text, "the first instalment of 9,999,999")
        for other in ("Trần Minh", "Phạm Chi"):
            self.assertNotIn(other, text)

    def test_times_are_those_of_the_campus(self):
        """Whatever the reader's own time zone is."""
        self.portal["binh"].tz = "America/New_York"
        self.coming.write({"start": "2999-01-07 11:00:00", "stop": "2999-01-07 12:30:00"})
        self._login("binh")
        for url in ("/my/learning", f"/my/learning/{self.binh.id}/timetable"):
            self.assertIn("18:00", self._page(url), "11:00 UTC is 18:00 in Hanoi")

    def test_work_that_waits_for_its_mark(self):
        """S9: handed in is not the same as nothing scored."""
        self.grades[2].write({"score": 0, "is_marked": False})
        self._login("binh")
        text = self._page("/my/learning")
        self.assertIn("Not marked yet", text)
        self.assertNotIn("Final mark so far", text)

    def test_instalments_follow_accounting(self):
        invoice = self.enrollment_binh.invoice_ids
        first = self.enrollment_binh.instalment_ids[0]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": first.amount_currency})._create_payments()
        self.enrollment_binh.instalment_ids[1].date_maturity = "2020-01-01"
        self._login("binh")
        text = self._page(f"/my/learning/{self.binh.id}/payments")
        self.assertEqual([text.count(state) for state in (">Paid<", ">Overdue<", ">Unpaid<")], [1, 1, 1])

    def test_mother_sees_both_children(self):
        """W5: each of them, with their own rows."""
        self._login("mother")
        text = self._page("/my/learning")
        self.assertEqual(text.count("o_edu_student"), 2)
        self.assertIn("Present", text)
        self.assertIn("Absent", text)
        self.assertIn("Charged: absent without a reason.", text)
        self.assertNotIn("Lê Văn Bình", text)
        only_em = self._page(f"/my/learning/{self.em.id}")
        self.assertIn("Trần Minh Em", only_em)
        self.assertNotIn("Trần Minh An", only_em)

    def test_others_see_nothing(self):
        """W5: neither another student, nor another family, nor a guardian who may not log in."""
        for login in ("binh", "lien", "father", "nobody"):
            self._login(login)
            self.assertNotIn("Trần Minh", self._page("/my/learning"), login)
            self._page(f"/my/learning/{self.an.id}", 404)
            for section in ("timetable", "attendance", "marks", "payments"):
                self._page(f"/my/learning/{self.an.id}/{section}", 404)
            self._page(f"/my/learning/invoice/{self.enrollment_an.invoice_ids.id}", 404)

    def test_access_ends_with_the_tick(self):
        self._login("mother")
        self._page(f"/my/learning/{self.an.id}")
        self.an.guardian_ids.filtered(
            lambda guardian: guardian.partner_id == self.mother
        ).portal_access = False
        self._page(f"/my/learning/{self.an.id}", 404)
        self._page(f"/my/learning/{self.em.id}")

    def test_colleagues_of_a_sponsor_see_nothing(self):
        """W5: one company, several people: each sees themselves."""
        company = self.env["res.partner"].create({"name": "Sponsor", "is_company": True})
        (self.binh.partner_id | self.portal["nobody"].partner_id).parent_id = company
        self._login("nobody")
        self.assertNotIn("Lê Văn Bình", self._page("/my/learning"))
        self._page(f"/my/learning/{self.binh.id}", 404)

    def test_wrong_addresses(self):
        self._login("mother")
        for url in (
            "/my/learning/0",
            "/my/learning/99999999999999999999",
            f"/my/learning/{self.an.id}/secrets",
            "/my/learning/invoice/99999999999999999999",
            "/my/learning/invoice/0",
            f"/my/learning/invoice/{self.enrollment_chi.invoice_ids.id}",
        ):
            self._page(url, 404)
        for page in (0, 99, 99999999999999999999):
            self._page(f"/my/learning/{self.an.id}/timetable/page/{page}")

    def test_pages(self):
        """Twenty rows on a page."""
        self._lessons(range(10, 35))
        self._login("mother")
        url = f"/my/learning/{self.an.id}/timetable"
        seen = [self._page(f"{url}{page}").count("o_edu_lesson") for page in ("", "/page/2")]
        self.assertEqual(seen, [20, 6])

    def test_cancelled_lesson_is_told(self):
        self.coming.action_cancel()
        self._login("mother")
        self.assertIn("Cancelled", self._page(f"/my/learning/{self.an.id}/timetable"))

    def test_invoice_of_the_payer(self):
        """W4: the one who pays comes to Odoo's own page; others see the instalments only."""
        invoice = self.enrollment_an.invoice_ids
        self._login("mother")
        self.assertIn(f"/my/learning/invoice/{invoice.id}", self._page("/my/learning"))
        response = self.url_open(f"/my/learning/invoice/{invoice.id}", allow_redirects=False)
        self.assertIn(f"/my/invoices/{invoice.id}?access_token=", response.headers["Location"])
        self.assertEqual(self.url_open(response.headers["Location"]).status_code, 200)
        an_user = self._make_portal_user("an", self.an.partner_id)
        self.authenticate(an_user.login, an_user.login)
        text = self._page("/my/learning")
        self.assertEqual(text.count("o_edu_instalment"), 3)
        self.assertNotIn("/my/learning/invoice/", text, "the mother's address stands on it")
        self._page(f"/my/learning/invoice/{invoice.id}", 404)

    def test_card_on_the_home_page(self):
        for login, count in (("mother", 2), ("binh", 1), ("father", 0)):
            self._login(login)
            self.assertIn('href="/my/learning"', self._page("/my"))
            counters = self.make_jsonrpc_request("/my/counters", {"counters": ["edu_learning_count"]})
            self.assertEqual(counters["edu_learning_count"], count)

    def test_calendar(self):
        """W3: a feed for calendar programs, in UTC, that stops with the access."""
        url = self.an._calendar_url(self.mother)
        self.authenticate(None, None)
        response = self.url_open(url)
        self.assertEqual(response.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertEqual(response.text.count("BEGIN:VEVENT"), 2)
        self.assertIn(self.coming.start.strftime("DTSTART:%Y%m%dT%H%M%SZ"), response.text)
        self.coming.action_cancel()
        self.assertIn("STATUS:CANCELLED", self.url_open(url).text)
        for wrong in (
            url.replace(f"/{self.an.id}-", f"/{self.binh.id}-"),
            url.replace(f"-{self.mother.id}-", f"-{self.lien.id}-"),
            url[:-6] + "00.ics" if url[-6:-4] != "00" else url[:-6] + "11.ics",
            self.an._calendar_url(self.father),
            "/my/learning/calendar/x.ics",
            f"/my/learning/calendar/999999999-1-{'a' * 64}.ics",
        ):
            self._page(wrong, 404)
        self.an.guardian_ids.portal_access = False
        self._page(url, 404)

    def test_queries(self):
        """Ten times as many children and lessons: as many queries."""
        self._login("mother")
        sections = [
            f"/my/learning/{self.an.id}/{name}" for name in ("timetable", "attendance", "marks", "payments")
        ]
        few = [self._queries_of(url) for url in ("/my/learning", *sections)]
        children = self._students(18)
        for child in children:
            child.guardian_ids = [Command.create({"partner_id": self.mother.id, "is_payer": True})]
        self._enroll(children)
        self._lessons(range(10, 29))
        held = self._lessons(range(-30, -11))
        held.attendance_ids.action_present()
        more = self.env["edu.assessment"].create(
            [{"class_id": self.class_n.id, "name": f"Bài {number}", "weight": 1} for number in range(10)]
        )
        self.env["edu.grade"].create(
            [
                {"assessment_id": assessment.id, "enrollment_id": enrollment.id, "score": 5}
                for assessment in more
                for enrollment in self.class_n.enrollment_ids
            ]
        )
        many = [self._queries_of(url) for url in ("/my/learning", *sections)]
        self.assertEqual(few, many)
