import psycopg2.errors

from odoo.exceptions import ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import CrmCommon


class TestCalendar(CrmCommon):
    """M14, M15: calls and meetings with customers."""

    def _call(self, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Call Hoa",
                "edu_kind": "call",
                "direction": "outbound",
                "campus_id": self.north.id,
                "user_id": self.users["counsellor"].id,
                "partner_ids": self.hoa.ids,
                "start": "2030-01-07 02:00:00",
                "stop": "2030-01-07 02:15:00",
                **values,
            }
        )

    def test_planned_then_held(self):
        lead = self._lead()
        call = self._call(opportunity_id=lead.id)
        self.assertEqual((call.outcome, lead.care_status), ("planned", "assigned"))
        call.with_user(self.users["counsellor"]).action_held()
        self.assertEqual((call.outcome, lead.care_status), ("held", "in_process"))
        call.action_planned()
        call.action_not_held()
        self.assertEqual(call.outcome, "not_held")

    def test_noted_down_afterwards(self):
        lead = self._lead()
        self._call(opportunity_id=lead.id, outcome="held")
        self.assertEqual(lead.care_status, "in_process")

    def test_what_a_call_needs(self):
        for missing in ({"campus_id": False}, {"user_id": False}, {"partner_ids": []}):
            with self.subTest(missing), self.assertRaisesRegex(ValidationError, "Call Hoa"):
                self._call(**missing)

    @mute_logger("odoo.sql_db")
    def test_ends_after_it_starts(self):
        for stop in ("2030-01-07 02:00:00", "2030-01-07 01:00:00"):
            with self.subTest(stop), self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
                self._call(stop=stop)

    def test_other_events_are_as_before(self):
        event = self.env["calendar.event"].create(
            {"name": "Lunch", "start": "2030-01-07 05:00:00", "stop": "2030-01-07 05:00:00"}
        )
        self.assertFalse(event.edu_kind)

    def test_form_knows_the_campus(self):
        Event = self.env["calendar.event"].with_user(self.users["counsellor"])
        form = Form(Event.with_context(default_edu_kind="call"))
        self.assertEqual((form.campus_id, form.direction), (self.north, "outbound"))
        form.name = "Ring"
        form.partner_ids.add(self.hoa)
        self.assertEqual(form.save().user_id, self.users["counsellor"])
