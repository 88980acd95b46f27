"""Load the Open University Learning Analytics Dataset through the product's own models.

    python scripts/load_oulad.py DATABASE DIR

Courses become programs, presentations classes, people students, registrations enrolments (withdrawn ones are
cancelled), assessments and marks the gradebook. It is history: there are no invoices and no hours. Every batch is
committed, and what is there already is recognised by its code or number, so that a run that was cut off goes on
where it stopped and a second run adds nothing. Rows that cannot be taken are listed with the reason.

Data: Kuzilek, Hlosta, Zdrahal, Scientific Data 4:170171 (2017), CC BY 4.0.
"""

import csv
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry

BATCH = 2000
#: month in which a presentation starts, by the letter behind its year
MONTHS = {"B": 2, "J": 10}
GENDERS = {"F": "female", "M": "male"}
#: column of studentInfo → label of the student property that keeps it
PROPERTIES = {
    "region": "Region",
    "highest_education": "Earlier Education",
    "age_band": "Age Band",
    "imd_band": "Deprivation Band",
    "disability": "Disability",
}
#: by what a record of the model is recognised
KEYS = {
    "edu.class": ("code",),
    "edu.student": ("student_number",),
    "edu.enrollment": ("class_id", "student_id"),
    "edu.assessment": ("class_id", "name"),
    "edu.grade": ("assessment_id", "enrollment_id"),
}
CONTEXT = {"tracking_disable": True, "mail_create_nosubscribe": True}


class Rejected(Exception):
    """A row that cannot be taken; the message says why."""


def class_code(row):
    return f"{row['code_module']}-{row['code_presentation']}"


def class_start(row):
    """First day of a presentation: ``2013J`` starts in October 2013, ``2014B`` in February 2014."""
    presentation = row["code_presentation"]
    return date(int(presentation[:4]), MONTHS[presentation[4]], 1)


def student_number(row):
    return f"OU{row['id_student']}"


def assessment_name(row):
    return f"{row['assessment_type']} {row['id_assessment']}"


def is_known(text):
    return text not in ("", "?")


def number(row, column, low=float("-inf"), high=float("inf")):
    """The number in a column.

    :raise Rejected: it is none, or does not lie between ``low`` and ``high``
    """
    try:
        value = float(row[column])
    except ValueError:
        raise Rejected(f"{column} “{row[column]}” is not a number") from None
    if not low <= value <= high:
        raise Rejected(f"{column} {value:g} does not lie between {low:g} and {high:g}")
    return value


def day(row, column, start):
    """The date in a column that counts days from the start of the class; False when it is not known."""
    return start + timedelta(days=number(row, column)) if is_known(row[column]) else False


class Loader:
    """One run. ``added`` and ``rejected`` tell what came of it."""

    def __init__(self, env, folder, out=sys.stderr):
        self.env = env(context={**env.context, **CONTEXT})
        self.folder = Path(folder)
        self.out = out
        self.added = {}
        self.rejected = []

    def run(self):
        self.campus = self._campus()
        for name, model, prepare in (
            ("courses.csv", "edu.class", self._classes),
            ("studentInfo.csv", "edu.student", self._students),
            ("studentInfo.csv", "edu.enrollment", self._enrollments),
            ("assessments.csv", "edu.assessment", self._assessments),
            ("studentAssessment.csv", "edu.grade", self._grades),
        ):
            self._load(name, model, prepare)

    def _campus(self):
        company = self.env["res.company"].search([("name", "=", "The Open University")])
        if not company:
            currency = self.env.ref("base.GBP")
            currency.active = True
            company = self.env["res.company"].create(
                {
                    "name": "The Open University",
                    "currency_id": currency.id,
                    "country_id": self.env.ref("base.uk").id,
                }
            )
            (self.env.user | self.env.ref("base.user_admin")).company_ids = [Command.link(company.id)]
        self.env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        campus = self.env["edu.campus"].search([("code", "=", "OU"), ("company_id", "=", company.id)])
        return campus or campus.create(
            {
                "name": "The Open University",
                "code": "OU",
                "company_id": company.id,
                "tz": "Europe/London",
                "student_properties_definition": [
                    {"name": name, "string": label, "type": "char"} for name, label in PROPERTIES.items()
                ],
            }
        )

    # ------------------------------------------------------------------ each gives (row, function that makes values)
    def _classes(self, rows):
        programs = self._programs(sorted({row["code_module"] for row in rows}))

        def values(row):
            start = class_start(row)
            return {
                "code": class_code(row),
                "name": f"Module {row['code_module']}, {start:%B %Y}",
                "program_id": programs[row["code_module"]],
                "campus_id": self.campus.id,
                "date_start": start,
                "date_end": day(row, "module_presentation_length", start),
                "seats_limited": False,
                "state": "done",
            }

        return rows, values

    def _programs(self, codes):
        programs = self.env["edu.program"].search([("code", "in", codes)])
        known = set(programs.mapped("code"))
        new = programs.create(
            [
                {
                    "code": code,
                    "name": f"Module {code}",
                    "state": "published",
                    "company_id": self.campus.company_id.id,
                }
                for code in codes
                if code not in known
            ]
        )
        self.env["edu.package"].create(
            [
                {
                    "code": f"OU-{program.code}",
                    "name": program.name,
                    "program_ids": [Command.set(program.ids)],
                    "price": 0,
                    "campus_id": self.campus.id,
                    "company_id": self.campus.company_id.id,
                }
                for program in new
            ]
        )
        return {program.code: program.id for program in programs | new}

    def _students(self, rows):
        # Somebody who studied several times is described by the latest registration.
        latest = {row["id_student"]: row for row in sorted(rows, key=class_start)}

        def values(row):
            return {
                "student_number": student_number(row),
                "name": f"Student {row['id_student']}",
                "gender": GENDERS.get(row["gender"], "other"),
                "campus_id": self.campus.id,
                "user_id": False,
                "student_properties": {name: row[name] for name in PROPERTIES if is_known(row[name])},
            }

        return latest.values(), values

    def _enrollments(self, rows):
        registrations = {
            (class_code(row), row["id_student"]): row for row in self._read("studentRegistration.csv")
        }
        classes = self._ids("edu.class", "code")
        students = self._ids("edu.student", "student_number")
        packages = self._ids("edu.package", "code")

        def values(row):
            registration = registrations.get((class_code(row), row["id_student"]))
            if not registration:
                raise Rejected("the student has no registration for this class")
            start = class_start(row)
            left = day(registration, "date_unregistration", start)
            withdrawn = left or row["final_result"] == "Withdrawn"
            return {
                "student_id": students[student_number(row)],
                "package_id": packages[f"OU-{row['code_module']}"],
                "class_id": classes[class_code(row)],
                "campus_id": self.campus.id,
                "date_expected": start,
                "date_confirmed": day(registration, "date_registration", start),
                "date_cancelled": left,
                "state": "cancelled" if withdrawn else "completed",
                "note": f"Result: {row['final_result']}. Earlier attempts: {row['num_of_prev_attempts']}."
                f" Credits studied: {row['studied_credits']}.",
            }

        return rows, values

    def _assessments(self, rows):
        classes = self._ids("edu.class", "code")
        ends = {record.id: record.date_end for record in self.env["edu.class"].browse(classes.values())}

        def values(row):
            class_id = classes[class_code(row)]
            return {
                "class_id": class_id,
                "name": assessment_name(row),
                # An exam without a date is held at the end of its class, says the description of the data.
                "date": day(row, "date", class_start(row)) or ends[class_id],
                "weight": number(row, "weight", 0, 100),
                "max_score": 100,
            }

        return rows, values

    def _grades(self, rows):
        assessments = {row["id_assessment"]: row for row in self._read("assessments.csv")}
        classes = self._ids("edu.class", "code")
        students = self._ids("edu.student", "student_number")
        assessment_ids = self._ids("edu.assessment", "class_id", "name")
        enrollments = self._ids("edu.enrollment", "class_id", "student_id")

        def values(row):
            assessment = assessments.get(row["id_assessment"])
            if not assessment:
                raise Rejected("the assessment is not in assessments.csv")
            class_id = classes[class_code(assessment)]
            enrollment_id = enrollments.get((class_id, students.get(student_number(row))))
            if not enrollment_id:
                raise Rejected(f"the student is not registered for {class_code(assessment)}")
            is_marked = is_known(row["score"])
            return {
                "assessment_id": assessment_ids[class_id, assessment_name(assessment)],
                "enrollment_id": enrollment_id,
                "is_marked": is_marked,
                "score": number(row, "score", 0, 100) if is_marked else 0,
                "date_submitted": day(row, "date_submitted", class_start(assessment)),
                "comment": "Carried over from an earlier class" if row["is_banked"] == "1" else False,
            }

        return rows, values

    # ------------------------------------------------------------------ batches
    def _read(self, name):
        with (self.folder / name).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def _ids(self, model, *fields):
        """{value of the field, or values of the fields: id} of the records of this campus."""
        records = self.env[model].with_context(active_test=False)
        rows = records.search_read([("campus_id", "=", self.campus.id)], [*fields], load=None)
        return {
            tuple(row[name] for name in fields) if fields[1:] else row[fields[0]]: row["id"] for row in rows
        }

    def _load(self, name, model, prepare):
        """Create what the file has and the database has not, committing batch by batch."""
        started = time.monotonic()
        key = KEYS[model]
        known = {value if key[1:] else (value,) for value in self._ids(model, *key)}
        rows, make_values = prepare(self._read(name))
        new = []
        for row in rows:
            try:
                values = make_values(row)
            except Rejected as reason:
                self.rejected.append((name, row, str(reason)))
                continue
            if tuple(values[field] for field in key) not in known:
                new.append(values)
        self._commit()
        for first in range(0, len(new), BATCH):
            batch = new[first : first + BATCH]
            if model == "edu.enrollment":
                self.env[model].create_historic(batch)
            else:
                self.env[model].create(batch)
            self._commit()
            self._show(model, min(first + BATCH, len(new)), len(new), time.monotonic() - started)
        self.added[model] = len(new)
        seconds = time.monotonic() - started
        print(
            f"\r{name:22} {len(rows):>8,} → {model:15} {len(new):>8,} added in {seconds:5.1f} s"
            f" ({len(new) / seconds:,.0f} rows/s){'':20}",
            file=self.out,
        )

    def _show(self, model, done, total, seconds):
        filled = 30 * done // total
        bar = "█" * filled + "·" * (30 - filled)
        print(
            f"\r{model:15} {bar} {done:,} of {total:,}, {done / seconds:,.0f}/s ",
            end="",
            file=self.out,
            flush=True,
        )

    def _commit(self):
        self.env.flush_all()
        self.env.cr.commit()
        self.env.invalidate_all()


def main(database, folder):
    odoo.tools.config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
    started = time.monotonic()
    with Registry(database).cursor() as cr:
        loader = Loader(api.Environment(cr, SUPERUSER_ID, {}), folder)
        loader.run()
    for name, row, reason in loader.rejected:
        print(f"not taken from {name}: {reason}: {dict(row)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{sum(loader.added.values()):,} records added in {time.monotonic() - started:.0f} s,"
        f" {len(loader.rejected):,} rows not taken, peak memory {peak:,.0f} MiB"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
