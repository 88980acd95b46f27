import psycopg2.errors

from odoo.addons.edu_crm.hooks import post_init_hook
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import CrmCommon


class TestStatus(CrmCommon):
    """M3: where care of a lead stands, and how it gets there."""

    def test_story(self):
        lead = self._lead(role=None)
        self.assertEqual(lead.care_status, "new")
        lead.user_id = self.users["counsellor"]
        self.assertEqual(lead.care_status, "assigned")
        lead.with_user(self.users["counsellor"]).message_post(body="Called her", message_type="comment")
        self.assertEqual(lead.care_status, "in_process")
        lead.action_recycle()
        self.assertEqual(lead.care_status, "recycled")
        lead.stage_id = lead._stage_find(domain=[("id", "!=", lead.stage_id.id), ("is_won", "=", False)])
        self.assertEqual(lead.care_status, "in_process")
        lead.action_stop_care(self.reason.id)
        self.assertEqual((lead.care_status, lead.lost_reason_id, lead.active), ("dead", self.reason, False))
        lead.action_restore()
        self.assertEqual((lead.care_status, lead.active), ("recycled", True))
        lead.action_set_won()
        self.assertEqual(lead.care_status, "converted")

    def test_unassigning_makes_it_new_again(self):
        lead = self._lead()
        lead.user_id = False
        self.assertEqual(lead.care_status, "new")

    def test_customers_words_are_not_care(self):
        lead = self._lead(partner_id=self.hoa.id)
        lead.message_post(body="Hello?", message_type="email", author_id=self.hoa.id)
        lead.message_post(body="Note of the system", message_type="notification")
        self.assertEqual(lead.care_status, "assigned")

    def test_finished_activity_is_care(self):
        lead = self._lead().with_user(self.users["counsellor"])
        activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.users["counsellor"].id)
        self.assertEqual(lead.care_status, "assigned")
        activity.action_feedback(feedback="Spoke with her")
        self.assertEqual(lead.care_status, "in_process")

    def test_history_keeps_who_and_when(self):
        counsellor = self.users["counsellor"]
        lead = self._lead().with_user(counsellor).with_context(tracking_disable=False)
        self.flush_tracking()
        lead.action_recycle()
        self.flush_tracking()
        change = lead.message_ids.sudo().tracking_value_ids.filtered(
            lambda value: value.field_id.name == "care_status"
        )
        self.assertEqual((change.old_value_char, change.new_value_char), ("Assigned", "Recycled"))
        self.assertEqual(change.mail_message_id.author_id, counsellor.partner_id)
        self.assertEqual(change.mail_message_id.date.date(), lead.care_status_date.date())

    def test_history_of_other_business_is_odoos(self):
        """A lead without a campus is lost in the words of Odoo alone."""
        lead = self._lead(campus_id=False).with_context(tracking_disable=False)
        self.flush_tracking()
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self.flush_tracking()
        told = lead.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("won_status", told)
        self.assertNotIn("care_status", told)

    def test_stop_care_asks_for_a_reason(self):
        lead = self._lead().with_user(self.users["counsellor"])
        action = lead.action_stop_care()
        self.assertEqual(action["res_model"], "crm.lead.lost")
        wizard = (
            self.env["crm.lead.lost"]
            .with_user(self.users["counsellor"])
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.lead_ids, lead)
        with self.assertRaisesRegex(UserError, "Wants English"):
            wizard.action_lost_reason_apply()
        self.assertEqual((lead.active, lead.care_status), (True, "assigned"))
        wizard.lost_reason_id = self.reason
        wizard.action_lost_reason_apply()
        self.assertEqual(lead.care_status, "dead")

    def test_map_is_kept_over_the_api(self):
        tried = 0
        for status, sources in self.Lead._workflow.items():
            for source in set(self.Lead._workflow) - set(sources) - {status, "dead", "converted"}:
                lead = self._lead(role=None, care_status=source)
                with self.subTest(source=source, status=status), self.assertRaises(UserError):
                    lead.care_status = status
                tried += 1
        self.assertTrue(tried, "the map allows everything: this test proves nothing")

    def test_leads_of_odoo_stay_as_long_as_they_come(self):
        """A mail may have a longer subject, and more addresses, than what we take in our own texts."""
        addresses = "somebody@example.com," * 20
        self.assertEqual(self.Lead.create({"name": "S" * 300, "email_cc": addresses}).email_cc, addresses)

    def test_since_when_is_typed_by_nobody(self):
        lead = self._lead().with_user(self.users["counsellor"])
        with self.assertRaisesRegex(AccessError, "Status Since"):
            lead.care_status_date = "2020-01-01 00:00:00"

    def test_converted_and_dead_are_facts(self):
        lead = self._lead()
        with self.assertRaises(ValidationError):
            lead.care_status = "converted"
        lead = self._lead(lost_reason_id=self.reason.id)
        with self.assertRaises(ValidationError):
            lead.care_status = "dead"

    @mute_logger("odoo.sql_db")
    def test_database_refuses_dead_without_reason(self):
        lead = self._lead()
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self.env.cr.execute("UPDATE crm_lead SET care_status = 'dead' WHERE id = %s", (lead.id,))

    def test_leads_outside_the_centre_need_no_reason(self):
        lead = self._lead(campus_id=False)
        lead.action_set_lost()
        self.assertEqual(lead.care_status, "dead")

    def test_leads_that_were_there_before(self):
        won, lost, open_lead, free = self._lead(), self._lead(), self._lead(), self._lead(None)
        won.action_set_won()
        lost.action_stop_care(self.reason.id)
        leads = won | lost | open_lead | free
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET care_status = 'new' WHERE id IN %s", (tuple(leads.ids),))
        post_init_hook(self.env)
        self.assertEqual(leads.mapped("care_status"), ["converted", "dead", "assigned", "new"])

    def test_query_count_of_the_list(self):
        leads = self.Lead.create(
            [
                {"name": f"L{i}", "campus_id": self.north.id, "program_ids": self.program.ids}
                for i in range(50)
            ]
        )
        fields = (
            "care_status",
            "care_status_date",
            "campus_id",
            "program_ids",
            "student_id",
            "enrollment_count",
        )

        def queries(count):
            return self._count_queries(lambda: leads[:count].read(fields))

        queries(1)
        self.assertEqual(queries(50), queries(5))

    def test_created_won_or_lost(self):
        won_stage = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        won = self._lead(stage_id=won_stage.id, probability=100)
        self.assertEqual(won.care_status, "converted")
        lost = self._lead(active=False, probability=0, lost_reason_id=self.reason.id)
        self.assertEqual(lost.care_status, "dead")

    def test_converted_lead_cannot_be_recycled(self):
        lead = self._lead()
        lead.action_set_won()
        with self.assertRaises(UserError):
            lead.action_recycle()
        self.assertEqual(lead.care_status, "converted")

    def test_merge_keeps_what_is_known(self):
        other_program = self.program.copy({"code": "T-OTHER"})
        first = self._lead(program_ids=self.program.ids, campus_id=False, potential_level="high")
        second = self._lead(program_ids=other_program.ids, learner_name="An", learner_relation="mother")
        merged = (first | second).merge_opportunity()
        self.assertEqual(merged.program_ids, self.program | other_program)
        self.assertEqual((merged.campus_id, merged.potential_level), (self.north, "high"))
        self.assertEqual((merged.learner_name, merged.learner_relation), ("An", "mother"))

    def test_merge_mixes_no_two_children(self):
        first = self._lead(learner_name="An", probability=90)
        second = self._lead(learner_name="Bình", learner_birthdate="2014-01-02")
        merged = (first | second).merge_opportunity()
        self.assertIn(
            (merged.learner_name, str(merged.learner_birthdate)), [("An", "False"), ("Bình", "2014-01-02")]
        )

    def test_campus_belongs_to_the_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        campus = self.env["edu.campus"].create(
            {"name": "Far", "code": "F", "company_id": elsewhere.id, "resource_calendar_id": False}
        )
        with self.assertRaisesRegex(ValidationError, "Far"):
            self._lead(campus=campus, company_id=self.company.id)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.flush()
