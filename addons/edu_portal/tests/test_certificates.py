from datetime import timedelta

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestCertificates(PortalCommon):
    """Checked by strangers without logging in (W9), kept by students and parents (W3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = cls.env["edu.certificate"].create(
            [
                {"enrollment_id": enrollment.id, "content": "Band 6.5", "place": "Hà Nội"}
                for enrollment in cls.enrollments
            ]
        )
        cls.certificates[:2].action_issue()
        cls.of_an, cls.of_em, cls.draft = cls.certificates

    def _checked(self, url):
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 200, url)
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertRegex(response.text, r'<meta name="robots" content="noindex')
        return response.text

    def _by_token(self, certificate):
        address = certificate._check_url()
        return self._checked(address[address.index("/certificates") :])

    def test_qr_code(self):
        """W9: what the QR code says is where the page is; it shows what is printed, and nothing else."""
        self.an.write({"phone": "0912 345 678", "birthdate": "2012-05-17"})
        text = self._by_token(self.of_an)
        self.assertIn("o_edu_certificate_valid", text)
        for printed in (
            self.of_an.number,
            "Trần Minh An",
            "Evenings North",
            "IELTS Foundation",
            "Hà Nội",
            "Band 6.5",
        ):
            self.assertIn(printed, text)
        for private in ("0912", "2012", self.an.student_number, "Trần Thị Mẹ", "Trần Minh Em"):
            self.assertNotIn(private, text)

    def test_expired(self):
        today = fields.Date.today()
        self.of_an.sudo().write(
            {"date_issue": today - timedelta(days=90), "date_expiry": today - timedelta(days=2)}
        )
        for text in (self._by_token(self.of_an), self._checked(f"/certificates?number={self.of_an.number}")):
            self.assertIn("o_edu_certificate_expired", text)
            self.assertNotIn("o_edu_certificate_valid", text)
        self.of_an.sudo().date_expiry = today + timedelta(days=2)
        self.assertIn("o_edu_certificate_valid", self._by_token(self.of_an))

    def test_revoked(self):
        self.of_an.action_revoke("Fraud at the exam")
        for text in (self._by_token(self.of_an), self._checked(f"/certificates?number={self.of_an.number}")):
            self.assertIn("o_edu_certificate_revoked", text)
            self.assertNotIn("o_edu_certificate_valid", text)
            self.assertNotIn("Fraud", text, "why is between the centre and the person")

    def test_number(self):
        """A number is easily guessed: it tells no name."""
        number = self.of_an.number
        for typed in (number, f"  {number.lower()} ", f"{number}%0A"):
            text = self._checked(f"/certificates?number={typed}")
            self.assertIn("o_edu_certificate_valid", text)
            self.assertIn("T*** M*** A***", text)
            self.assertIn("IELTS Foundation", text)
            for hidden in ("Minh", "Band 6.5", "Evenings North", "Hà Nội", self.of_an.access_token):
                self.assertNotIn(hidden, text)

    def test_unknown(self):
        """A clear sentence, the same whatever is wrong; nothing that a machine could tell apart."""
        self.assertNotIn("alert-warning", self._checked("/certificates"))
        answers = {
            typed: self._checked(f"/certificates?number={typed}").count("We have not issued")
            for typed in ("CE1999-00001", "%25", "_", "'; DROP TABLE x", "a" * 5000, "%00", "0", "<b>x</b>")
        }
        self.assertEqual(set(answers.values()) - {0}, {1})
        self.assertEqual([typed for typed, count in answers.items() if not count], ["%00"])
        self.assertNotIn("<b>x</b>", self._checked("/certificates?number=<b>x</b>"))
        for token in (
            "x",
            "a" * 24,
            "a" * 500,
            self.of_an.access_token[:-1],
            self.draft.access_token,
            "%00",
            self.of_an.number,
        ):
            with self.subTest(token=token):
                text = self._checked(f"/certificates/{token}")
                self.assertIn("We have not issued", text)
                self.assertNotIn("Bình", text)
        self.assertNotIn(
            "o_edu_certificate_", self._checked(f"/certificates?number={self.of_an.access_token}")
        )

    def test_not_in_the_sitemap(self):
        self.assertNotIn("/certificates", self.url_open("/sitemap.xml").text)

    def test_languages(self):
        for code in ("vi_VN", "zh_CN"):
            self.env["res.lang"]._activate_lang(code)
            self.website.language_ids |= self.env["res.lang"]._lang_get(code)
            view = self.env.ref("edu_portal.certificate_checked")
            view.update_field_translations("arch_db", {code: {"Issue date": f"{code} day"}})
            address = self.env["res.lang"]._lang_get(code).url_code
            text = self._checked(f"/{address}/certificates/{self.of_an.access_token}")
            self.assertIn(f"{code} day", text)

    @mute_logger("odoo.http")
    def test_no_correspondence(self):
        """W9: who has the token of the QR code neither reads nor writes messages about the certificate."""
        self.of_an.message_post(body="Thư cho bố", subtype_xmlid="mail.mt_comment")
        before = self.of_an.message_ids
        self.authenticate(None, None)
        thread = {
            "thread_model": "edu.certificate",
            "thread_id": self.of_an.id,
            "token": self.of_an.access_token,
        }
        for address, values in (
            ("/mail/chatter_fetch", {}),
            ("/mail/message/post", {"post_data": {"body": "Xin chào", "message_type": "comment"}}),
        ):
            with self.subTest(address=address), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(address, {**thread, **values})
        self.assertEqual(self.of_an.message_ids, before)

    def test_token(self):
        """E21: the token stays the certificate's own, whatever else there is with that name."""
        token = self.of_an._fields["access_token"]
        self.assertTrue(token.required and token.groups)
        self.assertEqual(self.of_an.access_url, f"/my/learning/certificate/{self.of_an.id}")
        for url in (self.of_an._get_share_url(), self.of_an.get_portal_url()):
            self.assertTrue(url.startswith(self.of_an.access_url))
            self.assertNotIn(self.of_an.access_token, url)

    # --- the student's own ---

    def test_on_my_learning(self):
        """W3: each child's certificates, and the PDF; drafts and revoked ones are no certificates."""
        self._login("mother")
        text = self._page("/my/learning")
        for certificate in (self.of_an, self.of_em):
            self.assertIn(certificate.number, text)
            self.assertIn("This is to certify", self._page(f"/my/learning/certificate/{certificate.id}"))
        self.of_em.action_revoke("Mistake")
        self.assertNotIn(self.of_em.number, self._page("/my/learning"))
        self._page(f"/my/learning/certificate/{self.of_em.id}", 404)
        self.assertIn(self.of_an.number, self._page(f"/my/learning/{self.an.id}/certificates"))
        self.assertIn("Nothing here yet", self._page(f"/my/learning/{self.em.id}/certificates"))
        self._login("binh")
        self.assertNotIn("o_edu_certificate", self._page("/my/learning"))
        self._page(f"/my/learning/certificate/{self.draft.id}", 404)

    def test_of_others(self):
        for login in ("binh", "lien", "father", "nobody"):
            self._login(login)
            with self.subTest(login=login):
                self._page(f"/my/learning/certificate/{self.of_an.id}", 404)
                self._page(f"/my/learning/{self.an.id}/certificates", 404)
                self.assertNotIn(self.of_an.number, self._page("/my/learning"))
        self.authenticate(None, None)
        for url in (f"/my/learning/certificate/{self.of_an.id}", f"/my/learning/{self.an.id}/certificates"):
            self.assertIn("/web/login", self.url_open(url, allow_redirects=False).headers["Location"])
        self._login("mother")
        for number in (0, 99999999999999999999):
            self._page(f"/my/learning/certificate/{number}", 404)

    @mute_logger("odoo.http")
    def test_api(self):
        """Certificates and waiting lists are pages of the portal, not records of it."""
        self._login("mother")
        for model in ("edu.certificate", "edu.waitlist"):
            with self.subTest(model=model), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {"model": model, "method": "search_read", "args": [[], ["id"]], "kwargs": {}},
                )
