from datetime import date, timedelta
from itertools import combinations
from random import Random

from odoo.addons.edu_catalog.demo import catalogue, plan
from odoo.addons.edu_catalog.demo.holidays import days_off
from odoo.addons.edu_enrollment.demo.crowd import Crowd
from odoo.addons.edu_enrollment.models.edu_enrollment import SEAT_STATES
from odoo.tests import BaseCase, TransactionCase, tagged

LOADERS = ("_load_catalog", "_load_enrollment", "_load_crm", "_load_schedule", "_load_portal")
STAFF = ("manager", "counsellor", "academic", "teacher", "cashier")
COUNTED = (
    "res.company",
    "res.users",
    "res.partner",
    "edu.class",
    "edu.student",
    "edu.enrollment",
    "edu.ledger.entry",
    "account.move",
    "account.payment",
    "edu.promotion",
    "edu.refund",
    "edu.certificate",
    "edu.waitlist",
    "crm.lead",
    "calendar.event",
    "edu.session",
    "edu.attendance",
    "edu.grade",
)


@tagged("post_install", "-at_install")
class TestDemoPlan(BaseCase):
    """Whatever day the demonstration centre is created on, its classes and students fit into the week."""

    def planned_classes(self):
        """All classes of the plan, in every state."""
        planned = plan.planned_classes()
        self.assertEqual({class_.state for class_ in planned}, {"draft", "open", "running", "done", "cancelled"})
        return planned

    def days(self):
        """Every fifth day from 2025 to 2029: all weekdays, month ends and holidays come by."""
        return (date(2025, 1, 1) + timedelta(days=offset) for offset in range(0, 1826, 5))

    def test_states_agree_with_dates(self):
        planned_classes = self.planned_classes()
        for today in self.days():
            off = days_off(range(today.year - 1, today.year + 3))
            for class_ in planned_classes:
                lessons = class_.lessons(today, off)
                self.assertTrue(lessons, class_.code)
                with self.subTest(today=today, class_=class_.code, lessons=(lessons[0], lessons[-1])):
                    if class_.state == "done":
                        self.assertLess(lessons[-1], today)
                    elif class_.state == "running":
                        self.assertLess(lessons[0], today)
                        self.assertGreater(lessons[-1], today)
                    else:
                        self.assertGreater(lessons[0], today)

    def test_nobody_is_wanted_twice(self):
        planned_classes = plan.planned_classes()
        people = Crowd(Random(1), date(2026, 1, 1))
        taken = {}
        for place in people.places:
            if place.class_:
                taken.setdefault(place.person, []).append(place.class_)
        pairs = [pair for of_person in taken.values() for pair in combinations(of_person, 2)]
        pairs += [
            pair
            for pair in combinations([class_ for class_ in planned_classes if class_.state != "cancelled"], 2)
            if pair[0].room == pair[1].room or pair[0].teacher == pair[1].teacher
        ]
        same_time = {(one, other) for one, other in pairs if one.pattern == other.pattern}
        self.assertTrue(same_time, "some pairs must differ by their dates alone, else this proves nothing")
        for today in self.days():
            off = days_off(range(today.year - 1, today.year + 3))
            for one, other in same_time:
                both = set(one.lessons(today, off)) & set(other.lessons(today, off))
                self.assertFalse(both, f"{today}: {one.code} and {other.code}")

    def test_patterns_do_not_overlap(self):
        longest = {"weekend": 2.0}
        hours = [
            (day, hour, hour + longest.get(name.split("-")[0], 1.5))
            for name, (days, hour) in plan.PATTERNS.items()
            for day in days
        ]
        self.assertGreater(len(hours), 2)
        for (day, start, stop), (other_day, other_start, other_stop) in combinations(hours, 2):
            self.assertFalse(day == other_day and start < other_stop and other_start < stop)

    def test_all_classes_have_a_teacher_who_can_teach_them(self):
        for class_ in self.planned_classes():
            if class_.state == "cancelled":
                continue
            _name, subjects, campuses, *_rest = catalogue.TEACHERS[class_.teacher]
            self.assertIn(class_.campus, campuses, class_.code)
            self.assertFalse(set(subjects).isdisjoint(catalogue.PROGRAMS[class_.program][2]), class_.code)


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demonstration centre, loaded by the loaders that the demo files call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mails = cls.env["mail.mail"].search_count([])
        cls.demo = cls.env["edu.demo"]
        for loader in LOADERS:
            getattr(cls.demo, loader)()
        cls.env.flush_all()
        cls.company = cls.env.ref("edu_catalog.demo_company")
        cls.classes = cls.env["edu.class"].search([("company_id", "=", cls.company.id)])
        cls.enrollments = cls.env["edu.enrollment"].search([("company_id", "=", cls.company.id)])

    def count(self, model, *domain):
        return self.env[model].search_count([("company_id", "=", self.company.id), *domain])

    def user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def test_counts(self):
        self.assertEqual(self.company.currency_id.name, "VND")
        self.assertEqual(self.env.ref("base.user_admin").company_id, self.company)
        for model, expected in (
            ("edu.campus", 3),
            ("edu.program", 12),
            ("edu.package", 30),
            ("edu.teacher", 15),
            ("edu.room", 12),
            ("edu.class", 40),
            ("crm.lead", 53),
        ):
            self.assertEqual(self.count(model), expected, model)
        students = self.env["edu.student"].search([("student_company_id", "=", self.company.id)])
        self.assertEqual(len(students), 300)
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(leads), 60)
        self.assertEqual(set(self.classes.mapped("state")), {"draft", "open", "running", "done", "cancelled"})
        self.assertEqual(
            set(self.enrollments.mapped("state")),
            {"draft", "waiting", "confirmed", "suspended", "completed", "cancelled"},
        )
        self.assertEqual(
            set(leads.mapped("care_status")),
            {"new", "assigned", "in_process", "converted", "recycled", "dead"},
        )

    def test_seats(self):
        self.assertEqual(len(self.classes.filtered("is_full")), 1)
        for record in self.classes:
            taken = record.enrollment_ids.filtered(lambda enrollment: enrollment.state in SEAT_STATES)
            self.assertEqual(record.seats_taken, len(taken), record.code)
            self.assertLessEqual(record.seats_taken, record.capacity, record.code)

    def test_instalments_sum_to_the_invoice(self):
        invoices = self.enrollments.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        for invoice in invoices:
            lines = invoice.enrollment_id.instalment_ids
            self.assertEqual(sum(lines.mapped("amount_currency")), invoice.amount_total, invoice.name)
            self.assertEqual(invoice.amount_total, invoice.enrollment_id.amount_total, invoice.name)
            self.assertEqual(len(lines), invoice.enrollment_id.package_id.installment_count, invoice.name)
        states = set(self.enrollments.instalment_ids.mapped("instalment_state"))
        self.assertEqual(states, {"paid", "unpaid", "overdue", "credited"})
        payments = self.env["account.payment"].search([("company_id", "=", self.company.id)])
        self.assertEqual(sum(payments.mapped("amount_signed")), sum(self.enrollments.mapped("amount_paid")))
        self.assertEqual(payments.enrollment_id & self.enrollments, payments.enrollment_id)

    def test_deferred_revenue(self):
        """E19: what was invoiced waits on its account until it is earned; months that are over are posted."""
        account = self.company.edu_deferred_account_id
        entries = self.enrollments.ledger_ids
        earned = entries.filtered(lambda entry: entry.kind == "delivery")
        moves = earned.move_id
        this_month = self.demo._demo_today().replace(day=1)
        self.assertGreater(len(moves), 1)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertTrue(all(move.date < this_month for move in moves))
        unposted = earned.filtered(lambda entry: not entry.move_id)
        self.assertFalse(unposted.filtered(lambda entry: entry.amount and entry.date < this_month))
        [(balance,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        self.assertGreater(sum(entries.mapped("amount")), 0)
        self.assertEqual(-balance, sum((entries - unposted).mapped("amount")))

    def test_finance_report(self):
        """E22: there is something of everything to look at, by both bearers."""
        measures = ("received", "refunds", "due", "overdue", "open_credit", "delivered", "deferred")
        measures += ("discounts_marketing", "discounts_center")
        [figures] = self.env["edu.finance.report"]._read_group(
            [("company_id", "=", self.company.id)], [], [f"{name}:sum" for name in measures]
        )
        for name, amount in zip(measures, figures, strict=True):
            self.assertGreater(amount, 0, name)
        combined = self.enrollments.filtered(lambda enrollment: len(enrollment._promotions()) > 1)
        self.assertTrue(combined.filtered(lambda enrollment: enrollment.state == "confirmed"))
        for model, field, expected in (
            ("edu.refund", "state", {"draft", "paid"}),
            ("edu.certificate", "state", {"issued", "revoked"}),
            ("edu.promotion", "validity", {"running", "ended"}),
        ):
            records = self.env[model].search([("company_id", "=", self.company.id)])
            self.assertEqual(set(records.mapped(field)), expected, model)
        kinds = self.enrollments.change_ids.mapped("kind")
        self.assertGreaterEqual(set(kinds), {"class", "student", "suspend", "withdraw"})
        self.assertTrue(self.enrollments.waitlist_ids.filtered(lambda entry: entry.state == "waiting"))

    def test_nobody_is_in_two_places(self):
        for table, column, state in (
            ("edu_session", "teacher_id", "state"),
            ("edu_session", "room_id", "state"),
            ("edu_session", "class_id", "state"),
            ("edu_attendance", "student_id", "session_state"),
        ):
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} a JOIN {table} b ON a.{column} = b.{column} AND a.id < b.id"
                f" AND a.start < b.stop AND b.start < a.stop WHERE 'cancelled' NOT IN (a.{state}, b.{state})"
            )
            self.assertEqual(self.env.cr.fetchone(), (0,), (table, column))

    def test_rolls_and_ledger_agree(self):
        attendances = self.env["edu.attendance"].search([("company_id", "=", self.company.id)])
        taken = attendances.filtered("status")
        self.assertGreater(len(taken), 3_000)
        self.assertEqual(set(taken.mapped("status")), {"present", "late", "absent", "excused"})
        absent = taken.filtered(lambda attendance: attendance.status in ("absent", "excused"))
        self.assertTrue(0.05 < len(absent) / len(taken) < 0.15)
        booked = {
            str(origin): -hours
            for origin, hours in self.env["edu.ledger.entry"]._read_group(
                [("company_id", "=", self.company.id), ("kind", "=", "delivery")], ["origin"], ["hours:sum"]
            )
        }
        charged = {
            f"edu.attendance,{attendance.id}": attendance.charged_hours
            for attendance in attendances
            if attendance.charged_hours
        }
        self.assertEqual(booked, charged)
        for enrollment in self.enrollments:
            self.assertGreaterEqual(enrollment.hours_left, 0, enrollment.name)
            if enrollment.state != "cancelled":
                self.assertAlmostEqual(
                    enrollment.amount_delivered + enrollment.amount_deferred, enrollment.amount_invoiced
                )

    def test_sessions_follow_the_plan(self):
        for record in self.classes.filtered(lambda record: record.state in ("open", "running", "done")):
            self.assertEqual(record.scheduled_count, record.session_count, record.code)
        marks = self.env["edu.grade"].search([("company_id", "=", self.company.id)])
        self.assertGreater(len(marks), 300)
        teacher = self.env.ref("edu_catalog.demo_teacher_0")
        self.assertEqual(teacher.user_id.login, "teacher")
        running = teacher.class_ids.filtered(lambda record: record.state == "running")
        self.assertEqual(set(running.slot_ids.mapped("weekday")), set("0123456"))

    def test_logins(self):
        for login in (*STAFF, "student", "parent"):
            user = self.user(login)
            credential = {"login": login, "password": login, "type": "password"}
            user.with_user(user)._check_credentials(credential, {"interactive": False})
            self.assertEqual(user.company_ids, self.company, login)

    def test_portal(self):
        Student = self.env["edu.student"]
        oneself = Student.with_user(self.user("student")).search([])
        self.assertEqual(oneself.mapped("name"), ["Trần Quang Minh"])
        children = Student.with_user(self.user("parent")).search([])
        self.assertEqual(set(children.mapped("name")), {"Nguyễn Minh Anh", "Nguyễn Gia Bảo"})
        self.assertEqual(self.env.ref("website.default_website").company_id, self.company)

    def test_no_mail_is_sent(self):
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)

    def test_loading_again_adds_nothing(self):
        def counts():
            everything = self.env(context={"active_test": False})
            return {model: everything[model].search_count([]) for model in COUNTED}

        before = counts()
        for loader in LOADERS:
            getattr(self.demo, loader)()
        self.assertEqual(counts(), before)
