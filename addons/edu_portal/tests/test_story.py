from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestStory(HttpCase):
    """From an empty centre to the page of the family, each step in the browser of the person whose step it is.

    ========== =================================================================
    login      does
    ========== =================================================================
    director   campus, teacher, room, program, package, class
    (visitor)  asks for a seat for her child on the website
    counsellor enrols the child out of the lead
    cashier    takes the first instalment
    academic   generates the sessions, is refused a second class in the room
    teacher    takes the roll, enters a mark
    student    looks, and so does the mother; another student sees nothing of it
    ========== =================================================================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.VND").active = True
        cls.company = cls.env["res.company"].create(
            {
                "name": "Tour Centre",
                "currency_id": cls.env.ref("base.VND").id,
                "country_id": cls.env.ref("base.vn").id,
            }
        )
        cls.env.user.company_ids |= cls.company
        cls.env.user.company_id = cls.company
        cls.env["account.chart.template"].try_loading("vn", cls.company, install_demo=False)
        cls.company.account_sale_tax_id = False
        cls.env["resource.calendar"].create({"name": "Tour Evenings", "company_id": cls.company.id})
        cls.env["website"].search([], limit=1).company_id = cls.company
        for role, group in (
            ("director", "edu_catalog.group_edu_director"),
            ("counsellor", "edu_catalog.group_edu_counsellor_all"),
            ("cashier", "edu_enrollment.group_edu_cashier"),
            ("academic", "edu_catalog.group_edu_academic"),
            ("teacher", "edu_catalog.group_edu_teacher"),
        ):
            new_test_user(
                cls.env,
                login=f"tour_{role}",
                name=f"Tour {role.title()}",
                groups=group,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
                tz="Asia/Ho_Chi_Minh",
            )

    def _records(self, model):
        return self.env[model].search([("company_id", "=", self.company.id)])

    def _portal_user(self, partner, login):
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": login,
                "password": login,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )

    def test_story(self):
        self.start_tour("/odoo", "edu_story_centre", login="tour_director")
        class_ = self._records("edu.class")
        self.assertEqual((class_.code, class_.state, class_.capacity), ("TOUR-1", "open", 8))
        campus = class_.campus_id
        campus.user_ids = self.env["res.users"].search(
            [("login", "in", ("tour_counsellor", "tour_academic"))]
        )
        campus.tz = "Asia/Ho_Chi_Minh"
        self.authenticate(None, None)

        answer = self.url_open(
            "/courses/enquire",
            data={
                "csrf_token": Request.csrf_token(self),
                "name": "Vũ Thị Hà",
                "phone": "0987 654 321",
                "who": "child",
                "learner_name": "Vũ Gia Huy",
                "learner_relation": "mother",
                "class": class_.id,
            },
        )
        self.assertIn("/courses/enquire/thanks", answer.url)
        lead = self.env["crm.lead"].search([("contact_name", "=", "Vũ Thị Hà")])
        self.assertEqual((lead.learner_name, lead.campus_id), ("Vũ Gia Huy", campus))
        self.start_tour("/odoo", "edu_story_enroll", login="tour_counsellor")
        enrollment = self._records("edu.enrollment")
        self.assertEqual((enrollment.state, enrollment.lead_id, enrollment.type), ("confirmed", lead, "new"))
        self.assertEqual(enrollment.partner_id, lead.partner_id)
        self.assertEqual(sum(enrollment.instalment_ids.mapped("amount_currency")), 9_999_999)
        self.assertEqual((class_.seats_taken, lead.care_status), (1, "converted"))

        self.start_tour("/odoo", "edu_story_pay", login="tour_cashier")
        self.assertEqual((enrollment.amount_paid, enrollment.amount_due), (4_000_000, 5_999_999))
        self.assertEqual(enrollment.instalment_ids.mapped("instalment_state"), ["paid", "unpaid", "unpaid"])

        today = fields.Date.today()
        monday = today - timedelta(days=today.weekday())
        class_.date_start = monday
        self.env["edu.class"].create(
            {
                "code": "TOUR-2",
                "name": "Tour Second",
                "program_id": class_.program_id.id,
                "campus_id": campus.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "date_from": f"{monday + timedelta(days=6)} 17:00:00",
                "date_to": f"{monday + timedelta(days=7)} 16:59:59",
            }
        )
        self.start_tour("/odoo", "edu_story_timetable", login="tour_academic")
        days = [(session.start.date() - monday).days for session in class_.session_ids.sorted("start")]
        self.assertEqual(days, [0, 14, 21, 28, 35, 42], "six Mondays, without the holiday on the second one")

        self.env["edu.assessment"].create(
            {"class_id": class_.id, "name": "Mid-term", "weight": 100, "max_score": 10}
        )
        self.start_tour("/odoo", "edu_story_teach", login="tour_teacher")
        self.assertEqual((enrollment.hours_delivered, enrollment.amount_delivered), (1.5, 1_666_667))
        self.assertEqual(enrollment.final_mark, 85)

        self._portal_user(enrollment.student_id.partner_id, "tour_student")
        self._portal_user(enrollment.partner_id, "tour_mother")
        stranger = self.env["edu.student"].create({"name": "Stranger", "campus_id": campus.id})
        self._portal_user(stranger.partner_id, "tour_stranger")
        self.start_tour("/my/learning", "edu_story_learning", login="tour_student")
        self.start_tour("/my/learning", "edu_story_learning", login="tour_mother")
        self.authenticate("tour_stranger", "tour_stranger")
        page = self.url_open("/my/learning")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Vũ Gia Huy", page.text)
