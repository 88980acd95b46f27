"""Waiting for one's turn: advisory locks of PostgreSQL. Knows nothing of the ORM (E6, E24)."""

import psycopg2.errors

#: seconds somebody waits at most; the server gives up a request after 120
PATIENCE = 100


class TurnNotReached(Exception):
    """Others have been at it for longer than ``PATIENCE``; the transaction was rolled back."""


def has_written(cr):
    """Whether the transaction has written something, which waiting would throw away."""
    cr.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
    return cr.fetchone()[0]


def held_keys(cr):
    """The keys that this session of the database holds already.

    :return: set of pairs of integers
    """
    cr.execute(
        "SELECT classid::bigint::integer, objid::bigint::integer FROM pg_locks"
        " WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted AND objsubid = 2"
    )
    return set(cr.fetchall())


def wait_for_turn(cr, keys, patience=PATIENCE):
    """Wait until nobody else holds one of the keys, then begin the transaction anew, on the truth.

    Call it while nothing has been written: the transaction is rolled back. The locks belong to the session of the
    database, because one of the transaction would be gone by then; they are given back when the new transaction ends.

    :param cr: ``odoo.sql_db.Cursor``
    :param keys: set of pairs of integers
    :param patience: seconds
    :raise TurnNotReached: the keys were not free in time
    """
    connection = cr._cnx
    # One order for all, or two would wait for each other.
    keys = sorted(keys)

    def leave():
        if not connection.closed:
            connection.rollback()
            with connection.cursor() as direct:
                for key in keys:
                    direct.execute("SELECT pg_advisory_unlock(%s, %s)", key)
            connection.rollback()

    try:
        cr.execute("SET LOCAL lock_timeout = %s", [f"{patience}s"])
        for key in keys:
            cr.execute("SELECT pg_advisory_lock(%s, %s)", key)
    except psycopg2.errors.LockNotAvailable as error:
        leave()
        raise TurnNotReached from error
    except BaseException:
        leave()
        raise
    cr.rollback()
    cr.postcommit.add(leave)
    cr.postrollback.add(leave)
