"""The last seats of a class (E24), and the last uses of a promotion (E6), under real concurrent transactions."""

from collections import namedtuple

import psycopg2
import pytest
from centre import confirm, open_class, promote, sales_of, without_constraint

from odoo.exceptions import UserError, ValidationError

#: ``offer``: makes so many of them, and drafts that want one; ``checks``: where Python looks, and what it says when
#: it looks away; ``refusals``: what Python says, and what the database says.
Scarce = namedtuple("Scarce", "model link count limit constraint offer checks refusals")

SEATS = Scarce(
    "edu.class",
    "class_id",
    "seats_taken",
    "capacity",
    "edu_class_seats_within_capacity",
    open_class,
    {"_check_seats": None},
    ("is full", "more students than seats"),
)
USES = Scarce(
    "edu.promotion",
    "promotion_id",
    "used_count",
    "usage_limit",
    "edu_promotion_usage_within_limit",
    promote,
    {"_check_usage": None, "_is_used_up": False},
    ("used up", "more often than its limit"),
)


@pytest.fixture(params=[SEATS, USES], ids=lambda scarce: scarce.model)
def scarce(request):
    return request.param


@pytest.fixture
def blind(arena, scarce, monkeypatch):
    """Python does not look."""
    for name, answer in scarce.checks.items():
        monkeypatch.setattr(
            arena.registry[scarce.model], name, lambda self, answer=answer: answer, raising=False
        )


def offer(arena, scarce, number, rivals):
    with arena.env() as env:
        return scarce.offer(env, number, rivals)


def state_of(arena, scarce, record_id):
    """(what is stored, enrolments that are confirmed, invoices)"""
    with arena.env() as env:
        stored = env[scarce.model].browse(record_id)[scarce.count]
    return stored, *sales_of(arena, scarce.model, record_id)


def test_the_last_ones_are_sold_once(arena, scarce):
    """Eight at once for three: three have one, five are told."""
    record_id, enrollments = offer(arena, scarce, 3, 8)
    outcomes = arena.together(*map(confirm, enrollments))
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 5
    for error in refused:
        assert isinstance(error, UserError), repr(error)
        assert scarce.refusals[0] in str(error)
    assert state_of(arena, scarce, record_id) == (3, 3, 3)


def test_database_refuses_where_python_does_not_look(arena, scarce, blind):
    """The constraint holds, and speaks in a sentence."""
    record_id, enrollments = offer(arena, scarce, 1, 2)
    outcomes = arena.together(*map(confirm, enrollments))
    (error,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, ValidationError), repr(error)
    assert scarce.refusals[1] in str(error)
    assert state_of(arena, scarce, record_id) == (1, 1, 1)


def test_without_the_constraint_it_is_sold_twice(arena, scarce, blind):
    """The control: with the checks and the constraint gone."""
    record_id, enrollments = offer(arena, scarce, 1, 2)
    table = scarce.model.replace(".", "_")
    mend = f"UPDATE {table} SET {scarce.limit} = 2 WHERE id = {record_id}"
    with without_constraint(arena, table, scarce.constraint, mend):
        assert arena.together(*map(confirm, enrollments)) == [None, None]
        assert state_of(arena, scarce, record_id)[:2] == (2, 2)


def test_counting_alone_sells_it_twice(arena, scarce):
    """The control: count, then confirm, without writing where it is counted: both see the last one as free."""
    record_id, enrollments = offer(arena, scarce, 1, 2)

    def count_then_write(enrollment_id):
        def job(env):
            sold = env["edu.enrollment"].search_count(
                [(scarce.link, "=", record_id), ("state", "=", "confirmed")]
            )
            assert sold < env[scarce.model].browse(record_id)[scarce.limit]
            env.cr.execute("UPDATE edu_enrollment SET state = 'confirmed' WHERE id = %s", [enrollment_id])

        return job

    assert arena.together(*map(count_then_write, enrollments)) == [None, None]
    assert state_of(arena, scarce, record_id)[1] == 2


def test_constraint_is_installed(arena, scarce):
    """A constraint that cannot be installed only logs in Odoo 19."""
    record_id, _enrollments = offer(arena, scarce, 1, 1)
    table = scarce.model.replace(".", "_")
    with arena.env() as env:
        env.cr.execute("SELECT convalidated FROM pg_constraint WHERE conname = %s", [scarce.constraint])
        assert env.cr.fetchall() == [(True,)]
        with pytest.raises(psycopg2.errors.CheckViolation), env.cr.savepoint():
            env.cr.execute(
                f"UPDATE {table} SET {scarce.count} = {scarce.limit} + 1 WHERE id = %s", [record_id]
            )
