from unittest.mock import patch

from odoo.addons.edu_enrollment.tests.test_contract import NOT_SIGNATURES, picture
from odoo.exceptions import UserError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestContract(PortalCommon):
    """The contract of an enrolment on the portal: read by the family, signed by its payer (E20)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal["an"] = cls._make_portal_user("an", cls.an.partner_id)
        cls.url = f"/my/learning/contract/{cls.enrollment_an.id}"

    def _sign(self, enrollment=None, name="Trần Thị Mẹ", signature=None):
        return self.make_jsonrpc_request(
            f"/my/learning/contract/{(enrollment or self.enrollment_an).id}/sign",
            {"name": name, "signature": picture() if signature is None else signature},
        )

    def _notes(self, enrollment):
        return enrollment.message_ids.filtered(lambda message: "signed by" in (message.body or ""))

    def test_address(self):
        """Odoo's link to a record leads who may open the contract to it, without a key; others to their home page."""
        link = f"/mail/view?model=edu.enrollment&res_id={self.enrollment_an.id}"
        self.assertEqual(self.enrollment_an.access_url, self.url)
        self.assertEqual(self.enrollment_an._get_share_url(), f"{self.url}?")
        for login, target in (("mother", self.url), ("binh", "/my")):
            self._login(login)
            location = self.url_open(link, allow_redirects=False).headers["Location"]
            self.assertEqual(location.split("?")[0].removeprefix(self.base_url()), target)

    def test_mail_without_a_key(self):
        """A letter about the contract carries no button that opens it, and no key is made."""
        message = self.enrollment_an.message_post(
            body="Xin chào", subtype_xmlid="mail.mt_comment", partner_ids=self.mother.ids
        )
        (mail,) = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn("Xin chào", mail.body_html)
        self.assertNotIn("/mail/view", mail.body_html)
        self.assertFalse(self.enrollment_an.access_token)

    def test_payer_reads_and_signs(self):
        self._login("mother")
        overview = self._page("/my/learning")
        self.assertIn(f'href="{self.url}"', overview)
        self.assertIn("Waiting for your signature", overview)
        text = self._page(self.url)
        for expected in ("Trần Minh An", "IELTS complete", "9,999,999", "4,000,000", "portal.signature_form"):
            self.assertIn(expected, text)
        self.assertIn("Enrolment Contract", self._page(f"{self.url}/pdf"))
        answer = self._sign()
        self.assertEqual(answer, {"force_refresh": True, "redirect_url": self.url})
        enrollment = self.enrollment_an
        self.assertEqual(enrollment.signed_by, "Trần Thị Mẹ")
        note = self._notes(enrollment)
        self.assertEqual((len(note), note.author_id, len(note.attachment_ids)), (1, self.mother, 0))
        text = self._page(self.url)
        self.assertIn("The contract is signed", text)
        self.assertNotIn("portal.signature_form", text)
        self.assertIn("Signed on", self._page(f"{self.url}/pdf"))
        self.assertNotIn(f"Contract {enrollment.name}</a>", self._page("/my/learning"))
        first = enrollment.signed_on, enrollment.signature
        self.assertEqual(self._sign(name="Ai đó", signature=picture((50, 50))), answer)
        self.assertEqual((enrollment.signed_by, self._notes(enrollment)), ("Trần Thị Mẹ", note))
        self.assertEqual((enrollment.signed_on, enrollment.signature), first)

    def test_student_who_pays_signs(self):
        self._login("binh")
        self.assertIn("force_refresh", self._sign(self.enrollment_binh, "Lê Văn Bình"))
        self.assertEqual(self.enrollment_binh.signed_by, "Lê Văn Bình")

    @mute_logger("odoo.http")
    def test_others(self):
        """Neither the student for whom is paid, nor the other parent, nor strangers, nor visitors."""
        for login in ("an", "binh", "lien", "father", "nobody"):
            self._login(login)
            with self.subTest(login=login):
                self._page(self.url, 404)
                self._page(f"{self.url}/pdf", 404)
                with self.assertRaisesRegex(JsonRpcException, "NotFound"):
                    self._sign()
                self.assertNotIn(self.url, self._page("/my/learning"))
        self.authenticate(None, None)
        for url in (self.url, f"{self.url}/pdf"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])
        with self.assertRaises(JsonRpcException):
            self._sign()
        self.assertFalse(self.enrollment_an.signed_on)

    @mute_logger("odoo.http")
    def test_other_parent_who_may_log_in(self):
        """The father sees the lessons of the child, not the contract of the mother; nor the other way round."""
        self.an.guardian_ids.portal_access = True
        self._login("father")
        self.assertIn("Trần Minh An", self._page("/my/learning"))
        self._page(self.url, 404)
        with self.assertRaisesRegex(JsonRpcException, "NotFound"):
            self._sign()
        self.assertFalse(self.enrollment_an.signed_on)

    @mute_logger("odoo.http")
    def test_guardian_of_a_student_who_pays(self):
        """Looks after the student and sees the contract, but is not the one who signs it."""
        self.binh.guardian_ids = [(0, 0, {"partner_id": self.father.id, "relation": "father"})]
        self._login("father")
        url = f"/my/learning/contract/{self.enrollment_binh.id}"
        text = self._page(url)
        self.assertIn("signed by who pays", text)
        self.assertNotIn("portal.signature_form", text)
        with self.assertRaisesRegex(JsonRpcException, "NotFound"):
            self._sign(self.enrollment_binh)
        self._login("binh")
        self._sign(self.enrollment_binh, "Bình")
        self._login("father")
        text = self._page(url)
        self.assertIn("The contract is signed", text)
        self.assertNotIn("data:image/png", text, "the signature itself is for the one whose it is")

    @mute_logger("odoo.http")
    def test_payer_without_access(self):
        """Paying does not open what the family has closed."""
        self.an.guardian_ids.portal_access = False
        self._login("mother")
        self._page(self.url, 404)
        with self.assertRaisesRegex(JsonRpcException, "NotFound"):
            self._sign()

    def test_what_is_refused_is_explained(self):
        self._login("mother")
        for what, signature in NOT_SIGNATURES.items():
            with self.subTest(what):
                answer = self._sign(signature=signature if signature is not None else [])
                self.assertIn("not the picture of a signature", answer["error"])
        self.assertIn("Write your name", self._sign(name="")["error"])
        self.assertIn("Write your name", self._sign(name={"a": 1} and "x" * 500)["error"])
        self.assertFalse(self.enrollment_an.signed_on)
        self.enrollment_an.sudo().action_cancel()
        self.assertIn("nothing to sign", self._sign()["error"])
        self.assertNotIn("portal.signature_form", self._page(self.url))

    def test_all_or_nothing(self):
        """No signature without the paper: when it cannot be printed, it can be signed again."""
        self._login("mother")
        broken = UserError("The printer is on fire")
        with patch.object(type(self.enrollment_an), "_contract_pdf", side_effect=broken):
            self.assertEqual(self._sign(), {"error": "The printer is on fire"})
        self.env.invalidate_all()
        self.assertFalse(self.enrollment_an.signed_on or self.enrollment_an.signature)
        self.assertIn("force_refresh", self._sign())

    def test_wrong_addresses(self):
        self._login("mother")
        draft = self._enroll(self.em, confirm=False, class_id=False)
        for number in (0, draft.id, self.enrollment_chi.id, 99999999999999999999):
            self._page(f"/my/learning/contract/{number}", 404)
            self._page(f"/my/learning/contract/{number}/pdf", 404)

    @mute_logger("odoo.http")
    def test_api(self):
        """The signature is not read over the API, nor as a picture, not even by the one who signed."""
        self._login("mother")
        self._sign()
        for name in ("signature", "signed_contract", "signed_by"):
            with self.subTest(name), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {
                        "model": "edu.enrollment",
                        "method": "read",
                        "args": [self.enrollment_an.ids, [name]],
                        "kwargs": {},
                    },
                )
        for login in ("mother", "binh"):
            self._login(login)
            self._page(f"/web/content/edu.enrollment/{self.enrollment_an.id}/signed_contract", 404)
            signature = self.url_open(f"/web/image/edu.enrollment/{self.enrollment_an.id}/signature")
            self.assertNotEqual(
                signature.content,
                self.env["ir.attachment"]
                .search([("res_model", "=", "edu.enrollment"), ("res_field", "=", "signature")])
                .raw,
            )
        note = self._notes(self.enrollment_an)
        self.assertFalse(note.with_user(self.portal["mother"]).search([("id", "=", note.id)]))

    def test_in_the_browser(self):
        """With Odoo's own signature component."""
        self.start_tour(self.url, "edu_portal_sign", login="p_mother")
        self.assertEqual(self.enrollment_an.signed_by, "Trần Thị Mẹ")
        self.assertEqual(len(self._notes(self.enrollment_an)), 1)
