import re
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestOffers(PortalCommon):
    """A seat offered from the waiting list, answered on the portal (E23, W2).

    ``class_n`` is full with an, em and binh. Hoa (her mother is an's) waits first, Duy (pays himself) second.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.class_n.capacity = 3
        cls.hoa, cls.duy = cls.env["edu.student"].create(
            [
                {
                    "name": name,
                    "campus_id": cls.north.id,
                    "user_id": cls.users["counsellor"].id,
                    "email": email,
                }
                for name, email in (("Trần Thị Hoa", "hoa@example.com"), ("Ngô Đức Duy", "duy@example.com"))
            ]
        )
        cls.hoa.guardian_ids = [
            Command.create({"partner_id": cls.mother.id, "is_payer": True}),
            Command.create({"partner_id": cls.father.id, "relation": "father"}),
        ]
        cls.portal["hoa"] = cls._make_portal_user("hoa", cls.hoa.partner_id)
        cls.portal["duy"] = cls._make_portal_user("duy", cls.duy.partner_id)
        waiting = cls._enroll(cls.hoa | cls.duy, confirm=False)
        waiting.action_join_waitlist()
        cls.enrollment_hoa, cls.enrollment_duy = waiting
        cls.entry, cls.second = waiting.waitlist_ids.sorted("position")
        cls.url = f"/my/learning/offer/{cls.entry.id}"

    def _free(self):
        self.enrollment_binh.action_cancel()
        self.assertEqual(self.entry.state, "offered")

    def _answer(self, answer, entry=None, **data):
        token = {"csrf_token": Request.csrf_token(self)}
        return self.url_open(
            f"/my/learning/offer/{(entry or self.entry).id}/{answer}",
            data={**token, **data},
            allow_redirects=False,
        )

    def test_waiting_is_told(self):
        self._login("mother")
        text = self._page("/my/learning")
        self.assertIn("On the waiting list", text)
        self.assertNotIn("Accept the seat", text)
        self._login("duy")
        self.assertRegex(self._page("/my/learning"), r"Place\s*<strong>2</strong>")

    def test_mail_leads_there(self):
        self._free()
        mail = self.env["mail.mail"].search([("model", "=", "edu.waitlist"), ("res_id", "=", self.entry.id)])
        (address,) = re.findall(r'href="([^"]*/my/learning/offer/[^"]*)"', mail.body_html)
        self.assertTrue(address.endswith(self.url))
        self._login("mother")
        self.assertIn("Accept the seat", self._page(address[address.index("/my/") :]))

    def test_accept(self):
        """W2: seen with its end in the campus's time and its price; accepting enrols, once."""
        self._free()
        self.portal["mother"].tz = "America/New_York"
        self.entry.offer_expires = "2999-01-07 11:00:00"
        self._login("mother")
        for url in ("/my/learning", self.url):
            text = self._page(url)
            for expected in (
                "A seat is free for",
                "18:00",
                "Asia/Ho_Chi_Minh",
                "Accept the seat",
                "9,999,999",
            ):
                self.assertIn(expected, text, url)
        self._page(f"/my/learning/contract/{self.enrollment_hoa.id}")
        for _twice in range(2):
            answer = self._answer("accept")
            self.assertEqual(
                (answer.status_code, answer.headers["Location"][-len(self.url) :]), (303, self.url)
            )
        self.assertEqual((self.entry.state, self.enrollment_hoa.state), ("enrolled", "confirmed"))
        self.assertEqual(len(self.enrollment_hoa.invoice_ids), 1)
        self.assertEqual(self.enrollment_hoa.invoice_ids.state, "posted")
        self.assertEqual(self.enrollment_hoa.invoice_ids.partner_id, self.mother)
        self.assertEqual(self.enrollment_hoa.invoice_ids.invoice_user_id, self.users["counsellor"])
        self.assertEqual((self.class_n.seats_taken, self.class_n.seats_offered), (3, 0))
        text = self._page(self.url)
        self.assertIn("is enrolled", text)
        self.assertIn(f"/my/learning/contract/{self.enrollment_hoa.id}", text)
        self.assertNotIn("o_edu_offer", self._page("/my/learning"))

    def test_give_up(self):
        self._free()
        self._login("mother")
        for _twice in range(2):
            self.assertEqual(self._answer("leave").status_code, 303)
        self.assertEqual((self.entry.state, self.enrollment_hoa.state), ("left", "draft"))
        self.assertEqual(self.second.state, "offered")
        self.assertIn("The seat was given up", self._page(self.url))
        self._answer("accept")
        self.assertEqual((self.entry.state, self.enrollment_hoa.state), ("left", "draft"))

    def test_student_who_pays_accepts(self):
        self._free()
        self.entry.action_leave()
        self._login("duy")
        self._answer("accept", self.second)
        self.assertEqual(self.enrollment_duy.state, "confirmed")

    def test_others(self):
        """Whoever looks after the student sees the offer; only who pays answers it; nobody else knows of it."""
        self._free()
        for login in ("hoa", "father"):
            self._login(login)
            with self.subTest(login=login):
                text = self._page("/my/learning")
                self.assertIn("A seat is free for", text)
                self.assertIn("accepted by who pays", text)
                self.assertNotIn("Accept the seat", text)
                for answer in ("accept", "leave"):
                    self.assertEqual(self._answer(answer).status_code, 404)
        for login in ("binh", "lien", "nobody", "duy"):
            self._login(login)
            with self.subTest(login=login):
                self._page(self.url, 404)
                self.assertNotIn("Hoa", self._page("/my/learning"))
                for answer in ("accept", "leave"):
                    self.assertEqual(self._answer(answer).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.url, allow_redirects=False).headers["Location"])
        self.assertIn("/web/login", self._answer("accept").headers["Location"])
        self.assertEqual((self.entry.state, self.enrollment_hoa.state), ("offered", "waiting"))

    @mute_logger("odoo.http")
    def test_only_by_the_button(self):
        self._free()
        self._login("mother")
        self._page(f"{self.url}/accept", 405)
        self._page(f"{self.url}/secrets", 404)
        self.assertEqual(self._answer("accept", csrf_token="wrong").status_code, 400)
        for number in (0, 99999999999999999999):
            self._page(f"/my/learning/offer/{number}", 404)
        self.assertEqual(self.entry.state, "offered")

    def test_over(self):
        """Before the clock comes by and after it: the same sentence, and no seat."""
        self._free()
        self.entry.offer_expires = fields.Datetime.now() - timedelta(minutes=1)
        self._login("mother")
        self._answer("accept")
        for _before_and_after in range(2):
            self.assertIn("The offer is over", self._page(self.url))
            text = self._page("/my/learning")
            self.assertIn("The offer is over", text)
            self.assertNotIn("Accept the seat", text)
            self._answer("accept")
            self.env["edu.waitlist"]._cron_offer()
        self.assertEqual((self.entry.state, self.second.state), ("expired", "offered"))
        self.assertEqual(self.enrollment_hoa.state, "draft")
        self.enrollment_hoa.action_join_waitlist()
        text = self._page("/my/learning")
        self.assertNotIn("The offer is over", text, "the newest entry of the waiting list counts")
        self.assertIn("On the waiting list", text)
        self.enrollment_hoa.waitlist_ids.filtered("position").action_leave()
        self.entry.offer_expires = fields.Datetime.now() - timedelta(days=30)
        self.assertNotIn("o_edu_offer", self._page("/my/learning"))

    def test_what_the_staff_has_to_do(self):
        """When the class was closed meanwhile, or no package is agreed: a sentence, and nothing half-done."""
        self._free()
        self._login("mother")
        self.package.date_to = "2020-01-01"
        answer = self._answer("accept")
        self.assertIn("problem=1", answer.headers["Location"])
        self.assertIn("nothing was changed", self._page(f"{self.url}?problem=1"))
        self.assertEqual((self.entry.state, self.enrollment_hoa.state), ("offered", "waiting"))
        self.assertFalse(self.enrollment_hoa.invoice_ids)
        bare = self.env["edu.waitlist"].create({"class_id": self.class_n.id, "student_id": self.chi.id})
        self.class_n.capacity += 2
        self.assertEqual(bare.state, "offered")
        self.chi.guardian_ids.is_payer = True
        self._login("lien")
        text = self._page("/my/learning")
        self.assertIn("agree on the package", text)
        self.assertNotIn("Accept the seat", text)
        self._answer("accept", bare)
        self.assertEqual(bare.state, "offered")
        self.package.date_to = False
        bare.package_id = self.package
        self.assertEqual((bare.enrollment_id.state, bare.enrollment_id.user_id), ("waiting", self.env.user))
        self._answer("accept", bare)
        self.assertEqual(bare.enrollment_id.state, "confirmed")

    def test_queries(self):
        """Ten times as many offers, certificates and contracts to be signed: as many queries."""

        def certify(enrollments):
            self.env["edu.certificate"].create(
                [{"enrollment_id": enrollment.id} for enrollment in enrollments]
            ).action_issue()

        certify(self.enrollment_an)
        self._free()
        self._login("mother")
        few = self._queries_of("/my/learning")
        children = self._students(10)
        for child in children:
            child.guardian_ids = [Command.create({"partner_id": self.mother.id, "is_payer": True})]
        other = self.class_n.copy({"code": "T-N2", "state": "open", "capacity": 30})
        certify(self._enroll(children, class_id=other.id))
        self._enroll(children, confirm=False).action_join_waitlist()
        self.class_n.capacity = 30
        many = self._queries_of("/my/learning")
        text = self._page("/my/learning")
        counts = [text.count(word) for word in ("Accept the seat", "o_edu_certificate", "o_edu_to_sign")]
        self.assertEqual(counts, [11, 11, 12])
        self.assertEqual(few, many)
