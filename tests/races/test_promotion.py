"""The last uses of a promotion under real concurrent transactions (E6)."""

import psycopg2
import pytest
from centre import confirm, promote, sales_of, without_constraint

from odoo.exceptions import UserError, ValidationError

LIMIT = "edu_promotion_usage_within_limit"


def state_of(arena, promotion_id):
    """(uses that are stored, enrolments that are confirmed, invoices)"""
    with arena.env() as env:
        used = env["edu.promotion"].browse(promotion_id).used_count
    return used, *sales_of(arena, "edu.promotion", promotion_id)


def test_last_uses_are_given_once(arena):
    """E6: six at once for two uses: two have one, four are told that it is used up."""
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=2, students=6)
    outcomes = arena.together(*map(confirm, enrollments))
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 4
    for error in refused:
        assert isinstance(error, UserError), repr(error)
        assert "used up" in str(error)
    assert state_of(arena, promotion_id) == (2, 2, 2)


def test_database_refuses_where_python_does_not_look(arena, monkeypatch):
    """E6: without the checks in Python the constraint still holds, and speaks in a sentence."""
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=1, students=2)
    model = arena.registry["edu.promotion"]
    monkeypatch.setattr(model, "_check_usage", lambda self: None, raising=False)
    monkeypatch.setattr(model, "_is_used_up", lambda self: False, raising=False)
    outcomes = arena.together(*map(confirm, enrollments))
    (error,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, ValidationError), repr(error)
    assert "more often than its limit" in str(error)
    assert state_of(arena, promotion_id) == (1, 1, 1)


def test_without_the_constraint_it_is_given_twice(arena, monkeypatch):
    """The control: with the checks and the constraint gone, the promotion is used more often than its limit."""
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=1, students=2)
    model = arena.registry["edu.promotion"]
    monkeypatch.setattr(model, "_check_usage", lambda self: None, raising=False)
    monkeypatch.setattr(model, "_is_used_up", lambda self: False, raising=False)
    mend = f"UPDATE edu_promotion SET usage_limit = 2 WHERE id = {promotion_id}"
    with without_constraint(arena, "edu_promotion", LIMIT, mend):
        assert arena.together(*map(confirm, enrollments)) == [None, None]
        assert state_of(arena, promotion_id)[:2] == (2, 2)


def test_counting_alone_gives_it_twice(arena):
    """The control: count, then confirm, without writing the promotion: both see the last use as free."""
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=1, students=2)

    def count_then_write(enrollment_id):
        def job(env):
            used = env["edu.enrollment"].search_count(
                [("promotion_id", "=", promotion_id), ("state", "=", "confirmed")]
            )
            assert used < env["edu.promotion"].browse(promotion_id).usage_limit
            env.cr.execute("UPDATE edu_enrollment SET state = 'confirmed' WHERE id = %s", [enrollment_id])

        return job

    assert arena.together(*map(count_then_write, enrollments)) == [None, None]
    assert state_of(arena, promotion_id)[1] == 2


def test_constraint_is_installed(arena):
    """A constraint that cannot be installed only logs in Odoo 19."""
    with arena.env() as env:
        promote(env, limit=1, students=1)
        env.cr.execute("SELECT convalidated FROM pg_constraint WHERE conname = %s", [LIMIT])
        assert env.cr.fetchall() == [(True,)]
        with pytest.raises(psycopg2.errors.CheckViolation), env.cr.savepoint():
            env.cr.execute("UPDATE edu_promotion SET used_count = usage_limit + 1 WHERE usage_limit > 0")
