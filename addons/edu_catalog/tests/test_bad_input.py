import random

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BadInputMixin, CatalogCommon

ODD_NAMES = (
    "Lớp tiếng Anh giao tiếp buổi tối ở Đà Nẵng",
    "IELTS 🎓👩‍🏫 gia đình 👨‍👩‍👧",
    "<script>alert(1)</script> & “quotes” 'single'",
    '=HYPERLINK("http://x";"y")',
    "雅思强化班",
    "العربية",
)


@tagged("post_install", "-at_install")
class TestBadInput(BadInputMixin, CatalogCommon):
    """What cannot be is refused by a sentence with the rule and the way out, and nothing is written."""

    def _values(self, model):
        """Enough to make one."""
        return {
            "edu.campus": {"code": "X", "name": "X", "company_id": self.company.id, "tz": "UTC"},
            "edu.subject": {"code": "X", "name": "X"},
            "edu.program": {"code": "X", "name": "X"},
            "edu.package": {
                "name": "X",
                "price": 1,
                "program_ids": [Command.set(self.program.ids)],
                "campus_id": self.north.id,
            },
            "edu.teacher": {"name": "X"},
            "edu.room": {"name": "X", "campus_id": self.north.id, "capacity": 5},
            "edu.class": {
                "code": "X",
                "name": "X",
                "program_id": self.program.id,
                "campus_id": self.north.id,
            },
        }[model]

    def test_create(self):
        """C1-C10"""
        for model, values, sentence in (
            ("edu.class", {"capacity": 0}, "at least one"),
            ("edu.class", {"capacity": -5}, "at least one"),
            ("edu.class", {"min_size": 30, "capacity": 20}, "between 0 and the capacity"),
            ("edu.class", {"hours": -1}, "cannot be negative"),
            ("edu.class", {"date_start": "2026-05-01", "date_end": "2026-04-30"}, "ends after it starts"),
            ("edu.class", {"code": "T-N1", "company_id": self.company.id}, "T-N1 · Evenings North: .*code"),
            ("edu.class", {"room_id": self.room_s.id}, "at North, where the class"),
            ("edu.program", {"hours": -0.01}, "cannot be negative"),
            ("edu.program", {"code": "T-IELTS"}, r"\[T-IELTS\] IELTS Foundation: .*code already"),
            ("edu.package", {"hours": -1}, "hours of a package cannot be negative"),
            ("edu.package", {"price": -1}, "price of a package cannot be negative"),
            ("edu.package", {"date_from": "2026-05-02", "date_to": "2026-05-01"}, "Correct the dates"),
            ("edu.package", {"program_ids": False}, "“X” names no program. Add the programs"),
            ("edu.room", {"capacity": 0}, "at least one person"),
            ("edu.teacher", {"hourly_rate": -1}, "cannot be negative"),
            ("edu.campus", {"code": "N"}, "North: .*code already"),
            ("edu.subject", {"code": "T-LIS"}, "Listening: .*code already"),
        ):
            with self.subTest(f"{model} {values}"):
                found = self._sentence(
                    lambda model=model, values=values: self.env[model].create(
                        {**self._values(model), **values}
                    ),
                    model,
                )
                self.assertRegex(found, sentence)

    def test_write_names_the_record(self):
        """Also where the database refuses: whoever changes many at once learns which one it was."""
        for record, values, sentence in (
            (self.class_n, {"capacity": 0}, "T-N1 · Evenings North: .*at least one"),
            (self.class_n, {"hours": -1}, "T-N1 · Evenings North: .*cannot be negative"),
            (self.program, {"hours": -1}, r"\[T-IELTS\] IELTS Foundation: .*cannot be negative"),
            (self.room_n, {"capacity": -1}, "Room N: .*at least one person"),
            (self.class_n, {"code": self.class_s.code}, "T-S1 · Evenings South: .*Choose another"),
        ):
            with self.subTest(f"{record} {values}"):
                self.assertRegex(
                    self._sentence(lambda record=record, values=values: record.write(values)), sentence
                )

    def test_texts_and_numbers_that_are_none(self):
        """In every field of every model of ours: too long for an index, no text, no number."""
        noise = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyzđêôơư", k=10_000))
        for model, field in (
            ("edu.campus", "name"),
            ("edu.campus", "code"),
            ("edu.subject", "code"),
            ("edu.program", "name"),
            ("edu.program", "code"),
            ("edu.package", "name"),
            ("edu.package", "code"),
            ("edu.teacher", "name"),
            ("edu.room", "name"),
            ("edu.class", "name"),
            ("edu.class", "code"),
        ):
            values = self._values(model)
            for value, sentence in (
                (noise, "has 10000 characters. Shorten it to at most 250"),
                ("a\0b", "no text"),
            ):
                with self.subTest(f"{model} {field} {sentence}"):
                    label = self.env[model]._fields[field].string
                    found = self._sentence(
                        lambda model=model, values={**values, field: value}: self.env[model].create(values),
                        model,
                    )
                    self.assertIn(sentence, found)
                    self.assertIn(label, found)
        for model, field, value in (
            ("edu.class", "capacity", 10**10),
            ("edu.package", "price", float("nan")),
            ("edu.package", "price", float("inf")),
            ("edu.program", "hours", float("nan")),
            ("edu.room", "capacity", -(10**12)),
            ("edu.class", "teacher_id", 10**12),
        ):
            with self.subTest(f"{model} {field} {value}"):
                values = {**self._values(model), field: value}
                found = self._sentence(
                    lambda model=model, values=values: self.env[model].create(values), model
                )
                self.assertIn("no number that can be kept", found)
        with self.assertRaisesRegex(ValidationError, "Shorten it"):
            self.class_n.name = noise

    def test_import(self):
        """The same sentences stand beside the row of a sheet."""
        noise = "".join(random.Random(7).choices("abcdefghij", k=10_000))
        start = ["X", "North", "[T-IELTS] IELTS Foundation"]
        columns = ["name", "campus_id", "program_id", "code"]
        for extra, cells, sentence in (
            ("capacity", ["C1", "0"], "at least one"),
            ("capacity", ["C1", "99999999999"], "no number that can be kept"),
            ("hours", ["C1", "-4"], "cannot be negative"),
            ("date_end", [noise, ""], "Shorten it to at most 250"),
        ):
            with self.subTest(sentence):
                found = self._sheet("edu.class", [*columns, extra], [*start, *cells], user="manager")
                self.assertIn(sentence, found)

    def test_refused_beside_a_contact(self):
        """What a sheet of contacts brings along is told by its own model."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError) as refused,
            self.cr.savepoint(),
        ):
            self.subject.copy({"code": self.subject.code})
        found = self.env["res.partner"]._sql_error_to_message(refused.exception)
        self.assertRegex(found, "Listening: .*code already")

    def test_odd_names(self):
        """Kept exactly, found by typing, shown as text."""
        for number, name in enumerate(ODD_NAMES):
            with self.subTest(name):
                class_ = self.env["edu.class"].create(
                    {**self._values("edu.class"), "name": name, "code": f"Ơ{number}🎓"}
                )
                self.env.flush_all()
                class_.invalidate_recordset()
                self.assertEqual((class_.name, class_.code), (name, f"Ơ{number}🎓"))
                for typed in (name[:9], name[-6:], class_.display_name):
                    found = self.env["edu.class"].name_search(typed)
                    self.assertIn(class_.id, [id_ for id_, _label in found], typed)
                html = self.env["ir.qweb"]._render(
                    self.env["ir.ui.view"]
                    .create(
                        {"name": "x", "type": "qweb", "arch": "<t t-name='x'><p t-esc='c.display_name'/></t>"}
                    )
                    .id,
                    {"c": class_},
                )
                self.assertNotIn("<script", str(html))

    def test_longest_name(self):
        """250 characters of four bytes each fit, in the indexes as well."""
        name = "🎓" * 250
        for model in ("edu.campus", "edu.subject", "edu.program", "edu.package", "edu.teacher", "edu.class"):
            with self.subTest(model):
                values = {**self._values(model), "name": name}
                if "code" in values:
                    values["code"] = name
                record = self.env[model].create(values)
                self.env.flush_all()
                record.invalidate_recordset()
                self.assertEqual(record.name, name)
