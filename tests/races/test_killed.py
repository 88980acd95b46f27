"""The server, or its database connection, is killed between any two statements: all of it is there, or nothing.

Every tenth statement by default; ``EDU_KILL_STEP=1`` tries every one.
"""

import os
import signal
from functools import partial

import psycopg2
import pytest
from centre import call, confirm, earned, moved, open_class, payers, recognize, taught, transfer

import odoo.sql_db
from odoo import SUPERUSER_ID, api

STEP = int(os.environ.get("EDU_KILL_STEP", "10"))


def sold(arena, enrollment_id):
    """All that confirming or cancelling changes, as one value."""
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        return (
            enrollment.state,
            enrollment.class_id.seats_taken,
            enrollment.ledger_ids.sorted("id").mapped("kind"),
            enrollment.invoice_ids.sorted("id").mapped(
                lambda move: (move.move_type, move.state, move.amount_residual)
            ),
        )


DRAFT = ("draft", 0, [], [])
SOLD = ("confirmed", 1, ["purchase"], [("out_invoice", "posted", 900)])
CANCELLED = (
    "cancelled",
    0,
    ["purchase", "refund"],
    [("out_invoice", "posted", 0), ("out_refund", "posted", 0)],
)


def confirming(arena):
    """E9, E24"""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
    return confirm(enrollment_id), partial(sold, arena, enrollment_id), DRAFT, SOLD


def cancelling(arena):
    """E7, E18"""
    job, facts, _before, _after = confirming(arena)
    with arena.env() as env:
        job(env)
    [enrollment_id] = facts.args[1:]
    return call("edu.enrollment", enrollment_id, "action_cancel"), facts, SOLD, CANCELLED


def recognising(arena):
    """E19"""
    company_id, entry_ids = taught(arena)

    def facts():
        """(entries that are posted, journal entries that name them, revenue of all journal entries)"""
        with arena.env() as env:
            entries = env["edu.ledger.entry"].browse(entry_ids)
            return len(entries.filtered("move_id")), len(entries.move_id), earned(arena, company_id) - before

    before = earned(arena, company_id)
    return recognize(company_id), facts, (0, 0, 0), (10, 1, 300)


def moving(arena):
    """E16"""
    with arena.env() as env:
        giver, receivers = payers(env, 1)
        wizard_id = transfer(
            env, giver, target="enrollment", target_enrollment_id=receivers[0], amount=900
        ).id

    def job(env):
        wizard = env["edu.enrollment.transfer"].browse(wizard_id)
        wizard.with_context(allowed_company_ids=wizard.company_id.ids).action_apply()

    facts = partial(moved, arena, giver, receivers)
    return job, facts, ("confirmed", 900, [0], 0), ("cancelled", 0, [900], 1)


def run(arena, job, number, strike):
    """Run the job and commit, but strike just before its ``number``-th statement.

    :return: whether it came to its end
    """
    with arena.registry.cursor() as cr:
        execute, count = cr.execute, 0

        def counting(query, params=None, log_exceptions=True):
            nonlocal count
            count += 1
            if count == number:
                strike(cr)
            return execute(query, params, log_exceptions=False)

        cr.execute = counting
        env = api.Environment(cr, SUPERUSER_ID, {})
        job(env)
        env.flush_all()
    return count < number


def kill_server(arena, job, number):
    """A process of its own runs the job, and is gone in the middle, as if by ``kill -9``."""
    child = os.fork()
    if not child:
        # The connections that came along belong to the parent: leave them alone and open new ones.
        odoo.sql_db._Pool = None
        arena.registry._db = odoo.sql_db.db_connect(arena.name)
        try:
            run(arena, job, number, lambda cr: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(0)
    _child, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)


def kill_connection(arena, job, number):
    """The database ends the session of the job, as it does when it is restarted."""

    def terminate(cr):
        with odoo.sql_db.db_connect("postgres").cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [cr._cnx.get_backend_pid()])

    try:
        return run(arena, job, number, terminate)
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        return False


@pytest.mark.parametrize("kill", [kill_server, kill_connection])
@pytest.mark.parametrize("story", [confirming, cancelling, recognising, moving])
def test_all_or_nothing(arena, story, kill):
    job, facts, before, after = story(arena)
    strikes = 0
    assert facts() == before
    while not kill(arena, job, number=1 + strikes * STEP):
        assert facts() == before, f"statement {1 + strikes * STEP}"
        strikes += 1
    assert strikes > 5, "too few strikes to say anything"
    assert facts() == after
