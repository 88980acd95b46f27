"""Whoever waits for records that somebody else keeps: told after a while, or started again on the new truth."""

from unittest.mock import patch

import pytest

from odoo.exceptions import UserError

MIXIN = "odoo.addons.edu_catalog.models.edu_base_mixin"


@pytest.fixture
def impatient():
    """A waiting time of one second instead of half a minute."""
    with patch(f"{MIXIN}.LOCK_TIMEOUT", 1):
        yield


def make_subject(env, code):
    return env["edu.subject"].create({"code": code, "name": "Lock", "credits": 1}).id


def counted(job):
    """The job, and the list of its calls: a retry of Odoo's is one more."""
    calls = []

    def run(env):
        calls.append(1)
        return job(env)

    return run, calls


def test_whoever_waits_too_long_is_told_once(arena, impatient):
    with arena.env() as env:
        subject_id = make_subject(env, "LOCK-1")
    run, calls = counted(lambda env: env["edu.subject"].browse(subject_id)._lock())
    with arena.env() as holder:
        holder["edu.subject"].browse(subject_id)._lock()
        [outcome] = arena.together(run)
    assert isinstance(outcome, UserError), outcome
    assert "Subject [LOCK-1] Lock" in str(outcome) and "try again" in str(outcome), outcome
    assert len(calls) == 1, "Odoo took the refusal for a collision and tried again"
    # The control: nobody keeps it any more.
    [kept] = arena.together(run)
    assert kept.id == subject_id


def test_the_transaction_goes_on_after_the_sentence(arena, impatient):
    """What was written before is still there, and later waiting has no limit again."""
    with arena.env() as env:
        subject_id, other_id = make_subject(env, "LOCK-2"), make_subject(env, "LOCK-3")

    def job(env):
        other = env["edu.subject"].browse(other_id)
        other.name = "Written before"
        with pytest.raises(UserError, match="try again"):
            env["edu.subject"].browse(subject_id)._lock()
        other._lock()
        env.cr.execute("SHOW lock_timeout")
        timeout = env.cr.fetchone()[0]
        return other.name, timeout

    with arena.env() as holder:
        holder["edu.subject"].browse(subject_id)._lock()
        assert arena.together(job) == [("Written before", "0")]
    with arena.env() as env:
        assert env["edu.subject"].browse(other_id).name == "Written before"


def test_whoever_waited_starts_again_on_the_new_truth(arena):
    """Nothing that was read before waiting is used after it: the database refuses, Odoo tries again."""
    with arena.env() as env:
        subject_id = make_subject(env, "LOCK-4")

    def add_a_credit(env):
        subject = env["edu.subject"].browse(subject_id)
        assert subject.credits
        subject._lock()
        subject.credits += 1
        return subject.credits

    assert sorted(arena.together(add_a_credit, add_a_credit, add_a_credit)) == [2, 3, 4]
