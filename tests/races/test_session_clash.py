"""The same teacher, room, class or student booked at one moment (S2); generating and taking a roll twice."""

import itertools
from datetime import date, datetime

import pytest
from centre import open_class, plan_lessons, without_constraint

from odoo.exceptions import ValidationError

CONSTRAINTS = {
    "teacher_id": ("edu_session", "edu_session_teacher_free"),
    "room_id": ("edu_session", "edu_session_room_free"),
    "class_id": ("edu_session", "edu_session_class_free"),
    "student_id": ("edu_attendance", "edu_attendance_student_free"),
}
#: every test has a week of its own
_weeks = itertools.count(1)


def rivals(env, shared):
    """Values of two sessions at one time that have nothing but ``shared`` in common.

    :return: list of two dicts for ``create``
    """
    class_ids = [open_class(env, seats=5, students=0)[0] for _number in range(2)]
    classes = env["edu.class"].browse(class_ids)
    teachers = env["edu.teacher"].create([{"name": f"Racing teacher {number}"} for number in range(2)])
    rooms = env["edu.room"].create(
        [{"name": f"Lane {class_.id}", "campus_id": class_.campus_id.id} for class_ in classes]
    )
    week = next(_weeks)
    start = datetime.combine(date.fromisocalendar(2030, week, 1), datetime.min.time()).replace(hour=9)
    values = [
        {
            "class_id": class_.id,
            "teacher_id": teacher.id,
            "room_id": room.id,
            "start": start,
            "stop": start.replace(hour=11),
        }
        for class_, teacher, room in zip(classes, teachers, rooms, strict=True)
    ]
    if shared == "student_id":
        student = env["edu.student"].create(
            {"name": f"Runner in week {week}", "campus_id": classes[0].campus_id.id}
        )
        for class_ in classes:
            package = env["edu.package"].search([("program_ids", "in", class_.program_id.ids)])
            env["edu.enrollment"].create_historic(
                [
                    {
                        "student_id": student.id,
                        "package_id": package.id,
                        "class_id": class_.id,
                        "campus_id": class_.campus_id.id,
                        "state": "confirmed",
                    }
                ]
            )
    else:
        values[1][shared] = values[0][shared]
    return values


def book(values):
    def job(env):
        return env["edu.session"].create(values).id

    return job


@pytest.mark.parametrize("shared", CONSTRAINTS)
def test_only_one_is_booked(arena, shared):
    with arena.env() as env:
        values = rivals(env, shared)
    outcomes = arena.together(*map(book, values))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ValidationError", "int"], outcomes
    (error,) = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
    # Either the database refused, or a deadlock let Odoo try again and see the other one.
    assert "has just been" in str(error) or "another session from" in str(error) or " until " in str(error)
    with arena.env() as env:
        found = env["edu.session"].search_count([("class_id", "in", [value["class_id"] for value in values])])
        assert found == 1


@pytest.mark.parametrize("shared", CONSTRAINTS)
def test_without_the_constraint_both_are(arena, shared):
    """The control: nobody sees what the other one is about to write, so looking beforehand is not enough."""
    with arena.env() as env:
        values = rivals(env, shared)
    classes = ", ".join(str(value["class_id"]) for value in values)
    mend = f"DELETE FROM edu_session WHERE class_id IN ({classes})"
    with without_constraint(arena, *CONSTRAINTS[shared], mend):
        outcomes = arena.together(*map(book, values))
        assert all(isinstance(outcome, int) for outcome in outcomes), outcomes


@pytest.mark.parametrize("count", [2, 5])
def test_generating_at_once_makes_one_timetable(arena, count):
    """S1: the same button in several browsers; nobody gets an error."""
    with arena.env() as env:
        class_id = plan_lessons(env)

    def generate(env):
        env["edu.class"].browse(class_id).action_generate_sessions()

    assert arena.together(*[generate] * count) == [None] * count
    with arena.env() as env:
        assert env["edu.session"].search_count([("class_id", "=", class_id)]) == 4


def test_generating_without_the_row_of_the_class(arena):
    """The control: whoever proposes before the other one has written proposes the same, and gets an error."""
    with arena.env() as env:
        class_id = plan_lessons(env)

    def generate(env):
        proposed = env["edu.class"].browse(class_id)._propose_sessions()
        return len(env["edu.session"].create(proposed))

    made, refused = sorted(arena.together(generate, generate), key=str)
    assert made == 4
    assert isinstance(refused, ValidationError), repr(refused)


def test_a_roll_taken_at_once_is_charged_once(arena):
    """S7, E18: two browsers press “All Present”."""
    with arena.env() as env:
        values = rivals(env, "student_id")[0]
        session_id = env["edu.session"].create(values).id

    def take(env):
        env["edu.session"].browse(session_id).action_all_present()

    assert arena.together(take, take, take) == [None] * 3
    with arena.env() as env:
        session = env["edu.session"].browse(session_id)
        assert session.state == "held"
        assert session.attendance_ids.enrollment_id.ledger_ids.mapped("hours") == [-2.0]
