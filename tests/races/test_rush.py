"""Many clients for few seats or uses over real HTTP: everybody gets a clear answer, no server error (E6, E24)."""

import os

import pytest
from centre import in_company, open_class, promote, sales_of, transfer
from clients import at_once, errors

CLIENTS, SEATS = 200, 20
ROUNDS = int(os.environ.get("EDU_RUSH_ROUNDS", "2"))
#: what PostgreSQL says to those who have to start again
COLLISION = "could not serialize access"


def rush(server, server_log, database, uid, calls, refusal):
    """All call at once; nobody hears of an error, and nobody has to start again: they stand in line.

    :return: how many were refused, all of them with the sentence that has ``refusal`` in it
    """
    collisions = server_log.read_text().count(COLLISION)
    answers = at_once(server, database, uid, calls)
    assert not errors(answers)
    # Whoever does not start again cannot run out of tries.
    assert server_log.read_text().count(COLLISION) == collisions
    refused = [answer.text for answer in answers if answer.kind == "refused"]
    assert all(refusal in sentence for sentence in refused), set(refused)
    return len(refused)


def confirming(enrollments):
    return [("edu.enrollment", "action_confirm", [enrollment]) for enrollment in enrollments]


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_rush(arena, server, server_log, director, round_number):
    """E24: 200 at once for 20 seats."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=SEATS, students=CLIENTS)
    calls = confirming(enrollments)
    assert rush(server, server_log, arena.name, director, calls, "is full") == CLIENTS - SEATS
    with arena.env() as env:
        assert env["edu.class"].browse(class_id).seats_taken == SEATS
    assert sales_of(arena, "edu.class", class_id) == (SEATS, SEATS)


def test_rush_for_an_open_class(arena, server, server_log, director):
    """E24: everybody has a seat in a class without limit; they are counted all the same."""
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=1, students=30)
        env["edu.class"].browse(class_id).seats_limited = False
    assert not rush(server, server_log, arena.name, director, confirming(enrollments), "")
    assert sales_of(arena, "edu.class", class_id) == (30, 30)


def test_rush_for_hours(arena, server, server_log, director):
    """E9: 40 buy hours without a class at once; each has an invoice, with a number of its own."""
    with arena.env() as env:
        _class_id, enrollments = open_class(env, seats=1, students=40)
        hours = env["edu.enrollment"].browse(enrollments)
        hours.package_id.kind = "hours"
        hours.class_id = False
    answers = at_once(server, arena.name, director, confirming(enrollments))
    assert [answer.kind for answer in answers] == ["done"] * 40, errors(answers)
    with arena.env() as env:
        invoices = env["edu.enrollment"].browse(enrollments).invoice_ids
        assert len(set(invoices.mapped("name"))) == len(invoices) == 40


@pytest.mark.parametrize(("clients", "limit"), [(60, 10), (30, 0)])
def test_rush_for_a_promotion(arena, server, server_log, director, clients, limit):
    """E6: 60 at once for a promotion that is for 10, and 30 for one that is for everybody."""
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=limit, students=clients)
    uses = limit or clients
    refused = rush(server, server_log, arena.name, director, confirming(enrollments), "used up")
    assert refused == clients - uses
    with arena.env() as env:
        assert env["edu.promotion"].browse(promotion_id).used_count == uses
    assert sales_of(arena, "edu.promotion", promotion_id) == (uses, uses)


def test_rush_for_another_class(arena, server, server_log, director):
    """E17, E24: 20 of four classes change to a fifth at once, which has 5 seats."""
    with arena.env() as env:
        class_id, ids = open_class(env, seats=20, students=20)
        class_ = env["edu.class"].browse(class_id)
        others = [class_.copy({"code": f"{class_.code}-{number}", "capacity": 5}) for number in range(4)]
        classes = env["edu.class"].union(class_, *others)
        (classes - class_).action_open()
        enrollments = in_company(env, "edu.enrollment", ids)
        for index, origin in enumerate(classes[:4]):
            enrollments[index::4].class_id = origin
        enrollments.action_confirm()
        target_id = classes[4].id
    with arena.env(director) as env:
        wizards = [transfer(env, one, target="class", target_class_id=target_id).id for one in ids]
    calls = [("edu.enrollment.transfer", "action_apply", [wizard]) for wizard in wizards]
    assert rush(server, server_log, arena.name, director, calls, "is full") == 15
    with arena.env() as env:
        assert env["edu.class"].browse(target_id).seats_taken == 5
        assert sum(env["edu.class"].browse(classes.ids).mapped("seats_taken")) == 20
