from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestWaitlist(EnrollmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seated = cls._enroll(cls._students(3))
        cls.an.email = "an@example.com"

    @classmethod
    def _students(cls, number, **values):
        return cls.env["edu.student"].create(
            [
                {"name": f"Student {index}", "campus_id": cls.north.id, "email": f"s{index}@example.com"}
                | values
                for index in range(number)
            ]
        )

    def _join(self, students):
        enrollments = self._enroll(students, confirm=False)
        enrollments.action_join_waitlist()
        return enrollments

    def _mails(self, entries):
        return self.env["mail.mail"].search([("model", "=", "edu.waitlist"), ("res_id", "in", entries.ids)])

    def _expire(self, entries):
        entries.offer_expires = fields.Datetime.now() - timedelta(minutes=1)

    def test_story(self):
        """E23: full, join, a seat frees up, the offer holds it, its mail goes out once, accepting enrols."""
        first, second = self._join(self.an | self.binh)
        entries = (first | second).waitlist_ids
        self.assertEqual((first.state, second.state), ("waiting", "waiting"))
        self.assertEqual(entries.mapped("position"), [1, 2])
        self.assertEqual(self.class_n.waitlist_count, 2)
        self.assertFalse(self._mails(entries))
        self.seated[0].action_cancel()
        one, two = first.waitlist_ids, second.waitlist_ids
        self.assertEqual((one.state, two.state), ("offered", "waiting"))
        self.assertEqual((self.class_n.seats_taken, self.class_n.seats_offered), (3, 1))
        hours = (one.offer_expires - fields.Datetime.now()).total_seconds() / 3600
        self.assertAlmostEqual(hours, self.company.edu_waitlist_hours, delta=0.1)
        mails = self._mails(one)
        self.assertEqual(mails.recipient_ids, self.mother | self.an.partner_id)
        self.assertEqual((mails.mapped("state"), len(mails)), (["outgoing"], 1))
        self.assertIn("Evenings North", mails.subject)
        self.env["edu.waitlist"]._cron_offer()
        self.class_n._offer_free_seats()
        self.assertEqual(self._mails(entries), mails, "once")
        with self.assertRaisesRegex(UserError, "is full"), self.cr.savepoint():
            self._enroll(self._students(1))
        one.action_accept()
        one.action_accept()
        self.assertEqual((first.state, one.state, one.position), ("confirmed", "enrolled", 0))
        self.assertEqual((self.class_n.seats_taken, self.class_n.seats_offered), (3, 0))
        self.assertEqual((two.position, len(first.invoice_ids)), (1, 1))
        with self.assertRaisesRegex(UserError, "No seat is offered"):
            two.action_accept()

    def test_no_context_keeps_the_seat_from_who_waits(self):
        """E23: whatever a caller over the API sends along, a seat that was given up goes to the next one."""
        waiting = self._join(self.an)
        self.seated[0].with_context(edu_hold_seats=True).action_cancel()
        self.assertEqual(waiting.waitlist_ids.state, "offered")

    def test_mail(self):
        """E23: one record in the mail queue says who, which class, until when in the campus's time zone."""
        self.company.edu_waitlist_hours = 1
        entry = self._join(self.an).waitlist_ids
        self.seated[0].action_cancel()
        mail = self._mails(entry)
        self.assertEqual(len(mail), 1)
        until = fields.Datetime.context_timestamp(
            entry.with_context(tz="Asia/Ho_Chi_Minh"), entry.offer_expires
        )
        for text in ("Trần Minh An", "Evenings North", "North", f"{until.minute:02}", str(until.year)):
            self.assertIn(text, mail.body_html)
        self.assertIn(f"{until.hour % 12 or 12}:{until.minute:02}", mail.body_html)
        for _run in range(3):
            self.env["edu.waitlist"]._cron_offer()
        self.assertEqual(self._mails(entry), mail)

    def test_expiry_offers_on(self):
        """E23: an offer that is over cannot be accepted; the next one has the seat; the first may join again."""
        first, second = self._join(self.an | self.binh)
        self.seated[0].action_cancel()
        one, two = first.waitlist_ids, second.waitlist_ids
        self._expire(one)
        with self.assertRaisesRegex(UserError, "is over"):
            one.action_accept()
        for _run in range(2):
            self.env["edu.waitlist"]._cron_offer()
        self.assertEqual((one.state, two.state, first.state), ("expired", "offered", "draft"))
        self.assertEqual((self.class_n.seats_taken, len(self._mails(two))), (3, 1))
        first.action_join_waitlist()
        self.assertEqual(len(first.waitlist_ids), 2)
        self._expire(two)
        self.env["edu.waitlist"]._cron_offer()
        self.assertEqual(first.waitlist_ids.filtered("position").state, "offered")

    def test_hours_are_the_company_s(self):
        settings = self.env["res.config.settings"].create({"edu_waitlist_hours": 5})
        settings.execute()
        entry = self._join(self.an).waitlist_ids
        self.seated[0].action_cancel()
        self.assertLess(entry.offer_expires, fields.Datetime.now() + timedelta(hours=5, minutes=1))

    def test_where_seats_become_free(self):
        """E23: cancelled, capacity raised, limit lifted, moved to another class, offer declined."""
        queue = self._join(self._students(5)).waitlist_ids
        self.seated[0].action_cancel()
        self.assertEqual(queue.mapped("state").count("offered"), 1)
        self.class_n.capacity = 4
        self.assertEqual(queue.mapped("state").count("offered"), 2)
        other = self.class_n.copy({"code": "T-N2", "state": "open"})
        self.seated[1].sudo().class_id = other
        self.assertEqual(queue.mapped("state").count("offered"), 3)
        queue[0].action_leave()
        self.assertEqual(queue.mapped("state"), ["left", "offered", "offered", "offered", "waiting"])
        self.assertEqual(queue.mapped("position"), [0, 1, 2, 3, 4])
        self.assertEqual(queue[0].enrollment_id.state, "draft")
        self.class_n.seats_limited = False
        self.assertEqual(queue[4].state, "offered")

    def test_order_of_the_list(self):
        """E23: academic staff may change it; it says who is next."""
        first, second = self._join(self.an | self.binh).waitlist_ids
        with self.assertRaisesRegex(AccessError, "academic staff"):
            first.with_user(self.users["counsellor"]).position = 5
        first.with_user(self.users["academic"]).position = 5
        self.seated[0].action_cancel()
        self.assertEqual((first.state, second.state), ("waiting", "offered"))

    def test_only_once(self):
        """E23: one place per class and student; not for those in the class; not while there are seats."""
        enrollment = self._join(self.an)
        enrollment.action_join_waitlist()
        self.assertEqual(len(enrollment.waitlist_ids), 1)
        with self.assertRaisesRegex(UserError, "already"), self.cr.savepoint():
            self._join(self.an)
        with self.assertRaisesRegex(UserError, "already"), self.cr.savepoint():
            self._join(self.seated[0].student_id)
        self.class_n.capacity = 10
        with self.assertRaisesRegex(UserError, "has a seat left"), self.cr.savepoint():
            self._join(self.binh)
        with self.assertRaisesRegex(UserError, "choose the class"):
            self._enroll(self.binh, confirm=False, class_id=False).action_join_waitlist()

    def test_entry_by_hand(self):
        """E23: by the form or the API; the enrolment comes with the package, at the latest when accepting."""
        form = Form(self.env["edu.waitlist"].with_user(self.users["academic"]))
        form.class_id = self.class_n
        form.student_id = self.an
        form.package_id = self.package
        entry = form.save()
        self.assertEqual((entry.enrollment_id.state, entry.position), ("waiting", 1))
        bare = self.env["edu.waitlist"].create({"class_id": self.class_n.id, "student_id": self.binh.id})
        self.class_n.capacity = 5
        with self.assertRaisesRegex(UserError, "Choose the package"):
            bare.action_accept()
        bare.package_id = self.package
        (bare | entry).with_user(self.users["academic"]).action_accept()
        self.assertEqual((bare | entry).enrollment_id.mapped("state"), ["confirmed", "confirmed"])
        self.assertEqual(self.class_n.seats_taken, 5)

    def test_what_happens_to_the_enrolment(self):
        """E23: cancelled, sent to another class, confirmed by its own button; the class cancelled."""
        first, second, third = self._join(self._students(3))
        first.action_cancel()
        self.assertEqual((first.waitlist_ids.state, second.waitlist_ids.position), ("left", 1))
        other = self.class_n.copy({"code": "T-N2", "state": "open"})
        second.class_id = other
        self.assertEqual(second.waitlist_ids.mapped("state"), ["left", "offered"])
        second.action_confirm()
        self.assertEqual(second.waitlist_ids.mapped("state"), ["left", "enrolled"])
        self.assertEqual(other.seats_taken, 1)
        with self.assertRaisesRegex(UserError, "is full"), self.cr.savepoint():
            third.action_confirm()
        self.seated.action_cancel()
        self.class_n.action_cancel()
        self.assertEqual((third.state, third.waitlist_ids.state), ("draft", "left"))

    def test_capacity_cannot_be_taken_from_an_offer(self):
        self._join(self.an)
        self.seated[0].action_cancel()
        with self.assertRaisesRegex(Exception, "seats_within_capacity|more students"), self.cr.savepoint():
            self.class_n.capacity = 2
            self.env.flush_all()

    def test_rights(self):
        """E23, X1"""
        entry = self._join(self.an).waitlist_ids
        counsellor, academic = self.users["counsellor"], self.users["academic"]
        for values in ({"state": "enrolled"}, {"offer_expires": "2040-01-01"}):
            with self.assertRaisesRegex(AccessError, "cannot be typed"):
                entry.with_user(academic).write(values)
        self.assertEqual(entry.with_user(counsellor).search([]), entry)
        self.assertEqual(entry.with_user(self.users["teacher"]).search([]), entry)
        self.assertFalse(entry.with_user(self.users["stranger"]).search([]))
        with self.assertRaises(AccessError):
            entry.with_user(self.users["teacher"]).action_leave()
        self.seated[0].with_user(academic).action_cancel()
        entry.with_user(counsellor).action_accept()
        self.assertEqual(entry.enrollment_id.state, "confirmed")
        with self.assertRaisesRegex(UserError, "Take it off"):
            self._join(self.binh).waitlist_ids.unlink()

    def test_nobody_takes_a_place_along(self):
        """E23, X1: an entry stays with its class and student, and its enrolment is nobody's to choose."""
        entry = self._join(self.an).waitlist_ids.with_user(self.users["academic"])
        other = self.class_n.copy({"code": "T-N2", "state": "open"})
        for values in ({"class_id": other.id}, {"student_id": self.binh.id}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "join the other one"):
                entry.write(values)
        # A sheet that is imported once more brings what is there.
        entry.write({"class_id": self.class_n.id, "student_id": self.an.id})
        foreign = self._enroll(self.chi, confirm=False, class_id=False, user_id=self.users["stranger"].id)
        for values in ({"enrollment_id": foreign.id}, {"campus_id": self.south.id}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "cannot be typed"):
                entry.write(values)
            with self.subTest(values), self.assertRaisesRegex(AccessError, "cannot be typed"):
                entry.create({"class_id": self.class_n.id, "student_id": self.binh.id, **values})
        self.assertEqual(foreign.state, "draft")
        typed = entry.create({"class_id": self.class_n.id, "student_id": self.binh.id, "position": 1})
        self.assertEqual((entry.position, typed.position), (1, 2))

    def test_names_of_another_campus(self):
        """X1: an id from elsewhere does not tell who waits there."""
        self._join(self.chi)
        with self.assertRaises(AccessError):
            self.env["edu.waitlist"].with_user(self.users["counsellor"]).create(
                {"class_id": self.class_n.id, "student_id": self.chi.id}
            )

    def test_queries(self):
        """Figures: offering thirty seats costs less for each than offering three."""
        self._join(self._students(34))

        def offer(seats):
            more = {"capacity": self.class_n.capacity + seats}
            return self._count_queries(lambda: self.class_n.write(more)) / seats

        offer(1)
        few, many = offer(3), offer(30)
        self.assertEqual(self.class_n.seats_offered, 34)
        self.assertLess(many, few)

    def test_a_place_is_its_students(self):
        """E23: the student of a waiting enrolment stays who stands in line."""
        waiting = self._join(self.an)
        with self.assertRaisesRegex(UserError, "in the name of"):
            waiting.student_id = self.binh
        waiting.write({"student_id": self.an.id, "note": "the same"})
        self.assertEqual(waiting.waitlist_ids.student_id, self.an)

    def test_dragged_between_the_lists_of_two_classes(self):
        """E23: whatever is dragged on the screen, each list is numbered 1, 2, 3 again."""
        other = self.class_n.copy({"code": "T-N9", "capacity": 1})
        other.action_open()
        self._enroll(self._students(1), class_id=other.id)
        here = self._join(self.an | self.binh).waitlist_ids
        there = self._enroll(self.an | self.binh, confirm=False, class_id=other.id)
        there.action_join_waitlist()
        there = there.waitlist_ids
        dragged = there[1] | here[0] | there[0] | here[1]
        dragged.with_user(self.users["academic"]).web_resequence({"position": {}}, "position", 1)
        self.assertEqual(here.mapped("position"), [1, 2])
        self.assertEqual(there.mapped("position"), [2, 1])
