"""Seats and invoices under real concurrent transactions (E9, E24)."""

import psycopg2
import pytest
from centre import confirm, in_company, open_class, sales_of, without_constraint

from odoo.exceptions import UserError, ValidationError

SEATS = "edu_class_seats_within_capacity"


def state_of(arena, class_id):
    """(headcount that is stored, enrolments that hold a seat, invoices)"""
    with arena.env() as env:
        taken = env["edu.class"].browse(class_id).seats_taken
    return taken, *sales_of(arena, "edu.class", class_id)


def test_last_seats_are_sold_once(arena):
    """E24: eight at once for three seats: three have one, five are told that the class is full."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=3, students=8)
    outcomes = arena.together(*map(confirm, enrollments))
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 5
    for error in refused:
        assert isinstance(error, UserError), repr(error)
        assert "is full" in str(error)
    assert state_of(arena, class_id) == (3, 3, 3)


def test_counting_alone_oversells(arena):
    """The control: count, then insert, without writing the class: both see the last seat as free."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=1, students=2)

    def count_then_insert(enrollment_id):
        def job(env):
            taken = env["edu.enrollment"].search_count(
                [("class_id", "=", class_id), ("state", "=", "confirmed")]
            )
            assert taken < env["edu.class"].browse(class_id).capacity
            env.cr.execute("UPDATE edu_enrollment SET state = 'confirmed' WHERE id = %s", [enrollment_id])

        return job

    assert arena.together(*map(count_then_insert, enrollments)) == [None, None]
    assert state_of(arena, class_id)[1] == 2


def test_database_refuses_where_python_does_not_look(arena, monkeypatch):
    """E24: without the check in Python the constraint still holds, and speaks in a sentence."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=1, students=2)
    monkeypatch.setattr(arena.registry["edu.class"], "_check_seats", lambda self: None, raising=False)
    outcomes = arena.together(*map(confirm, enrollments))
    (error,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, ValidationError), repr(error)
    assert "more students than seats" in str(error)
    assert state_of(arena, class_id) == (1, 1, 1)


def test_without_the_constraint_the_second_is_sold(arena, monkeypatch):
    """The control: with the constraint gone as well, the class is overfull."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=1, students=2)
    monkeypatch.setattr(arena.registry["edu.class"], "_check_seats", lambda self: None, raising=False)
    mend = f"UPDATE edu_class SET capacity = 2 WHERE id = {class_id}"
    with without_constraint(arena, "edu_class", SEATS, mend):
        assert arena.together(*map(confirm, enrollments)) == [None, None]
        assert state_of(arena, class_id)[:2] == (2, 2)


@pytest.mark.parametrize("rivals", [2, 20])
def test_confirming_at_once_makes_one_invoice(arena, rivals):
    """E9: the same enrolment in so many browsers at once."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)
    assert arena.together(*[confirm(enrollment_id)] * rivals) == [None] * rivals
    assert state_of(arena, class_id) == (1, 1, 1)
    with arena.env() as env:
        assert env["edu.enrollment"].browse(enrollment_id).ledger_ids.mapped("kind") == ["purchase"]


def test_without_the_lock_there_are_two_invoices(arena):
    """The control: what confirming does, without the lock and the state that guard it."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)

    def invoice(env):
        in_company(env, "edu.enrollment", enrollment_id)._create_invoices()

    assert arena.together(invoice, invoice) == [None, None]
    assert state_of(arena, class_id)[2] == 2


def test_constraint_is_installed(arena):
    """A constraint that cannot be installed only logs in Odoo 19."""
    with arena.env() as env:
        env.cr.execute("SELECT convalidated FROM pg_constraint WHERE conname = %s", [SEATS])
        assert env.cr.fetchall() == [(True,)]
        with pytest.raises(psycopg2.errors.CheckViolation), env.cr.savepoint():
            env.cr.execute("UPDATE edu_class SET seats_limited = true, seats_taken = capacity + 1")
