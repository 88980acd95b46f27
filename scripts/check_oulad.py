"""Compare a database that load_oulad filled with a count of the files made without any code of the loader.

    python scripts/check_oulad.py DATABASE DIR

Compared are the totals, the marks and withdrawals of every class, and the weighted final mark of every student:
the files are counted in plain Python, the marks are computed in exact fractions, the database is asked in SQL and,
for the final marks, through the product's own field. Ends with 1 when anything differs.
"""

import csv
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

MODELS = {
    "classes": "edu.class",
    "students": "edu.student",
    "enrolments": "edu.enrollment",
    "assessments": "edu.assessment",
    "marks": "edu.grade",
}


def rows(folder, name):
    with (Path(folder) / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def count_files(folder):
    """Figures of the files: (totals, marks by class, withdrawals by class, final marks by class and student)."""
    withdrawn, people, registered = Counter(), set(), 0
    left = {
        (row["code_module"], row["code_presentation"], row["id_student"])
        for row in rows(folder, "studentRegistration")
        if row["date_unregistration"].strip("?")
    }
    for row in rows(folder, "studentInfo"):
        people.add(row["id_student"])
        registered += 1
        key = row["code_module"], row["code_presentation"], row["id_student"]
        withdrawn["-".join(key[:2])] += row["final_result"] == "Withdrawn" or key in left
    assessments = {row["id_assessment"]: row for row in rows(folder, "assessments")}
    marks, earned, weights = Counter(), defaultdict(Fraction), defaultdict(Fraction)
    for row in rows(folder, "studentAssessment"):
        assessment = assessments[row["id_assessment"]]
        code = f"{assessment['code_module']}-{assessment['code_presentation']}"
        marks[code] += 1
        if row["score"].strip("?"):
            weight = Fraction(assessment["weight"])
            earned[code, row["id_student"]] += Fraction(row["score"]) * weight
            weights[code, row["id_student"]] += weight
    finals = {key: earned[key] / weight for key, weight in weights.items() if weight}
    classes = sum(1 for _row in rows(folder, "courses"))
    totals = {
        "classes": classes,
        "students": len(people),
        "enrolments": registered,
        "assessments": len(assessments),
        "marks": sum(marks.values()),
    }
    return totals, +marks, +withdrawn, finals


def count_database(env):
    """The same figures of the database."""

    def by_class(query):
        env.cr.execute(query)
        return dict(env.cr.fetchall())

    totals = {
        name: env[model].with_context(active_test=False).search_count([("campus_id.code", "=", "OU")])
        for name, model in MODELS.items()
    }
    marks = by_class(
        """SELECT c.code, count(*)
             FROM edu_grade g
             JOIN edu_assessment a ON a.id = g.assessment_id
             JOIN edu_class c ON c.id = a.class_id
             JOIN edu_campus p ON p.id = c.campus_id AND p.code = 'OU'
            GROUP BY c.code"""
    )
    withdrawn = by_class(
        """SELECT c.code, count(*)
             FROM edu_enrollment e
             JOIN edu_class c ON c.id = e.class_id
             JOIN edu_campus p ON p.id = c.campus_id AND p.code = 'OU'
            WHERE e.state = 'cancelled'
            GROUP BY c.code"""
    )
    finals = {}
    enrollments = env["edu.enrollment"].search([("campus_id.code", "=", "OU")])
    for first in range(0, len(enrollments), 2000):
        batch = enrollments[first : first + 2000]
        for enrollment in batch:
            if enrollment.is_marked:
                person = enrollment.student_id.student_number.removeprefix("OU")
                finals[enrollment.class_id.code, person] = enrollment.final_mark
        env.invalidate_all()
    return totals, marks, withdrawn, finals


def differences(files, database):
    """Sentences about what differs; final marks may differ by the rounding to two decimals."""
    for name, ours, theirs in zip(("total", "marks of", "withdrawn from"), database, files, strict=False):
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key, 0) != theirs.get(key, 0):
                yield f"{name} {key}: {ours.get(key, 0):,} in the database, {theirs.get(key, 0):,} in the files"
    ours, theirs = database[3], files[3]
    for key in sorted(ours.keys() ^ theirs.keys()):
        yield f"final mark of {key} is only in the {'database' if key in ours else 'files'}"
    for key in sorted(ours.keys() & theirs.keys()):
        if abs(Fraction(ours[key]) - theirs[key]) > Fraction("0.0051"):
            yield f"final mark of {key}: {ours[key]} in the database, {float(theirs[key]):.4f} in the files"


def main(database, folder):
    odoo.tools.config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
    files = count_files(folder)
    with Registry(database).cursor() as cr:
        found = list(differences(files, count_database(api.Environment(cr, SUPERUSER_ID, {}))))
    print(
        "\n".join(found[:50])
        or f"equal: {files[0]}, {len(files[1])} classes with marks,"
        f" {sum(files[2].values()):,} withdrawn, {len(files[3]):,} final marks"
    )
    sys.exit(bool(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
