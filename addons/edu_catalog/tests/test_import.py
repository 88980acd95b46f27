from odoo.tests import tagged

from .common import CatalogCommon


@tagged("post_install", "-at_install")
class TestImport(CatalogCommon):
    """Sheets of the catalogue, by the names that are shown (X3)."""

    def _load(self, model, fields, *rows, user="manager"):
        result = self.env[model].with_user(self.users[user]).load(fields, [list(row) for row in rows])
        return result["ids"], [message["message"] for message in result["messages"]]

    def test_a_second_run_adds_nothing(self):
        sheets = {
            "edu.subject": (["code", "name", "credits"], ["S1", "Grammar", "2"], ["S2", "Writing", "3"]),
            "edu.program.category": (["name"], ["Languages"], ["Arts"]),
            "edu.room.feature": (["name"], ["Piano"], ["Stage"]),
            "edu.program": (
                ["code", "name", "hours", "list_price", "line_ids/subject_id", "line_ids/hours"],
                ["P1", "Nhập môn 🎓", "30", "1000000", "[T-LIS] Listening", "10"],
                ["", "", "", "", "[S1] Grammar", "20"],
                ["P2", "Nâng cao", "40", "2000000", "[S2] Writing", "40"],
            ),
            "edu.package": (
                [
                    "name",
                    "price",
                    "program_ids",
                    "campus_id",
                    "campus_price_ids/campus_id",
                    "campus_price_ids/price",
                ],
                ["Trọn gói", "1000000", "[T-IELTS] IELTS Foundation", "North", "South", "900000"],
                ["Tiết kiệm", "800000", "[T-IELTS] IELTS Foundation", "North", "", ""],
            ),
            "edu.class": (
                [
                    "code",
                    "name",
                    "program_id",
                    "campus_id",
                    "teacher_id",
                    "room_id",
                    "date_start",
                    "capacity",
                ],
                [
                    "I1",
                    "Một",
                    "[T-IELTS] IELTS Foundation",
                    "North",
                    "Nguyễn Thị Lan",
                    "N Room N",
                    "2026-02-01",
                    "9",
                ],
                ["I2", "Hai", "[T-IELTS] IELTS Foundation", "North", "", "", "", "8"],
            ),
            "edu.room": (["name", "campus_id", "capacity"], ["P1", "North", "9"], ["P2", "North", "8"]),
            "edu.teacher": (
                ["name", "email", "campus_ids", "subject_ids", "employment"],
                ["Trần Văn Bình", "b@example.com", "North", "[T-LIS] Listening,[S1] Grammar", "Freelance"],
                ["Lê Hoa", "", "North", "", "Employee"],
            ),
        }
        for model, (fields, *rows) in sheets.items():
            with self.subTest(model):
                ids, messages = self._load(model, fields, *rows)
                self.assertFalse(messages)
                count = self.env[model].search_count([])
                self.env.invalidate_all()
                before = self.env[model].browse(ids).export_data(fields)["datas"]
                again, messages = self._load(model, fields, *rows)
                self.assertFalse(messages)
                self.assertEqual(again, ids)
                self.assertEqual(self.env[model].search_count([]), count)
                self.env.invalidate_all()
                self.assertEqual(self.env[model].browse(ids).export_data(fields)["datas"], before)

    def test_what_differs_is_updated(self):
        """A corrected sheet corrects its records, their lines and nothing else."""
        fields = ["code", "name", "hours", "line_ids/subject_id", "line_ids/hours"]
        (program_id,), _messages = self._load(
            "edu.program", fields, ["P9", "Nhap mon", "30", "[T-LIS] Listening", "10"]
        )
        again, messages = self._load(
            "edu.program", fields, ["p9 ", "Nhập môn", "30", "[T-LIS] Listening", "12"]
        )
        self.assertFalse(messages)
        self.assertEqual(again, [program_id])
        program = self.env["edu.program"].browse(program_id)
        self.assertEqual((program.code, program.name, program.hours), ("P9", "Nhập môn", 30))
        self.assertEqual(program.line_ids.mapped("hours"), [12])

    def test_names_that_are_shared_stay_apart(self):
        """Two rooms of one name at two campuses, two teachers of one name with two addresses."""
        ids, messages = self._load(
            "edu.room", ["name", "campus_id"], ["Hall", "North"], ["Hall", "South"], user="director"
        )
        self.assertFalse(messages)
        self.assertEqual(len(set(ids)), 2)
        ids, messages = self._load(
            "edu.teacher", ["name", "email"], ["Lan", "lan1@example.com"], ["Lan", "lan2@example.com"]
        )
        self.assertFalse(messages)
        self.assertEqual(len(set(ids)), 2)

    def test_what_is_not_mine_is_not_touched(self):
        """X1: found again or not, another campus's room cannot be changed by a sheet."""
        _ids, messages = self._load("edu.room", ["name", "campus_id", "capacity"], ["Room S", "South", "99"])
        self.assertIn("doesn't have 'write' access", " ".join(messages))
        self.assertEqual(self.room_s.capacity, 10)

    def test_queries(self):
        """Looking rows up costs the same for few and for many."""
        fields = ["code", "name"]
        rows = [[f"Q{index:02}", f"Subject {index}"] for index in range(40)]
        self._load("edu.subject", fields, *rows)
        Subject = self.env["edu.subject"]

        def look_up(rows):
            values = [dict(zip(fields, row, strict=True)) for row in rows]
            self.assertEqual(len(Subject._known_records(values)), len(rows))

        few, many = (self._count_queries(lambda some=some: look_up(some)) for some in (rows[:4], rows))
        self.assertEqual(few, many)

    def test_wrong_rows(self):
        """One sentence per mistake, and nothing is written."""
        sheets = (
            ("edu.subject", ["code", "name", "credits"], ["X", "X", "-1"], "Credits cannot be negative"),
            ("edu.program", ["code", "name", "hours"], ["X", "X", "-1"], "cannot be negative"),
            ("edu.program", ["code", "name", "state"], ["X", "X", "Nonsense"], "Nonsense"),
            ("edu.package", ["name", "price", "campus_id"], ["X", "5", "North"], "names no program"),
            ("edu.package", ["name", "campus_id"], ["X", "North"], "Price"),
            ("edu.class", ["code", "name", "campus_id"], ["X", "X", "North"], "Program"),
            ("edu.class", ["code", "name", "program_id"], ["X", "X", "Nowhere"], "Nowhere"),
            ("edu.room", ["name", "campus_id", "capacity"], ["X", "North", "many"], "many"),
            ("edu.teacher", ["name", "hourly_rate"], ["X", "-5"], "cannot be negative"),
        )
        for model, fields, row, sentence in sheets:
            with self.subTest(model=model, sentence=sentence):
                count = self.env[model].search_count([])
                ids, messages = self._load(model, fields, row)
                self.assertFalse(ids)
                self.assertIn(sentence, " ".join(messages))
                self.assertEqual(self.env[model].search_count([]), count)
