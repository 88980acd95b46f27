from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestEnquiry(PortalCommon):
    def setUp(self):
        super().setUp()
        self.leads_before = self.env["crm.lead"].search_count([])
        self.partners_before = self.env["res.partner"].search_count([])

    def _new_lead(self):
        lead = self.env["crm.lead"].search([], order="id desc", limit=1)
        self.assertEqual(self.env["crm.lead"].search_count([]), self.leads_before + 1)
        return lead

    def _refused(self, sentence, **answers):
        """The form comes back with a sentence and the answers, and nothing has been written."""
        response = self._send(**answers)
        self.assertEqual(response.status_code, 422)
        self.assertIn(sentence, response.text)
        self.assertEqual(self.env["crm.lead"].search_count([]), self.leads_before)
        self.assertEqual(self.env["res.partner"].search_count([]), self.partners_before)
        return response.text

    def test_enquiry_becomes_a_lead(self):
        response = self._send(
            program=str(self.program.id),
            campus=str(self.south.id),
            email="thu@example.com",
            message="Học tối được không?",
        )
        self.assertEqual(response.status_code, 303)
        self.assertIn("Your enquiry has arrived", self._page("/courses/enquire/thanks"))
        lead = self._new_lead()
        self.assertEqual(lead.contact_name, "Hoàng Thị Thu")
        self.assertEqual(lead.partner_id.name, "Hoàng Thị Thu")
        self.assertEqual(lead.email_from, "thu@example.com")
        self.assertEqual(lead.program_ids, self.program)
        self.assertEqual(lead.campus_id, self.south)
        self.assertEqual(lead.source_id.name, "Website")
        self.assertEqual(lead.care_status, "new")
        self.assertIn("Học tối được không?", lead.description)

    def test_class_decides_program_and_campus(self):
        self._send(**{"class": str(self.class_n.id), "campus": str(self.south.id)})
        lead = self._new_lead()
        self.assertEqual((lead.program_ids, lead.campus_id), (self.program, self.north))
        self.assertIn(self.class_n.code, lead.description)

    def test_child(self):
        self._send(
            who="child", learner_name="Hoàng Bảo", learner_birthdate="2015-06-01", learner_relation="mother"
        )
        lead = self._new_lead()
        self.assertEqual(lead.learner_name, "Hoàng Bảo")
        self.assertEqual(str(lead.learner_birthdate), "2015-06-01")
        self.assertEqual(lead.learner_relation, "mother")

    def test_answers_about_a_child_are_left_out_for_oneself(self):
        self._send(who="self", learner_name="Hoàng Bảo", learner_birthdate="nonsense")
        self.assertFalse(self._new_lead().learner_name)

    def test_double_click(self):
        """The same answers twice: one lead, and the visitor is thanked twice."""
        for _click in range(2):
            self.assertEqual(self._send(message="Một lần thôi").status_code, 303)
        self._new_lead()

    def test_known_person_is_found(self):
        self.mother.phone = "+84 912 345 678"
        self._send()
        self.assertEqual(self._new_lead().partner_id, self.mother)
        self.assertEqual(self.mother.name, "Trần Thị Mẹ", "a stranger cannot rename anybody")

    def test_machine(self):
        """What nobody sees is filled in: thanked, and nothing written."""
        self.assertEqual(self._send(homepage="http://spam.example.com").status_code, 303)
        self.assertEqual(self.env["crm.lead"].search_count([]), self.leads_before)

    def test_missing_answers(self):
        self._refused("Tell us your name", name="  ")
        self._refused("Tell us your name", name=None)
        self._refused("Give a phone number or an e-mail address", phone="")
        self._refused("Tell us the name of the child", who="child")

    def test_wrong_answers(self):
        self._refused("This is not a phone number", phone="gọi tôi nhé")
        self._refused("This is not a phone number", phone="12345")
        self._refused("This is not an e-mail address", email="thu@")
        for birthdate in ("31/12/2015", "2999-01-01", "1700-01-01", "2015-02-30", "0000-00-00", "x" * 200):
            self._refused(
                "Nobody has that birthday", who="child", learner_name="Bảo", learner_birthdate=birthdate
            )
        self._refused("This course is not offered any more", program="99999999999999")
        self._refused("This course is not offered any more", program="' OR 1=1")
        self._refused("This campus is not ours any more", campus=str(2**31))

    def test_unpublished_course(self):
        draft = self.env["edu.program"].create(
            {"code": "T-D", "name": "Đang bàn", "company_id": self.company.id}
        )
        text = self._refused("This course is not offered any more", program=str(draft.id))
        self.assertNotIn("Đang bàn", text)

    def test_long_answers(self):
        self._refused("longer than 128 characters", name="a" * 10_000)
        self._refused("longer than 64 characters", phone="1" * 10_000)
        self._refused("longer than 254 characters", email="a" * 10_000 + "@example.com")
        self._refused("longer than 5000 characters", message="a" * 10_000)

    def test_answers_come_back_harmless(self):
        text = self._refused(
            "Give a phone number", phone="", name='"><script>alert(1)</script>', message="</textarea><b>x</b>"
        )
        self.assertNotIn("<script>alert(1)", text)
        self.assertNotIn("</textarea><b>", text)
        self.assertIn("&lt;/textarea&gt;&lt;b&gt;", text)

    def test_html_and_emoji(self):
        self._send(name="Thu 🎓 <b>Lê</b>", message="<img src=x onerror=alert(1)> 👍\x00")
        lead = self._new_lead()
        self.assertEqual(lead.contact_name, "Thu 🎓 <b>Lê</b>")
        self.assertNotIn("<img", lead.description)
        self.assertIn("👍", lead.description)

    def test_file_instead_of_text(self):
        self.authenticate(None, None)
        response = self.url_open(
            "/courses/enquire",
            data={"csrf_token": Request.csrf_token(self), "phone": "0912345678"},
            files={"name": ("name.txt", b"x"), "message": ("m.txt", b"y")},
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 422)

    @mute_logger("odoo.http")
    def test_csrf(self):
        """Another site cannot send the form for a visitor."""
        self.assertEqual(self._send(csrf_token="wrong").status_code, 400)
        self.assertEqual(self._send(csrf_token=None).status_code, 400)
        self.assertEqual(self.env["crm.lead"].search_count([]), self.leads_before)

    def test_known_visitor_need_not_type(self):
        self._login("mother")
        text = self._page("/courses/enquire")
        self.assertIn('value="Trần Thị Mẹ"', text)
        self.assertIn('value="mother@example.com"', text)
        self.assertNotIn("Trần Thị Mẹ", self._public_page("/courses/enquire"))

    def _public_page(self, url):
        self.authenticate(None, None)
        return self._page(url)
