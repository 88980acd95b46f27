from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .cast import CastCase


class CatalogCommon(CastCase):
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
    def _make_cast(cls):
        cls._work_for(cls._make_company())
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

    def _count_queries(self, call):
        """How many queries a call takes, what it writes included, when nothing was read before."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.cr.sql_log_count - before


class BadInputMixin:
    """What a user reads who types what cannot be; a test case with ``TransactionCase`` beside it."""

    # Words of the database or of Python that no user is to read.
    LEAKS = ("violates", "constraint", "psycopg", "null value", "Traceback", "out of range", "Error:")

    def _sentence(self, call, *counted):
        """The sentence by which a call is refused, as a request would tell it; nothing may have been written.

        :param counted: names of models whose records are counted before and after
        """
        before = self._counts(counted)
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                call()
                self.env.flush_all()
        except UserError as error:
            sentence = str(error)
        except IntegrityError as error:
            self.env.invalidate_all()
            sentence = self._model_of(error.diag.table_name)._sql_error_to_message(error)
        else:
            self.fail("this was taken")
        self.env.invalidate_all()
        self.assertEqual(self._counts(counted), before, "something was written")
        self._assert_readable(sentence)
        return sentence

    def _sheet(self, model, fields, *rows, user=None):
        """The sentences by which an import is refused; nothing may have been written."""
        env = self.env(user=self.users[user]) if user else self.env
        before = self._counts([model])
        with mute_logger("odoo.sql_db"), self.cr.savepoint():
            result = env[model].load(fields, [list(row) for row in rows])
        self.assertFalse(result["ids"], "this was taken")
        self.assertEqual(self._counts([model]), before, "something was written")
        sentence = " ".join(message["message"] for message in result["messages"])
        self._assert_readable(sentence)
        return sentence

    def _counts(self, models):
        return {model: self.env[model].with_context(active_test=False).search_count([]) for model in models}

    def _model_of(self, table):
        name = next(name for name, model in self.env.registry.items() if model._table == table)
        return self.env[name]

    def _assert_readable(self, sentence):
        for leak in self.LEAKS:
            self.assertNotIn(leak, sentence)
        self.assertTrue(sentence.rstrip().endswith((".", "!")), sentence)
