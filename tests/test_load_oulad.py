"""scripts/load_oulad on a small data set of our own, in a database that really commits."""

import csv
import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from check_oulad import count_database, count_files, differences
from load_oulad import Loader

INFO = (
    "code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,"
    "num_of_prev_attempts,studied_credits,disability,final_result"
)
FILES = {
    "courses": ["code_module,code_presentation,module_presentation_length", "ZZZ,2013J,268", "ZZZ,2014B,240"],
    "assessments": [
        "code_module,code_presentation,id_assessment,assessment_type,date,weight",
        "ZZZ,2013J,1,TMA,19,25",
        "ZZZ,2013J,2,Exam,,100",
        "ZZZ,2014B,3,CMA,10,0",
    ],
    "studentInfo": [
        INFO,
        "ZZZ,2013J,7,M,Wales,HE Qualification,?,0-35,0,60,N,Fail",
        "ZZZ,2014B,7,M,Scotland,HE Qualification,,35-55,1,60,N,Pass",
        "ZZZ,2013J,8,F,Ireland,No Formal quals,0-10%,55<=,0,30,Y,Withdrawn",
        "ZZZ,2013J,9,F,Ireland,No Formal quals,0-10%,55<=,0,30,Y,Withdrawn",
    ],
    "studentRegistration": [
        "code_module,code_presentation,id_student,date_registration,date_unregistration",
        "ZZZ,2013J,7,-30,",
        "ZZZ,2014B,7,-5,",
        "ZZZ,2013J,8,?,12",
        "ZZZ,2013J,9,-1,",
    ],
    "studentAssessment": [
        "id_assessment,id_student,date_submitted,is_banked,score",
        "1,7,18,0,80",
        "2,7,250,0,41",
        "1,8,11,1,?",
        "3,7,9,0,33",
    ],
}


@pytest.fixture
def folder(tmp_path):
    for name, lines in FILES.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def load(arena, folder):
    with arena.env() as env:
        loader = Loader(env, folder, out=io.StringIO())
        loader.run()
        return loader


def test_everything_is_taken_and_a_second_run_adds_nothing(arena, folder):
    loader = load(arena, folder)
    assert loader.added == {
        "edu.class": 2,
        "edu.student": 3,
        "edu.enrollment": 4,
        "edu.assessment": 3,
        "edu.grade": 4,
    }
    assert loader.rejected == []
    assert set(load(arena, folder).added.values()) == {0}
    with arena.env() as env:
        assert list(differences(count_files(folder), count_database(env))) == []
        seven = env["edu.student"].search([("student_number", "=", "OU7")])
        assert dict(seven.student_properties)["region"] == "Scotland"
        first, second = seven.enrollment_ids.sorted("date_confirmed")
        assert (first.type, second.type) == ("new", "existing")
        assert str(first.date_confirmed) == "2013-09-01"
        assert first.final_mark == pytest.approx((80 * 25 + 41 * 100) / 125, abs=0.005)
        assert not first.invoice_ids
        eight, nine = env["edu.student"].search(
            [("student_number", "in", ["OU8", "OU9"])], order="student_number"
        )
        assert (eight.enrollment_ids.state, str(eight.enrollment_ids.date_cancelled)) == (
            "cancelled",
            "2013-10-13",
        )
        assert (nine.enrollment_ids.state, nine.enrollment_ids.date_cancelled) == ("cancelled", False)
        assert eight.enrollment_ids.grade_ids.is_marked is False

    # A run that was cut off: what was added to the files since is all that the next run adds.
    with (folder / "studentAssessment.csv").open("a") as file:
        csv.writer(file).writerows(
            [[2, 8, 260, 0, 55], [2, 9, 260, 0, 101], [99, 7, 1, 0, 5], [1, 77, 1, 0, 5], [3, 9, 1, 0, 5]]
        )
    loader = load(arena, folder)
    assert loader.added["edu.grade"] == 1
    assert [reason for _name, _row, reason in loader.rejected] == [
        "score 101 does not lie between 0 and 100",
        "the assessment is not in assessments.csv",
        "the student is not registered for ZZZ-2013J",
        "the student is not registered for ZZZ-2014B",
    ]


def test_check_sees_what_differs(arena, folder):
    """The comparison itself can fail: a mark that is changed, and one that is missing."""
    load(arena, folder)
    with arena.env() as env:
        grade = env["edu.grade"].search([("student_id.student_number", "=", "OU7"), ("score", "=", 80)])
        grade.score = 79
        env["edu.grade"].search([("student_id.student_number", "=", "OU7"), ("score", "=", 33)]).unlink()
        found = list(differences(count_files(folder), count_database(env)))
        env.cr.rollback()
    assert any(line.startswith("final mark of ('ZZZ-2013J', '7')") for line in found)
    assert any(line.startswith("marks of ZZZ-2014B") for line in found)
