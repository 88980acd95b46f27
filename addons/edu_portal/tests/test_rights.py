from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PortalCommon

MODELS = (
    "edu.student",
    "edu.enrollment",
    "edu.ledger.entry",
    "edu.class",
    "edu.session",
    "edu.attendance",
    "edu.assessment",
    "edu.grade",
)
CLOSED = ("edu.guardian", "edu.teacher", "edu.room", "edu.campus", "edu.program", "edu.package", "crm.lead")


@tagged("post_install", "-at_install")
class TestRights(PortalCommon):
    """The external API as seen by people from outside (W5)."""

    def _call(self, model, method, *args, **kwargs):
        """The same door as a program of the user's own."""
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": args, "kwargs": kwargs}
        )

    def _seen(self, login, model):
        return self.env[model].with_user(self.portal[login]).search([])

    def test_own_records(self):
        """Each reads what belongs to the people they look after, over the API as on the page."""
        north = {
            "edu.class": self.class_n,
            "edu.assessment": self.assessment,
            "edu.session": self.held | self.coming,
        }
        of_an, of_em, of_binh = self.enrollments
        expected = {
            "mother": {"edu.student": self.an | self.em, "edu.enrollment": of_an | of_em, **north},
            "binh": {"edu.student": self.binh, "edu.enrollment": of_binh, **north},
            "lien": {
                "edu.student": self.chi,
                "edu.enrollment": self.enrollment_chi,
                "edu.class": self.class_s,
            },
            "father": {},
            "nobody": {},
        }
        for login, own in expected.items():
            enrollments = own.get("edu.enrollment", self.env["edu.enrollment"])
            own |= {
                "edu.ledger.entry": enrollments.ledger_ids,
                "edu.attendance": enrollments.attendance_ids,
                "edu.grade": enrollments.grade_ids,
            }
            for model in MODELS:
                with self.subTest(login=login, model=model):
                    self.assertEqual(self._seen(login, model), own.get(model, self.env[model]).sorted())

    def test_read_over_rpc(self):
        self._login("mother")
        students = self._call(
            "edu.student", "search_read", [], ["name", "student_number", "hours_left", "amount_due"]
        )
        self.assertEqual({student["name"] for student in students}, {"Trần Minh An", "Trần Minh Em"})
        self.assertEqual({student["hours_left"] for student in students}, {58.0})
        for model in MODELS:
            with self.subTest(model=model):
                rows = self._call(model, "search_read", [], sorted(self.env[model]._portal_fields))
                self.assertTrue(rows)

    @mute_logger("odoo.http")
    def test_other_records_over_rpc(self):
        theirs = {
            "edu.student": self.an,
            "edu.enrollment": self.enrollment_an,
            "edu.ledger.entry": self.enrollment_an.ledger_ids,
            "edu.attendance": self.enrollment_an.attendance_ids,
            "edu.grade": self.enrollment_an.grade_ids,
            "res.partner": self.an.partner_id,
        }
        for login in ("binh", "lien", "father", "nobody"):
            self._login(login)
            for model, records in theirs.items():
                with self.subTest(login=login, model=model), self.assertRaises(JsonRpcException):
                    self._call(model, "read", records.ids, ["id", "display_name"])
                self.assertFalse(self._call(model, "search", [["id", "in", records.ids]]), (login, model))

    @mute_logger("odoo.http")
    def test_fields_that_stay_inside(self):
        """Notes, payers, staff, other students of the class: named nowhere, hence refused."""
        self.an.note = "<p>Khó dạy</p>"
        self.an.comment = "<p>Nợ cũ</p>"
        self._login("mother")
        closed = {
            "edu.student": (
                "note",
                "guardian_ids",
                "user_id",
                "comment",
                "student_properties",
                "message_ids",
            ),
            "edu.enrollment": (
                "note",
                "partner_id",
                "user_id",
                "ledger_ids",
                "lead_id",
                "invoice_ids",
                "message_ids",
            ),
            "edu.ledger.entry": ("amount", "move_id", "origin"),
            "edu.class": ("enrollment_ids", "note", "seats_taken", "slot_ids", "session_ids", "message_ids"),
            "edu.session": ("attendance_ids", "conflict_message"),
            "edu.attendance": ("note",),
            "edu.assessment": ("grade_ids",),
            "res.partner": ("comment", "lifecycle_stage_id", "ward_ids"),
        }
        for model, names in closed.items():
            record = self.an.partner_id if model == "res.partner" else self._seen("mother", model)[:1]
            for name in names:
                if name not in self.env[model]._fields:
                    continue
                with self.subTest(model=model, field=name):
                    with self.assertRaises(JsonRpcException):
                        self._call(model, "read", record.ids, [name])
                    # A required field is never empty, which needs no look at it.
                    path = f"{name}.name" if self.env[model]._fields[name].required else name
                    with self.assertRaises(JsonRpcException):
                        self._call(model, "search", [[path, "!=", False]])
            description = self._call(model, "fields_get")
            self.assertFalse(set(names) & set(description), model)

    @mute_logger("odoo.http")
    def test_read_without_naming_fields(self):
        """``read`` of everything gives what is named, and nothing else."""
        self._login("binh")
        for model in MODELS:
            with self.subTest(model=model):
                (row,) = self._call(model, "read", self._seen("binh", model)[:1].ids)
                self.assertLessEqual(
                    set(row), self.env[model]._portal_fields | self.env[model]._portal_basics
                )

    @mute_logger("odoo.http")
    def test_paths_through_what_may_be_seen(self):
        """A path of a search does not lead further than a read."""
        self._login("binh")
        for model, domain in (
            ("edu.session", [["class_id.enrollment_ids.student_id.name", "like", "Trần"]]),
            ("edu.class", [["teacher_id.hourly_rate", ">", 0]]),
            ("edu.grade", [["assessment_id.class_id.enrollment_ids.grade_ids.score", ">", 7]]),
            ("edu.student", [["guardian_ids.phone", "like", "0"]]),
        ):
            with self.subTest(model=model), self.assertRaises(JsonRpcException):
                self._call(model, "search", domain)
        with self.assertRaises(JsonRpcException):
            self._call("edu.ledger.entry", "formatted_read_group", [], ["student_id"], ["amount:sum"])

    def test_closed_models(self):
        self.assertTrue(CLOSED)
        self.assertIn("mother", self.portal)
        for login in self.portal:
            for model in CLOSED:
                with self.subTest(login=login, model=model), self.assertRaises(AccessError):
                    self._seen(login, model)

    def test_nobody_writes(self):
        for model in MODELS:
            record = self._seen("mother", model)[:1]
            for operation in ("write", "create", "unlink"):
                with self.subTest(model=model, operation=operation):
                    self.assertFalse(record.has_access(operation))
        with self.assertRaises(AccessError):
            self.an.partner_id.with_user(self.portal["mother"]).write({"name": "Khác"})

    @mute_logger("odoo.http")
    def test_public_user_reads_nothing(self):
        self.authenticate(None, None)
        public = self.env.ref("base.public_user")
        for model in (*MODELS, *CLOSED):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(public).search([])

    def test_correspondence_stays_inside(self):
        """Neither notes nor letters about a student, an enrolment or a class can be read or answered."""
        posted = self.env["mail.message"]
        for record in (self.an, self.an.partner_id, self.enrollment_an, self.class_n):
            posted |= record.message_post(body="Nội bộ", subtype_xmlid="mail.mt_note")
            posted |= record.message_post(body="Thư cho bố", subtype_xmlid="mail.mt_comment")
        as_mother = posted.with_user(self.portal["mother"])
        self.assertFalse(as_mother.search([("id", "in", posted.ids)]))
        for message in as_mother:
            with self.assertRaises(AccessError):
                message.read(["body"])
        with self.assertRaises(AccessError):
            self.an.with_user(self.portal["mother"]).message_post(body="Xin chào")

    def test_documents_stay_inside(self):
        """A scan that lies with a student is not on the portal."""
        scan = self.env["ir.attachment"].create(
            {"name": "scan.txt", "raw": b"secret", "res_model": "edu.student", "res_id": self.an.id}
        )
        with self.assertRaises(AccessError):
            scan.with_user(self.portal["mother"]).read(["name"])
        self._login("mother")
        self._page(f"/web/content/{scan.id}", 404)

    def test_picture_of_the_own_child(self):
        self._login("mother")
        self.assertEqual(self.url_open(f"/web/image/edu.student/{self.an.id}/avatar_128").status_code, 200)

    def test_staff_sees_all_fields(self):
        """What is hidden from outside is hidden from outside only."""
        counsellor = self.an.with_user(self.users["counsellor"])
        self.assertIn("guardian_ids", counsellor.fields_get())
        self.assertEqual(counsellor.read(["note"])[0]["note"], self.an.note)

    def test_rules_and_pages_agree(self):
        """The record rule says the same as the domain that the pages use."""
        for user in self.portal.values():
            by_rule = self.env["edu.student"].with_user(user).search([])
            by_domain = self.env["edu.student"]._portal_students_sudo(user)
            self.assertEqual(set(by_rule.ids), set(by_domain.ids))
            self.assertEqual(bool(by_rule), user not in (self.portal["father"], self.portal["nobody"]), user.login)
