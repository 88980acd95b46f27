from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class CatalogCommon(TransactionCase):
    """The cast of the catalogue tests.

    ========== =============== ==========================================
    campus     staff           what is there
    ========== =============== ==========================================
    north      counsellor,     room_n (10 seats), teacher (user: teacher),
               academic,       class_n (capacity 3) of program
               manager
    south      stranger        room_s (10 seats), class_s of program
    ========== =============== ==========================================

    ``director`` belongs to no campus and sees all of them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls.company = cls._make_company()
        cls.env.user.company_ids |= cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.users = {
            role: cls._make_user(role)
            for role in ("teacher", "counsellor", "academic", "manager", "director")
        }
        cls.users["stranger"] = cls._make_user("manager", "stranger")
        cls.north, cls.south = cls.env["edu.campus"].create(
            [
                {
                    "name": name,
                    "code": name[0],
                    "company_id": cls.company.id,
                    "tz": "Asia/Ho_Chi_Minh",
                    "user_ids": [Command.set([cls.users[role].id for role in staff])],
                }
                for name, staff in (
                    ("North", ("counsellor", "academic", "manager")),
                    ("South", ("stranger",)),
                )
            ]
        )
        cls.subject = cls.env["edu.subject"].create({"code": "T-LIS", "name": "Listening", "credits": 2})
        cls.program = cls.env["edu.program"].create(
            {
                "code": "T-IELTS",
                "name": "IELTS Foundation",
                "hours": 60,
                "session_count": 40,
                "list_price": 10_000_000,
                "company_id": cls.company.id,
                "subject_ids": [Command.set(cls.subject.ids)],
            }
        )
        cls.program.action_submit()
        cls.program.action_publish()
        cls.room_n, cls.room_s = cls.env["edu.room"].create(
            [
                {"name": name, "campus_id": campus.id, "capacity": 10}
                for name, campus in (("Room N", cls.north), ("Room S", cls.south))
            ]
        )
        cls.teacher = cls.env["edu.teacher"].create(
            {
                "name": "Nguyễn Thị Lan",
                "user_id": cls.users["teacher"].id,
                "campus_ids": [Command.set(cls.north.ids)],
                "subject_ids": [Command.set(cls.subject.ids)],
            }
        )
        cls.class_n, cls.class_s = cls.env["edu.class"].create(
            [
                {
                    "code": f"T-{campus.code}1",
                    "name": f"Evenings {campus.name}",
                    "program_id": cls.program.id,
                    "campus_id": campus.id,
                    "capacity": 3,
                    "teacher_id": teacher.id,
                    "room_id": room.id,
                }
                for campus, teacher, room in (
                    (cls.north, cls.teacher, cls.room_n),
                    (cls.south, cls.env["edu.teacher"], cls.room_s),
                )
            ]
        )

    @classmethod
    def _make_company(cls):
        return cls.env["res.company"].create(
            {
                "name": "Sao Mai Test",
                "currency_id": cls._currency("VND").id,
                "country_id": cls.env.ref("base.vn").id,
            }
        )

    @classmethod
    def _currency(cls, name):
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
        currency.active = True
        return currency

    @classmethod
    def _make_user(cls, role, login=None):
        return new_test_user(
            cls.env,
            login=f"t_{login or role}",
            groups=f"edu_catalog.group_edu_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Asia/Ho_Chi_Minh",
        )
