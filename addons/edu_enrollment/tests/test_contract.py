import base64
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..tools.signature import BYTES_MAX, SIDE_MAX, read_signature
from .common import EnrollmentCommon


def picture(size=(300, 100), stroke=True, kind="PNG"):
    """A drawn signature as the browser sends it."""
    image = Image.new("RGBA" if kind == "PNG" else "RGB", size)
    if stroke:
        ImageDraw.Draw(image).line([(2, 2), (size[0] - 2, size[1] - 2)], fill="white", width=2)
    out = BytesIO()
    image.save(out, kind)
    return base64.b64encode(out.getvalue()).decode()


def bomb():
    """A file of a few bytes that claims to be a picture of 60,000 × 60,000 points."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(data).decode()


NOT_SIGNATURES = {
    "nothing": None,
    "empty": "",
    "a number": 7,
    "no base64": "§$%&",
    "text": base64.b64encode(b"<script>alert(1)</script>").decode(),
    "svg": base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"/>').decode(),
    "gif": base64.b64encode(b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,").decode(),
    "cut off": picture()[:40],
    "nothing drawn": picture(stroke=False),
    "too many bytes": "A" * (BYTES_MAX * 4 // 3 + 4),
    "too wide": picture((SIDE_MAX + 1, 10)),
    "bomb": bomb(),
}


class TestContract(EnrollmentCommon):
    """The signature of the payer under the contract (E20)."""

    def _sign(self, enrollment, signer=None, name="Trần Thị Mẹ", drawn=None):
        return enrollment._sign_contract(signer or self.mother, name, drawn or picture())

    def _notes(self, enrollment):
        return enrollment.message_ids.filtered(lambda message: "signed by" in (message.body or ""))

    def test_payer_signs_once(self):
        enrollment = self._enroll()
        self.assertTrue(enrollment._can_be_signed())
        self.assertTrue(self._sign(enrollment))
        self.assertEqual(enrollment.signed_by, "Trần Thị Mẹ")
        self.assertAlmostEqual(enrollment.signed_on.timestamp(), fields.Datetime.now().timestamp(), delta=60)
        self.assertEqual(Image.open(BytesIO(base64.b64decode(enrollment.signature))).size, (300, 100))
        note = self._notes(enrollment)
        self.assertEqual((note.author_id, note.subtype_id), (self.mother, self.env.ref("mail.mt_note")))
        self.assertFalse(note.attachment_ids, "X1: teachers read the chatter, and see no money")
        self.assertTrue(enrollment.signed_contract)
        teacher = self.env["ir.attachment"].with_user(self.users["teacher"])
        self.assertFalse(
            teacher.search([("res_model", "=", "edu.enrollment"), ("res_id", "=", enrollment.id)])
        )
        before = enrollment.signed_on, enrollment.signature
        self.assertFalse(self._sign(enrollment, name="Somebody", drawn=picture((50, 50))))
        self.assertEqual((enrollment.signed_by, self._notes(enrollment)), ("Trần Thị Mẹ", note))
        self.assertEqual((enrollment.signed_on, enrollment.signature), before)

    def test_nobody_else_signs(self):
        enrollment = self._enroll()
        for somebody in (self.an.partner_id, self.binh.partner_id, self.env.user.partner_id):
            with self.assertRaisesRegex(AccessError, "its payer only"):
                self._sign(enrollment, somebody)
        own = self._enroll(self.binh)
        self.assertTrue(self._sign(own, self.binh.partner_id, "Lê Văn Bình"))

    def test_only_what_is_agreed(self):
        """Terms that may still change, or are void, are not signed."""
        draft = self._enroll(confirm=False)
        cancelled = self._enroll(self.binh)
        cancelled.action_cancel()
        for enrollment in (draft, cancelled):
            self.assertFalse(enrollment._can_be_signed())
            with self.assertRaisesRegex(UserError, "nothing to sign"):
                self._sign(enrollment, enrollment.partner_id)
            self.assertFalse(enrollment.signed_on)

    def test_what_is_no_signature(self):
        enrollment = self._enroll()
        for what, drawn in NOT_SIGNATURES.items():
            with self.subTest(what), self.assertRaisesRegex(UserError, "not the picture"):
                enrollment._sign_contract(self.mother, "Mẹ", drawn)
            with self.subTest(what), self.assertRaises(ValueError):
                read_signature(drawn)
        for name in (None, "", "  ", "x" * 129, "a\x00b", "a\u202eb"):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "Write your name"):
                enrollment._sign_contract(self.mother, name, picture())
        self.assertFalse(enrollment.signed_on)
        self.assertFalse(self._notes(enrollment))
        self.assertTrue(enrollment._sign_contract(self.mother, "  Trần\tThị  Mẹ ", picture(kind="JPEG")))
        self.assertEqual(enrollment.signed_by, "Trần Thị Mẹ")

    def test_nobody_writes_a_signature(self):
        """Not the staff either, neither by hand nor by copying."""
        enrollment = self._enroll()
        director = enrollment.with_user(self.users["director"])
        for values in (
            {"signed_by": "Mẹ", "signed_on": "2026-01-01"},
            {"signature": picture()},
            {"signed_contract": picture()},
        ):
            with self.assertRaisesRegex(AccessError, "cannot be typed"):
                director.write(values)
        self._sign(enrollment)
        with self.assertRaisesRegex(AccessError, "cannot be typed"):
            director.signed_on = False
        copied = enrollment.copy({"class_id": False})
        self.assertFalse(copied.signed_on or copied.signed_by or copied.signature or copied.signed_contract)

    def test_staff_finds_signed_ones(self):
        signed, unsigned = self._enroll(self.an | self.binh)
        self._sign(signed)
        counsellor = self.env["edu.enrollment"].with_user(self.users["counsellor"])
        search = self.env.ref("edu_enrollment.edu_enrollment_view_search")
        view = counsellor.get_view(search.id, "search")["arch"]
        self.assertIn('name="contract_signed"', view)
        found = counsellor.search([("signed_on", "!=", False)])
        self.assertIn(signed, found)
        self.assertNotIn(unsigned, found)
        self.assertTrue(signed.with_user(self.users["counsellor"]).signature)
        action = signed.with_user(self.users["counsellor"]).action_open_signed_contract()
        self.assertIn(f"/{signed.id}/signed_contract", action["url"])
        teacher = signed.with_user(self.users["teacher"])
        with self.assertRaises(AccessError):
            teacher.read(["signature"])
        with self.assertRaises(AccessError):
            signed.with_user(self.users["stranger"]).action_open_signed_contract()

    def test_paper(self):
        """The signature stands on the contract; the one that was signed does not change any more."""
        enrollment = self._enroll().with_context(force_report_rendering=True)
        reports = self.env["ir.actions.report"]

        def drawn():
            return reports._render_qweb_html("edu_enrollment.report_contract", enrollment.ids)[0].decode()

        self.assertNotIn("Signed on", drawn())
        self._sign(enrollment, name="Mẹ An")
        self.assertIn("Signed on", drawn())
        self.assertIn("Mẹ An", drawn())
        self.assertIn("Asia/Ho_Chi_Minh", drawn())
        self.assertIn(f"data:image/png;base64,{enrollment.signature.decode()}", drawn())
        contract = enrollment._contract_pdf()
        self.assertTrue(contract.startswith(b"%PDF"))
        enrollment.sudo().class_id = self.class_n.copy({"code": "T-N2", "state": "open"})
        self.assertEqual(enrollment._contract_pdf(), contract)
