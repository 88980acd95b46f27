from datetime import timedelta

from odoo import fields
from odoo.addons.edu_schedule.tests.common import ScheduleCommon
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user


class PortalCommon(ScheduleCommon, HttpCase):
    """The cast of the portal tests, on top of the timetable's.

    ======== ============================= ================= =======================================
    login    is                            looks after       because
    ======== ============================= ================= =======================================
    mother   Trần Thị Mẹ                   an, em            guardian, may log in, pays
    father   Lê Văn Cha                    nobody            guardian of an, may *not* log in
    binh     Lê Văn Bình                   himself           student
    lien     Phạm Thị Liên                 chi               guardian of another family
    nobody   Người Lạ                      nobody            no student, no guardian
    ======== ============================= ================= =======================================

    an, em and binh study in ``class_n``, chi at south in ``class_s``. Of ``class_n`` one lesson has been held
    two days ago (an present, em absent, binh late), one comes in two days; their marks are 8, 7 and 6 of 10.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.website.company_id = cls.company
        cls.em = cls.env["edu.student"].create(
            {"name": "Trần Minh Em", "campus_id": cls.north.id, "user_id": cls.users["counsellor"].id}
        )
        cls.em.guardian_ids = [Command.create({"partner_id": cls.mother.id, "is_payer": True})]
        cls.father, cls.lien = cls.env["res.partner"].create(
            [{"name": "Lê Văn Cha"}, {"name": "Phạm Thị Liên"}]
        )
        cls.an.guardian_ids = [
            Command.create({"partner_id": cls.father.id, "relation": "father", "portal_access": False})
        ]
        cls.chi.guardian_ids = [Command.create({"partner_id": cls.lien.id, "is_payer": True})]
        cls.portal = {
            login: cls._make_portal_user(login, partner)
            for login, partner in (
                ("mother", cls.mother),
                ("father", cls.father),
                ("binh", cls.binh.partner_id),
                ("lien", cls.lien),
                ("nobody", cls.env["res.partner"].create({"name": "Người Lạ"})),
            )
        }
        cls.enrollments = cls._enroll(cls.an | cls.em | cls.binh)
        cls.enrollment_an, cls.enrollment_em, cls.enrollment_binh = cls.enrollments
        cls.enrollment_chi = cls._enroll(cls.chi, campus_id=cls.south.id, class_id=cls.class_s.id)
        cls.held, cls.coming = cls._lessons([-2, 2])
        for enrollment, press in zip(cls.enrollments, ("present", "absent", "late"), strict=True):
            line = cls.held.attendance_ids.filtered(lambda line, own=enrollment: line.enrollment_id == own)
            getattr(line, f"action_{press}")()
        cls.assessment = cls.env["edu.assessment"].create(
            {"class_id": cls.class_n.id, "name": "Giữa kỳ", "weight": 100, "max_score": 10}
        )
        cls.grades = cls.env["edu.grade"].create(
            [
                {"assessment_id": cls.assessment.id, "enrollment_id": enrollment.id, "score": score}
                for enrollment, score in zip(cls.enrollments, (8, 7, 6), strict=True)
            ]
        )

    @classmethod
    def _make_portal_user(cls, login, partner):
        return new_test_user(
            cls.env,
            login=f"p_{login}",
            name=partner.name,
            email=f"{login}@example.com",
            partner_id=partner.id,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _lessons(cls, days, for_class=None):
        """Sessions of two hours, each so many days from now, at the full hour."""
        now = fields.Datetime.now().replace(minute=0, second=0)
        return cls.env["edu.session"].create(
            [
                {
                    "class_id": (for_class or cls.class_n).id,
                    "start": now + timedelta(days=day),
                    "stop": now + timedelta(days=day, hours=2),
                    "topic": f"Bài {day}",
                }
                for day in days
            ]
        )

    def _login(self, login):
        self.authenticate(f"p_{login}", f"p_{login}")

    def _page(self, url, status=200):
        """The text of a page; fails when it does not answer with ``status``."""
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, status, url)
        return response.text

    def _send(self, **answers):
        """Send the enquiry form as a visitor does; ``None`` leaves an answer out."""
        if not getattr(self, "session", None):
            self.authenticate(None, None)
        data = {
            "csrf_token": Request.csrf_token(self),
            "name": "Hoàng Thị Thu",
            "phone": "0912 345 678",
            "who": "self",
            **answers,
        }
        return self.url_open(
            "/courses/enquire",
            data={name: answer for name, answer in data.items() if answer is not None},
            allow_redirects=False,
        )

    def _queries_of(self, url):
        """How many queries a page takes that has been opened before."""
        self._page(url)
        self._page(url)
        self.env.flush_all()
        self.env.invalidate_all()
        profiler = self.profile(collectors=["sql"], db=False)
        with profiler:
            self._page(url)
        (route,) = profiler._profiler__.sub_profilers
        return len(route.collectors[0].entries)
