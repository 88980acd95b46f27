"""Waiting for one's turn at a class or promotion: an end to patience, and no silent way around it (E24)."""

from unittest.mock import patch

import pytest
from centre import in_company, open_class

import odoo.sql_db
from odoo.addons.edu_enrollment.models.edu_enrollment import SEATS_LOCK
from odoo.addons.edu_enrollment.tools import turn
from odoo.exceptions import UserError

MODEL = "odoo.addons.edu_enrollment.models.edu_enrollment"


@pytest.fixture
def served():
    """As in a request: only there somebody waits."""
    with patch(f"{MODEL}.request", True):
        yield


@pytest.fixture
def contested(arena):
    """A class with seats, one draft for it, and a connection that may keep the key of the class."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)
    with odoo.sql_db.db_connect(arena.name).cursor() as holder:
        yield class_id, enrollment_id, holder


def test_patience_has_an_end(arena, served, contested):
    """The user reads a sentence, nothing is written, and the next one finds nobody in the way."""
    class_id, enrollment_id, holder = contested
    holder.execute("SELECT pg_advisory_lock(%s, %s)", (SEATS_LOCK, class_id))
    wait = turn.wait_for_turn
    with patch.object(turn, "wait_for_turn", lambda cr, keys: wait(cr, keys, patience=1)):
        with arena.env() as env, pytest.raises(UserError, match="try again in a minute"):
            in_company(env, "edu.enrollment", enrollment_id).action_confirm()
        holder.execute("SELECT pg_advisory_unlock(%s, %s)", (SEATS_LOCK, class_id))
        with arena.env() as env:
            enrollment = in_company(env, "edu.enrollment", enrollment_id)
            assert enrollment.state == "draft"
            enrollment.action_confirm()
            assert enrollment.state == "confirmed"


def test_keys_are_given_back(arena, served, contested):
    """Whoever waited leaves nothing locked, neither after a commit nor after a refusal."""
    class_id, enrollment_id, holder = contested
    with arena.env() as env:
        in_company(env, "edu.enrollment", enrollment_id).action_confirm()
        assert (SEATS_LOCK, class_id) in turn.held_keys(env.cr)
        assert turn.held_keys(holder) == set()
    holder.execute("SELECT pg_try_advisory_lock(%s, %s)", (SEATS_LOCK, class_id))
    assert holder.fetchone() == (True,)
    holder.execute("SELECT pg_advisory_unlock(%s, %s)", (SEATS_LOCK, class_id))


@pytest.fixture
def warnings():
    """What is told to those who run the server."""
    with patch(f"{MODEL}._logger.warning") as warning:
        yield warning


def test_an_override_that_writes_first_is_told_of(arena, served, contested, warnings):
    """It cannot wait any more, which nobody would notice before the next rush."""
    _class_id, enrollment_id, _holder = contested
    with arena.env() as env:
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        enrollment.note = "Written first"
        enrollment.action_confirm()
        assert enrollment.state == "confirmed"
    warnings.assert_called_once()
    assert "something was written before waiting" in warnings.call_args.args[0]


def test_whoever_has_waited_does_not_wait_again(arena, served, contested, warnings):
    """A dialog waits, makes drafts and confirms them: the keys are held, and there is nothing to tell of."""
    class_id, enrollment_id, _holder = contested
    with arena.env() as env:
        class_ = env["edu.class"].browse(class_id)
        env["edu.enrollment"]._wait_for_turn(class_)
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        enrollment.note = "Written after waiting"
        enrollment.action_confirm()
    warnings.assert_not_called()
