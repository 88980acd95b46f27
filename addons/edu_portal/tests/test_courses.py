from odoo.fields import Command
from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestCourses(PortalCommon):
    def _publish(self, **values):
        program = self.env["edu.program"].create(
            {"code": "T-P", "name": "Tiếng Anh thiếu nhi", "company_id": self.company.id, **values}
        )
        program.action_submit()
        program.action_publish()
        return program

    def test_catalogue_shows_published_programs(self):
        """W1: programs that are published and on the website, and no others."""
        self._publish()
        hidden = self._publish(code="T-HID", name="Chỉ cho công ty", website_published=False)
        self.env["edu.program"].create({"code": "T-D", "name": "Đang bàn", "company_id": self.company.id})
        elsewhere = self._publish(
            code="T-E", name="Công ty khác", company_id=self.env["res.company"].create({"name": "Other"}).id
        )
        text = self._page("/courses")
        self.assertIn("Tiếng Anh thiếu nhi", text)
        self.assertIn("IELTS Foundation", text)
        for unseen in ("Chỉ cho công ty", "Đang bàn", "Công ty khác"):
            self.assertNotIn(unseen, text)
        for program in (hidden, elsewhere):
            self._page(program.website_url, 404)

    def test_search(self):
        """W1: every word counts, wherever it stands; a category includes those below it."""
        languages = self.env["edu.program.category"].create({"name": "Ngoại ngữ"})
        english = self.env["edu.program.category"].create({"name": "Anh văn", "parent_id": languages.id})
        self._publish(category_id=english.id)
        self.assertNotIn("IELTS Foundation", self._page("/courses?search=thiếu nhi"))
        self.assertIn("Tiếng Anh thiếu nhi", self._page("/courses?search=nhi tiếng"))
        self.assertIn("IELTS Foundation", self._page("/courses?search=listening"), "a subject")
        self.assertNotIn("IELTS Foundation", self._page(f"/courses?category={english.id}"))
        self.assertIn("No course has these words", self._page("/courses?search=<script>alert(1)</script>"))

    def test_search_takes_anything(self):
        for url in (
            "/courses?search=%00%ff" + "x" * 3000,
            "/courses?search=%25_%5C'\"",
            "/courses?category=99999999999999999999",
            "/courses?category=abc",
            "/courses?category=-1",
            "/courses/page/99999999999999999999",
            "/courses/page/0",
            "/courses?page=abc",
        ):
            self._page(url)

    def test_unknown_course(self):
        for slug in ("nothing", "x-0", "x-99999999999999999999", "-1", "x--5"):
            self._page(f"/courses/{slug}", 404)

    def test_paging(self):
        """W1: twelve on a page; the rest on the next one."""
        for number in range(13):
            self._publish(code=f"T-{number}", name=f"Khóa {number:02}")
        both = self._page("/courses?search=Khóa"), self._page("/courses/page/2?search=Khóa")
        seen = [sum(f"Khóa {number:02}" in text for number in range(13)) for text in both]
        self.assertEqual(seen, [12, 1])

    def test_course_page(self):
        """W1: open classes with seats, teacher, days and hours; no class that cannot be joined."""
        self.class_n.write({"capacity": 5})
        text = self._page(self.program.website_url)
        self.assertIn("Evenings North", text)
        self.assertIn("2 seats left", text)
        self.assertIn("Nguyễn Thị Lan", text)
        self.assertIn("Mon, Thu 18:00–20:00", text)
        self.class_n.write({"capacity": 3})
        self.assertIn("Full", self._page(self.program.website_url))
        self.class_n.action_start()
        self.assertNotIn("Evenings North", self._page(self.program.website_url))

    def test_course_page_tells_nothing_internal(self):
        self.program.note = "<p>Biên lợi nhuận thấp</p>"
        self.class_n.note = "<p>Lớp khó</p>"
        self.teacher.hourly_rate = 876_543
        text = self._page(self.program.website_url)
        for secret in ("Biên lợi nhuận thấp", "Lớp khó", "876,543", "876543", "Trần Minh An", "T-IELTS"):
            self.assertNotIn(secret, text)

    def test_one_address(self):
        """W1: a renamed program keeps its old links; the internal code is no part of them."""
        old = self.program.website_url
        self.program.name = "IELTS Nền tảng"
        self.assertEqual(self.program.website_url, f"/courses/ielts-nen-tang-{self.program.id}")
        response = self.url_open(old, allow_redirects=False)
        self.assertEqual(response.status_code, 301)
        self.assertTrue(response.headers["Location"].endswith(self.program.website_url))

    def test_search_engines(self):
        self.program.description = "<p>Sáu mươi giờ với giáo viên giỏi.</p>"
        text = self._page(self.program.website_url)
        self.assertIn("<title>IELTS Foundation |", text)
        self.assertIn('content="Sáu mươi giờ với giáo viên giỏi."', text)
        self.assertIn(self.program.website_url, self._page("/sitemap.xml"))
        self.program.website_published = False
        self.env["ir.attachment"].search([("url", "=like", "/sitemap%")]).unlink()
        self.assertNotIn(self.program.website_url, self._page("/sitemap.xml"))

    def test_timetable_in_words(self):
        self.class_b.slot_ids = [
            Command.create({"weekday": weekday, "hour_from": since, "hour_to": until})
            for weekday, since, until in (("5", 8.5, 10), ("0", 18, 19.5), ("2", 18, 19.5))
        ]
        self.assertEqual(self.class_b.timetable_text, "Mon, Wed 18:00–19:30; Sat 08:30–10:00")
        self.assertFalse(self.class_s.timetable_text)

    def test_queries(self):
        """Ten times as many programs, classes and lessons a week: as many queries."""
        self._add_class(self._publish(code="T-0", name="Khóa 0"), 0)
        few = self._queries_of("/courses?search=Khóa"), self._queries_of(self.program.website_url)
        for number in range(1, 11):
            program = self._publish(code=f"T-{number}", name=f"Khóa {number}")
            self._add_class(program, number)
            self._add_class(self.program, number)
        many = self._queries_of("/courses?search=Khóa"), self._queries_of(self.program.website_url)
        self.assertEqual(few, many)

    def _add_class(self, program, number):
        self.env["edu.class"].create(
            {
                "code": f"T-{number}-{program.id}",
                "name": "Lớp",
                "program_id": program.id,
                "campus_id": self.north.id,
                "teacher_id": self.env["edu.teacher"].create({"name": f"Cô {number}"}).id,
                "slot_ids": [Command.create({"weekday": "1", "hour_from": 8, "hour_to": 9})],
            }
        ).action_open()
