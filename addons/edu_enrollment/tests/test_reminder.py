from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestReminder(EnrollmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrollment = cls._enroll()
        cls.first, cls.second, cls.third = cls.enrollment.instalment_ids
        cls.today = fields.Date.context_today(cls.enrollment)

    def _send(self, days):
        return self.env["edu.instalment.reminder"]._send_due(self.north, self.today + timedelta(days=days))

    def test_overdue_by_the_day_of_the_campus(self):
        """E13: the day after it was due has begun in Hanoi, wherever the user is."""
        Line = self.env["account.move.line"]
        with freeze_time(f"{self.first.date_maturity} 18:00:00"):
            for tz in ("Asia/Ho_Chi_Minh", "America/New_York", False):
                self.env.invalidate_all()
                with self.subTest(tz=tz):
                    self.assertEqual(self.first.with_context(tz=tz).instalment_state, "overdue")
                    found = Line.with_context(tz=tz).search(
                        [("instalment_state", "=", "overdue"), ("id", "in", self.enrollment.instalment_ids.ids)]
                    )
                    self.assertEqual(found, self.first)

    def test_before_and_after_the_due_date(self):
        """E13: three days before, three days after, each once, however often the job runs."""
        self.assertEqual(self._send(0).mapped("line_id"), self.first)
        self.assertFalse(self._send(1))
        self.assertFalse(self._send(2))
        late = self._send(3)
        self.assertEqual((late.line_id, late.kind, late.amount), (self.first, "after", 4_000_000))
        self.assertFalse(self._send(3))
        self.assertFalse(self._send(26))
        self.assertEqual(self._send(27).mapped("line_id"), self.second)
        mails = self.env["mail.mail"].search([("model", "=", "edu.instalment.reminder")])
        mine = mails.filtered(lambda mail: self.mother in mail.recipient_ids)
        self.assertEqual(len(mine), 3)

    def test_paid_ones_are_left_alone(self):
        """E13: of a partly paid instalment the rest is named; what is paid is not."""
        wizard = (
            self.env["edu.enrollment.collect"]
            .with_user(self.users["cashier"])
            .create({"enrollment_id": self.enrollment.id, "amount": 4_500_000})
        )
        wizard.action_apply()
        self.assertFalse(self._send(3))
        self.assertEqual(self._send(30).mapped("amount"), [2_500_000])

    def test_put_off(self):
        """E13: a due date that was agreed anew is reminded of once more, whatever was sent for the old one."""
        self._send(0)
        self.first.date_maturity = self.today + timedelta(days=10)
        self.assertFalse(self._send(0))
        again = self._send(8)
        self.assertEqual((again.line_id, again.kind), (self.first, "before"))
        self.assertEqual(again.date_maturity, self.first.date_maturity)
        self.assertFalse(self._send(9))

    def test_nothing_is_owed(self):
        """E13: money that was paid and not set off yet makes up for the open instalment."""
        self.enrollment.amount_due = 0
        self.assertFalse(self._send(0))

    def test_day_of_the_campus(self):
        """E13: the job runs at any hour; at 20:00 in Greenwich it is tomorrow in Hà Nội."""
        self.company.edu_reminder_days_before = 1
        self.north.tz, self.south.tz = "Asia/Ho_Chi_Minh", "UTC"
        south = self._enroll(self.chi, campus_id=self.south.id, class_id=self.class_s.id)
        self.chi.email = "chi@example.com"
        Reminder = self.env["edu.instalment.reminder"]
        due = self.enrollment.instalment_ids[1].date_maturity
        self.assertEqual(south.instalment_ids[1].date_maturity, due)
        with freeze_time(f"{due - timedelta(days=2)} 20:00:00"):
            Reminder._cron_send()
        seconds = self.enrollment.instalment_ids[1] | south.instalment_ids[1]
        sent = Reminder.search([("line_id", "in", seconds.ids)])
        self.assertEqual(sent.enrollment_id, self.enrollment)
        with freeze_time(f"{due - timedelta(days=1)} 00:30:00"):
            Reminder._cron_send()
        sent = Reminder.search([("line_id", "in", seconds.ids)])
        self.assertEqual(len(sent), 2)

    def test_settings(self):
        """E13: nothing at 0; nobody is written to without an address, and later when there is one."""
        self.company.edu_reminder_days_before = 0
        self.assertFalse(self._send(0))
        self.mother.email = False
        self.assertFalse(self._send(5))
        self.mother.email = "me@example.com"
        self.assertEqual(self._send(6).mapped("line_id"), self.first)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.company.edu_reminder_days_after = -1
            self.company.flush_recordset()

    def test_the_payers_language(self):
        """E13, X2: amounts and dates as the payer writes them."""
        self.env["res.lang"]._activate_lang("vi_VN")
        self.mother.lang = "vi_VN"
        self._send(0)
        mail = self.env["mail.mail"].search(
            [("model", "=", "edu.instalment.reminder")], order="id desc", limit=1
        )
        self.assertIn("4.000.000", mail.subject)
        self.assertIn("Trần Minh An", mail.body_html)

    def test_once_is_held_by_the_database(self):
        """E13"""
        reminder = self._send(0)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            reminder.copy()

    def test_nobody_writes_reminders(self):
        """X1: staff read those of their enrolments."""
        reminder = self._send(0)
        for role, seen in (("counsellor", 1), ("manager", 1), ("cashier", 1), ("stranger", 0)):
            with self.subTest(role):
                model = self.env["edu.instalment.reminder"].with_user(self.users[role])
                self.assertEqual(model.search_count([("id", "=", reminder.id)]), seen)
        with self.assertRaises(AccessError):
            reminder.with_user(self.users["director"]).write({"kind": "after"})
