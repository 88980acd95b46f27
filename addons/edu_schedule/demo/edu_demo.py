from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.addons.edu_catalog.demo.catalogue import PROGRAMS
from odoo.addons.edu_catalog.demo.plan import planned_classes
from odoo.fields import Command

from . import gradebook

# Status of somebody on a roll: the share of each.
STATUSES = {"present": 0.86, "late": 0.05, "absent": 0.04, "excused": 0.05}


class EduDemo(models.AbstractModel):
    _inherit = "edu.demo"

    @api.model
    def _load_schedule(self):
        """The timetable of the classes, the rolls of what is past, assessments and marks."""
        if not self.env.ref("edu_enrollment.demo_user_cashier", raise_if_not_found=False):
            return
        if self.env.ref("edu_schedule.demo_scheme_standard", raise_if_not_found=False):
            return
        loader = self._demo_env()
        loader._load_schemes()
        classes = loader._load_patterns()
        loader._load_sessions(classes)
        loader._load_makeups()
        loader._load_rolls()
        loader._load_recognition()
        loader._load_marks(classes)

    def _load_schemes(self):
        self._demo_create(
            "edu.grading.scheme",
            {
                f"scheme_{key}": {
                    "name": name,
                    "company_id": self.env.company.id,
                    "line_ids": [
                        Command.create(
                            {"sequence": sequence, "name": title, "weight": weight, "max_score": best}
                        )
                        for sequence, (title, weight, best, _share) in enumerate(lines, start=1)
                    ],
                    "band_ids": [
                        Command.create({"name": band, "mark_from": mark_from, "is_pass": is_pass})
                        for band, mark_from, is_pass in gradebook.BANDS
                    ],
                }
                for key, (name, lines) in gradebook.SCHEMES.items()
            },
            "edu_schedule",
        )
        for code in PROGRAMS:
            scheme = self._demo(f"scheme_{gradebook.SCHEME_OF.get(code, 'standard')}", "edu_schedule")
            program = self._demo(f"program_{code}")
            program.grading_scheme_id = program.class_ids.grading_scheme_id = scheme

    def _load_patterns(self):
        """The weekly lessons of all classes that are not cancelled.

        :return: dict :class:`PlannedClass` → ``edu.class``
        """
        classes = {
            class_: self._demo(f"class_{class_.code}")
            for class_ in planned_classes()
            if class_.state != "cancelled"
        }
        vals_list = []
        for class_, record in classes.items():
            subjects = PROGRAMS[class_.program][2]
            vals_list += [
                {
                    "class_id": record.id,
                    "weekday": str(weekday),
                    "hour_from": class_.hour_from,
                    "hour_to": class_.hour_to,
                    "subject_id": self._demo(f"subject_{subjects[position % len(subjects)]}").id,
                }
                for position, weekday in enumerate(class_.weekdays)
            ]
        self.env["edu.timetable.slot"].create(vals_list)
        return classes

    def _load_sessions(self, classes):
        """The sessions of the pattern. Those before today have been held; the roll of one was forgotten.

        Students are put on the rolls of what is planned by creating it.
        """
        midnight = self._demo_utc(self._demo_today(), 0)
        classes = {class_: record for class_, record in classes.items() if class_.state != "draft"}
        proposed_of = defaultdict(list)
        for vals in self.env["edu.class"].concat(*classes.values())._propose_sessions():
            proposed_of[vals["class_id"]].append(vals)
        vals_list = []
        for class_, record in classes.items():
            topics = gradebook.TOPICS[PROGRAMS[class_.program][1]]
            proposed = proposed_of[record.id]
            past = [vals for vals in proposed if vals["stop"] < midnight]
            for position, vals in enumerate(past):
                topic = topics[position * len(topics) // len(proposed)]
                vals |= {
                    "state": "held",
                    "topic": f"{topic} ({position + 1})",
                    "homework": f"Workbook, p. {position + 5}",
                }
            vals_list += proposed
        teacher = self._demo("teacher_0").id
        held = [vals for vals in vals_list if vals.get("state") == "held" and vals["teacher_id"] == teacher]
        forgotten = max(held, key=lambda vals: vals["start"])
        forgotten |= {"state": "planned", "topic": False, "homework": False}
        self.env["edu.session"].create(vals_list)

    def _load_makeups(self):
        """A lesson that was cancelled, and the one that made up for it."""
        vals_list = []
        for code, reason in gradebook.MADE_UP.items():
            session = self._demo(f"class_{code}").session_ids.sorted("start")[4]
            # A held lesson goes back to planned before it can be cancelled; nobody is on its roll yet.
            session.action_plan()
            session.action_cancel()
            session.topic = f"{reason}: see the make-up lesson"
            day = session.slot_date + timedelta(days=6 - session.slot_date.weekday())
            start = self._demo_utc(day, gradebook.MAKEUP_HOUR)
            vals_list.append(
                {
                    "class_id": session.class_id.id,
                    "kind": "makeup",
                    "makeup_of_id": session.id,
                    "subject_id": session.subject_id.id,
                    "start": start,
                    "stop": start + (session.stop - session.start),
                    "state": "held",
                    "topic": "Make-up lesson",
                }
            )
        self.env["edu.session"].create(vals_list)

    def _load_rolls(self):
        """Who was there: taken for every session that was held; the ledger follows by itself."""
        random = self._demo_random("rolls")
        pause = self._demo_utc(self._demo_today() - timedelta(weeks=2), 0)
        reasons = {
            name: self.env.ref(f"edu_schedule.edu_absence_reason_{name}")
            for name in ("illness", "family", "unexcused")
        }
        sessions = self.env["edu.session"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "held")], order="start, id"
        )
        enrollments = self.env["edu.enrollment"].search(
            [
                ("class_id", "in", sessions.class_id.ids),
                ("state", "in", ("confirmed", "suspended", "completed")),
            ]
        )
        of_class = enrollments.grouped("class_id")
        vals_list = []
        for session in sessions:
            for enrollment in of_class.get(session.class_id, ()):
                if enrollment.state == "suspended" and session.start >= pause:
                    continue
                (status,) = random.choices(list(STATUSES), STATUSES.values())
                vals = {"session_id": session.id, "enrollment_id": enrollment.id, "status": status}
                if status == "late":
                    vals["minutes_late"] = random.choice((5, 5, 10, 10, 15, 20))
                elif status == "absent":
                    vals["reason_id"] = reasons["unexcused"].id
                elif status == "excused":
                    vals["reason_id"] = reasons[random.choice(("illness", "illness", "family"))].id
                    vals["notice_date"] = session.start - timedelta(hours=random.choice((1, 6, 20, 30, 48)))
                vals_list.append(vals)
        self.env["edu.attendance"].create(vals_list)

    def _load_marks(self, classes):
        """Assessments of the running and finished classes; marks for those that have been written."""
        random, today = self._demo_random("marks"), self._demo_today()
        share_of = {
            (f"scheme_{key}", title): share
            for key, (_name, lines) in gradebook.SCHEMES.items()
            for title, _weight, _best, share in lines
        }
        taught = self.env["edu.class"].concat(
            *(record for class_, record in classes.items() if class_.state in ("running", "done"))
        )
        taught.action_create_assessments()
        vals_list = []
        ability = {}
        for record in taught:
            key = gradebook.SCHEME_OF.get(record.program_id.code, "standard")
            days = [session.slot_date for session in record.session_ids.sorted("start") if session.slot_date]
            for assessment in record.assessment_ids:
                share = share_of[f"scheme_{key}", assessment.name]
                assessment.date = days[round(share * (len(days) - 1))]
                if assessment.date >= today:
                    continue
                for enrollment in record.enrollment_ids:
                    if enrollment.state not in ("confirmed", "completed"):
                        continue
                    level = ability.setdefault(enrollment.student_id, min(random.gauss(0.76, 0.11), 0.97))
                    percent = min(max(random.gauss(level, 0.06), 0.2), 1.0)
                    step = 0.5 if assessment.max_score <= 10 else 1
                    vals_list.append(
                        {
                            "assessment_id": assessment.id,
                            "enrollment_id": enrollment.id,
                            "score": round(percent * assessment.max_score / step) * step,
                            "comment": random.choice(gradebook.COMMENTS) if random.random() < 0.15 else False,
                        }
                    )
        self.env["edu.grade"].create(vals_list)
