from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import CrmCommon


class TestRights(CrmCommon):
    """Who sees which lead: Odoo's rules say own or all, ours says where.

    ========= ======= ======== ===========================================
    lead      campus  of       seen by (of the cast)
    ========= ======= ======== ===========================================
    own       north   counsellor  counsellor, senior, manager, director
    other     north   senior   senior, manager, director
    free      north   nobody   counsellor, senior, manager, director
    far       south   stranger stranger, director
    far_free  south   nobody   stranger, director
    lent      south   counsellor  counsellor, stranger, director
    anywhere  none    nobody   everybody of the cast
    ========= ======= ======== ===========================================
    """

    SEEN = {
        "own": {"counsellor", "senior", "manager", "director"},
        "other": {"senior", "manager", "director"},
        "free": {"counsellor", "senior", "manager", "director"},
        "far": {"stranger", "director"},
        "far_free": {"stranger", "director"},
        "lent": {"counsellor", "stranger", "director"},
        "anywhere": {"counsellor", "senior", "manager", "director", "stranger"},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = {
            "own": cls._lead("counsellor"),
            "other": cls._lead("senior"),
            "free": cls._lead(None),
            "far": cls._lead("stranger", cls.south),
            "far_free": cls._lead(None, cls.south),
            "lent": cls._lead("counsellor", cls.south),
            "anywhere": cls._lead(None, campus_id=False),
        }

    def test_who_sees_what(self):
        ids = [lead.id for lead in self.leads.values()]
        for role in ("counsellor", "senior", "manager", "stranger", "director"):
            found = self.Lead.with_user(self.users[role]).search([("id", "in", ids)])
            seen = {name for name, lead in self.leads.items() if lead.id in found.ids}
            with self.subTest(role):
                self.assertEqual(seen, {name for name, roles in self.SEEN.items() if role in roles})

    def test_who_writes_and_deletes(self):
        counsellor = self.users["counsellor"]
        self.leads["own"].with_user(counsellor).potential_level = "high"
        for name in ("other", "far", "far_free"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.leads[name].with_user(counsellor).potential_level = "high"
        with self.assertRaises(AccessError):
            self.leads["own"].with_user(counsellor).unlink()
        self.leads["own"].with_user(self.users["manager"]).unlink()

    def test_buttons_need_the_right_to_write(self):
        lead = self.leads["far"].with_user(self.users["counsellor"])
        for action in (lead.action_enroll, lead.action_stop_care, lead.action_recycle):
            with self.subTest(action.__name__), self.assertRaises(AccessError):
                action()

    def test_teachers_and_academics_see_no_leads(self):
        for role in ("teacher", "academic"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.Lead.with_user(self.users[role]).search([])

    def test_salespeople_outside_the_centre_are_as_before(self):
        seller = new_test_user(
            self.env,
            "t_seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        ids = [lead.id for lead in self.leads.values()]
        self.assertEqual(len(self.Lead.with_user(seller).search([("id", "in", ids)])), len(ids))
        lead = self.Lead.with_user(seller).create({"name": "Chairs"})
        self.assertEqual((lead.campus_id.ids, lead.care_status), ([], "assigned"))
        lead.action_set_won()
        self.assertEqual(lead.care_status, "converted")

    def test_no_role_administers_the_system(self):
        self.assertLessEqual({"counsellor", "senior", "manager", "director"}, set(self.users))
        for role, user in self.users.items():
            with self.subTest(role):
                self.assertFalse(user.has_group("base.group_system"))
