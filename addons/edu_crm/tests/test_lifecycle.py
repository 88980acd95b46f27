import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import CrmCommon


class TestLifecycle(CrmCommon):
    """M7: pipelines, stages, and what happens to customers when a stage goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Stage = cls.env["edu.lifecycle.stage"]
        cls.pipeline = Stage.create({"name": "Clubs"})
        cls.first, cls.second = Stage.create(
            [{"name": name, "parent_id": cls.pipeline.id} for name in ("Asked", "Member")]
        )
        cls.hoa.lifecycle_stage_id = cls.first

    def test_names_and_columns(self):
        self.assertEqual(self.first.display_name, "Clubs › Asked")
        Partner = self.Partner.with_context(read_group_expand=True)
        groups = Partner.web_read_group([("id", "=", self.hoa.id)], ["lifecycle_stage_id"], [])["groups"]
        names = [group["lifecycle_stage_id"][1] for group in groups]
        self.assertIn("Clubs › Member", names)
        self.assertNotIn("Clubs", names)
        self.assertLess(names.index("Pre-sale › Interested"), names.index("After-sale › Learning"))

    def test_order_of_the_tree(self):
        third = self.first.create({"name": "Board", "parent_id": self.second.id})
        tree = self.pipeline | self.first | self.second | third
        self.assertEqual(
            tree.search([("id", "in", tree.ids)]).mapped("name"), ["Clubs", "Asked", "Member", "Board"]
        )
        self.second.sequence = 5
        self.assertEqual(
            tree.search([("id", "in", tree.ids)]).mapped("name"), ["Clubs", "Member", "Board", "Asked"]
        )
        self.first.parent_id = self.env.ref("edu_crm.edu_lifecycle_stage_pre")
        self.assertEqual(self.first.display_name, "Pre-sale › Asked")
        self.assertLess(self.first.position, self.pipeline.position)

    def test_stage_with_customers_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Clubs › Asked"):
            self.first.unlink()
        self.second.unlink()

    def test_move_then_delete(self):
        self.hoa.active = False
        manager = self.users["manager"]
        action = self.first.with_user(manager).action_delete()
        form = Form(self.env[action["res_model"]].with_user(manager).with_context(**action["context"]))
        self.assertEqual(form.partner_count, 1)
        form.target_id = self.second
        form.save().action_apply()
        self.assertFalse(self.first.exists())
        self.assertEqual(self.hoa.lifecycle_stage_id, self.second)

    def test_whole_pipeline_goes(self):
        Wizard = self.env["edu.lifecycle.stage.delete"]
        wizard = Wizard.create({"stage_ids": self.pipeline.ids})
        self.assertEqual(wizard.deleted_stage_ids, self.pipeline | self.first | self.second)
        with self.assertRaisesRegex(UserError, "Clubs › Asked"):
            wizard.action_apply()
        wizard.target_id = self.second
        with self.assertRaisesRegex(UserError, "Clubs › Member"):
            wizard.action_apply()
        wizard.target_id = self.env.ref("edu_crm.edu_lifecycle_stage_pre_interested")
        wizard.action_apply()
        self.assertFalse((self.pipeline | self.first | self.second).exists())
        self.assertEqual(self.hoa.lifecycle_stage_id.name, "Interested")

    def test_only_a_manager_deletes(self):
        with self.assertRaises(AccessError):
            self.first.with_user(self.users["senior"]).action_delete()

    def test_no_circle(self):
        with self.assertRaises(UserError):
            self.pipeline.parent_id = self.first

    def test_many_pipelines_warn(self):
        Stage = self.env["edu.lifecycle.stage"]
        roots = Stage.search_count([("parent_id", "=", False)])
        self.assertEqual(bool(Stage.new({"name": "x"})._onchange_parent_id()), roots >= 5)
        Stage.create([{"name": f"P{i}"} for i in range(5)])
        self.assertIn("warning", Stage.new({"name": "x"})._onchange_parent_id())

    @mute_logger("odoo.sql_db")
    def test_one_stage_per_occasion(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.first.entry = "enquiry"
            self.env.flush_all()

    def test_small_lists_count_their_customers(self):
        occupation = self.env["edu.occupation"].create({"name": "Nurse"})
        school = self.env["edu.school"].create({"name": "Lê Quý Đôn"})
        self.hoa.write({"occupation_id": occupation.id, "school_id": school.id})
        self.assertEqual((occupation.partner_count, school.partner_count), (1, 1))
        found = self.Partner.search(occupation.action_view_partners()["domain"])
        self.assertEqual(found, self.hoa)
        self.assertEqual(occupation.copy().name, "Nurse (copy)")
