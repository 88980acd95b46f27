"""Who may do what with which record: every role, every model, both campuses, compared with rights.csv (X1, W5).

After a change that is meant, write the table anew and read its difference:

    EDU_WRITE_RIGHTS=1 ./scripts/test tests/database/test_rights.py && git diff tests/database/rights.csv
"""

import csv
import os
from pathlib import Path

from odoo.addons.edu_schedule.tests.common import ScheduleCommon
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

TABLE = Path(__file__).with_name("rights.csv")
OPERATIONS = {"read": "r", "write": "w", "create": "c", "unlink": "d"}
#: of each person's login: all of the staff work at north, stranger is the campus manager of south
STAFF = ("teacher", "counsellor", "academic", "manager", "director", "cashier", "stranger")


@tagged("post_install", "-at_install")
class TestRights(ScheduleCommon):
    """Every record stands twice: in the world of north and in that of south.

    At north the counsellor is in charge of the student ``an`` and of the lead, and the teacher gives the class.
    The portal users are an's mother (who may log in), an's father (who may not), another student, and nobody.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.class_n.capacity = 30
        cls.package_s = cls._make_package(name="South", price=500, campus_id=cls.south.id)
        father = cls.env["res.partner"].create({"name": "Father"})
        cls.an.guardian_ids = [
            Command.create({"partner_id": father.id, "relation": "father", "portal_access": False})
        ]
        portal = {
            "mother": cls.mother,
            "father": father,
            "other student": cls.binh.partner_id,
            "nobody": cls.env["res.partner"].create({"name": "Nobody"}),
        }
        cls.people = {role: cls.users[role] for role in STAFF} | {
            name: new_test_user(
                cls.env,
                login=f"rights_{name.replace(' ', '_')}",
                partner_id=partner.id,
                name=partner.name,
                email="x@example.com",
                groups="base.group_portal",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for name, partner in portal.items()
        }
        cls.people["public"] = cls.env.ref("base.public_user")
        cls.worlds = {
            "north": cls._world(cls.north, cls.class_n, cls.an, cls.package, cls.teacher, "counsellor", 3),
            "south": cls._world(
                cls.south, cls.class_s, cls.chi, cls.package_s, cls.env["edu.teacher"], "stranger", 4
            ),
        }

    @classmethod
    def _world(cls, campus, class_, student, package, teacher, user, day):
        """One record of every model, all of them belonging together at one campus."""
        student.guardian_ids = student.guardian_ids or [
            Command.create({"partner_id": cls.env["res.partner"].create({"name": "Guardian"}).id})
        ]
        enrollment = cls._enroll(
            student,
            campus_id=campus.id,
            class_id=class_.id,
            package_id=package.id,
            user_id=cls.users[user].id,
        )
        dialog = enrollment.action_register_payment()["context"]
        cls.env["account.payment.register"].with_context(**dialog).create({}).action_create_payments()
        session = cls._session(class_, day=day, teacher_id=teacher.id, room_id=class_.room_id.id)
        session.action_all_present()
        assessment = cls.env["edu.assessment"].create(
            {"class_id": class_.id, "name": "Test", "max_score": 10}
        )
        waiting = cls.env["edu.student"].create({"name": "Waits", "campus_id": campus.id})
        slot = class_.slot_ids[:1] or cls.env["edu.timetable.slot"].create({"class_id": class_.id})
        return [
            campus,
            cls.program,
            package,
            teacher or cls.env["edu.teacher"].create({"name": "S", "campus_ids": [Command.set(campus.ids)]}),
            class_.room_id,
            class_,
            student,
            student.guardian_ids[0],
            enrollment,
            enrollment.ledger_ids.filtered(lambda entry: entry.kind == "purchase"),
            enrollment.invoice_ids,
            enrollment.instalment_ids[0],
            cls.env["edu.instalment.reminder"].create(
                {"line_id": enrollment.instalment_ids[0].id, "kind": "before", "amount": 1}
            ),
            slot,
            session,
            session.attendance_ids,
            assessment,
            cls.env["edu.grade"].create(
                {"assessment_id": assessment.id, "enrollment_id": enrollment.id, "score": 5}
            ),
            cls._promotion(campus, f"RIGHTS-{campus.code}"),
            cls.env["edu.enrollment.promotion"].create(
                {
                    "enrollment_id": enrollment.id,
                    "promotion_id": cls._promotion(campus, f"MORE-{campus.code}").id,
                }
            ),
            cls.env["edu.package.price"].create(
                {"package_id": package.id, "campus_id": campus.id, "price": package.price}
            ),
            cls.env["edu.enrollment.change"]._log(enrollment, "resume"),
            cls.env["edu.waitlist"].create({"class_id": class_.id, "student_id": waiting.id}),
            cls.env["edu.certificate"].create({"enrollment_id": enrollment.id}),
            cls.env["edu.refund"].create(
                {"enrollment_id": enrollment.id, "amount": 1, "reason": "Rights", "campus_id": campus.id}
            ),
            cls.env["crm.lead"].create(
                {
                    "name": "Lead",
                    "campus_id": campus.id,
                    "company_id": cls.company.id,
                    "user_id": cls.users[user].id,
                    "team_id": False,
                }
            ),
        ]

    @classmethod
    def _promotion(cls, campus, code):
        return cls.env["edu.promotion"].create(
            {
                "name": "Promotion",
                "code": code,
                "campus_id": campus.id,
                "date_start": "2026-01-01",
                "date_end": "2026-12-31",
                "discount_rate": 5,
                "marketing_rate": 50,
                "center_rate": 50,
            }
        )

    def test_matrix(self):
        self.env.flush_all()
        found = [["model", "campus", *self.people]]
        for campus, records in self.worlds.items():
            for record in records:
                self.assertEqual(len(record), 1, record)
                rights = [
                    "".join(
                        letter if record.with_user(user).has_access(operation) else "·"
                        for operation, letter in OPERATIONS.items()
                    )
                    for user in self.people.values()
                ]
                found.append([record._name, campus, *rights])
        if os.environ.get("EDU_WRITE_RIGHTS"):
            with TABLE.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(found)
        with TABLE.open(newline="", encoding="utf-8") as file:
            self.assertEqual(found, list(csv.reader(file)))

    def test_all_models_are_looked_at(self):
        """A new model with an owner belongs into the matrix."""
        here = {record._name for record in self.worlds["north"]}
        owners = {"campus_id", "student_id", "enrollment_id", "package_id", "class_id"}
        owned = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("edu.")
            and owners.intersection(model._fields)
            and model._auto
            and not model._abstract
            and not model._transient
        }
        self.assertFalse(owned - here, "models with an owner that the matrix does not look at")
