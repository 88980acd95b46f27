from odoo.tests import tagged

from .common import EnrollmentCommon


@tagged("post_install", "-at_install")
class TestImport(EnrollmentCommon):
    """What is exported comes back; what is wrong is said in a sentence, and nothing is written (X3)."""

    def _load(self, model, fields, *rows, user="manager"):
        with self.cr.savepoint():
            result = self.env[model].with_user(self.users[user]).load(fields, [list(row) for row in rows])
        return result["ids"], [message["message"] for message in result["messages"]]

    def test_what_is_exported_comes_back(self):
        """The shown names of records find them again, and a second run adds nothing."""
        enrollments = self._enroll(self.an | self.binh, confirm=False)
        lists = {
            self.program: ["id", "code", "name", "subject_ids", "list_price", "state"],
            self.class_n: [
                "id",
                "code",
                "name",
                "program_id",
                "campus_id",
                "teacher_id",
                "room_id",
                "capacity",
            ],
            self.an | self.binh: ["id", "name", "birthdate", "campus_id", "state"],
            self.package: ["id", "name", "program_ids", "campus_id", "price"],
            enrollments: ["id", "student_id", "package_id", "class_id", "campus_id", "discount_rate"],
            self.an.guardian_ids: ["id", "student_id", "partner_id", "relation"],
        }
        for records, fields in lists.items():
            with self.subTest(records._name):
                records = records.with_user(self.users["manager"])
                before = records.export_data(fields)["datas"]
                count = records.search_count([])
                rows = [["" if cell is False else str(cell) for cell in row] for row in before]
                ids, messages = self._load(records._name, fields, *rows)
                self.assertFalse(messages)
                self.assertEqual(ids, records.ids)
                self.assertEqual(records.search_count([]), count)
                self.assertEqual(records.export_data(fields)["datas"], before)

    def test_new_rows(self):
        """A program with its subjects in order, and a student with a family, from one sheet each."""
        ids, messages = self._load(
            "edu.program",
            ["code", "name", "hours", "subject_ids"],
            ["IMP", "Nhập môn", "60", "[T-LIS] Listening"],
        )
        self.assertFalse(messages)
        self.assertEqual(self.env["edu.program"].browse(ids).subject_ids, self.subject)
        ids, messages = self._load(
            "edu.student",
            ["name", "birthdate", "campus_id", "guardian_ids/partner_id", "guardian_ids/relation"],
            ["Bé Na 👧", "2015-05-01", "North", "Trần Thị Mẹ", "Mother"],
            ["", "", "", "Lê Văn Bình", "Father"],
            user="counsellor",
        )
        self.assertFalse(messages)
        self.assertEqual(len(self.env["edu.student"].browse(ids).guardian_ids), 2)

    def test_a_second_run_adds_nothing(self):
        """X3: students, guardians, enrolments and promotions, without external ids."""
        sheets = {
            "edu.student": (
                [
                    "name",
                    "birthdate",
                    "phone",
                    "campus_id",
                    "guardian_ids/partner_id",
                    "guardian_ids/relation",
                ],
                ["Bé Na 👧", "2015-05-01", "0900 1", "North", "Trần Thị Mẹ", "Mother"],
                ["", "", "", "", "Lê Văn Bình", "Father"],
                ["Bé Bo", "", "0900 2", "North", "", ""],
            ),
            "edu.guardian": (
                ["student_id", "partner_id", "relation", "is_payer"],
                [self.binh.display_name, "Trần Thị Mẹ", "Mother", "1"],
            ),
            "edu.enrollment": (
                ["student_id", "package_id", "class_id", "campus_id", "discount_rate", "date_expected"],
                [
                    self.an.display_name,
                    "IELTS complete",
                    self.class_n.display_name,
                    "North",
                    "10",
                    "2026-03-02",
                ],
                [self.binh.display_name, "IELTS complete", "", "North", "0", "2026-03-02"],
                [self.binh.display_name, "IELTS complete", "", "North", "0", "2026-09-02"],
            ),
            "edu.promotion": (
                ["name", "code", "date_start", "date_end", "discount_rate", "marketing_rate", "campus_id"],
                ["Khai giảng", "khai10", "2026-01-01", "2026-12-31", "10", "60", "North"],
                ["Bạn bè", "", "2026-01-01", "2026-12-31", "5", "50", "North"],
            ),
        }
        for model, (fields, *rows) in sheets.items():
            with self.subTest(model):
                ids, messages = self._load(model, fields, *rows)
                self.assertFalse(messages)
                count = self.env[model].search_count([])
                again, messages = self._load(model, fields, *rows)
                self.assertFalse(messages)
                self.assertEqual(again, ids)
                self.assertEqual(self.env[model].search_count([]), count)
        self.assertEqual(len(self.binh.enrollment_ids), 2)

    def test_a_second_run_after_confirming(self):
        """X3, E9: the sheet leaves alone what was confirmed meanwhile, and says so where it would change it."""
        fields = ["student_id", "package_id", "class_id", "campus_id", "discount_rate"]
        row = [self.an.display_name, "IELTS complete", self.class_n.display_name, "North", "10"]
        (enrollment_id,), _messages = self._load("edu.enrollment", fields, row)
        enrollment = self.env["edu.enrollment"].browse(enrollment_id)
        enrollment.action_confirm()
        self.assertEqual(self._load("edu.enrollment", fields, row), ([enrollment_id], []))
        ids, messages = self._load("edu.enrollment", fields, [*row[:4], "20"])
        self.assertFalse(ids)
        self.assertIn("can no longer be changed", " ".join(messages))
        enrollment.action_cancel()
        ids, messages = self._load("edu.enrollment", fields, row)
        self.assertFalse(messages)
        self.assertNotEqual(ids, [enrollment_id])

    def test_people_of_one_name(self):
        """X3: without birthday, phone or e-mail nobody is taken for somebody else of the same name."""
        first, _messages = self._load("edu.student", ["name", "campus_id"], ["Nguyễn Văn An", "North"])
        second, _messages = self._load("edu.student", ["name", "campus_id"], ["Nguyễn Văn An", "North"])
        self.assertNotEqual(first, second)

    def test_wrong_rows(self):
        """One wrong row refuses the sheet: a sentence says what is wrong, and nothing is written."""
        sheets = (
            ("edu.room", ["name", "campus_id", "capacity"], ["P0", "North", "0"], "at least one person"),
            (
                "edu.class",
                ["code", "name", "program_id", "campus_id", "date_start", "date_end"],
                ["X", "X", "[T-IELTS] IELTS Foundation", "North", "2026-12-01", "2026-02-01"],
                "ends after it starts",
            ),
            (
                "edu.student",
                ["name", "birthdate", "campus_id"],
                ["X", "2999-01-01", "North"],
                "Correct the birthday",
            ),
            ("edu.student", ["name", "campus_id"], ["X", "Nowhere"], "Nowhere"),
            (
                "edu.enrollment",
                ["student_id", "package_id", "campus_id", "discount_rate"],
                [self.an.display_name, "IELTS complete", "North", "110"],
                "between nothing and the whole price",
            ),
            (
                "edu.enrollment",
                ["student_id", "package_id", "campus_id", "state"],
                [self.an.display_name, "IELTS complete", "North", "Confirmed"],
                "its buttons take it further",
            ),
        )
        for model, fields, row, sentence in sheets:
            with self.subTest(sentence):
                count = self.env[model].search_count([])
                ids, messages = self._load(model, fields, row)
                self.assertFalse(ids)
                self.assertIn(sentence, " ".join(messages))
                self.assertNotIn("another model is using", " ".join(messages).lower())
                self.assertEqual(self.env[model].search_count([]), count)
