"""Many clients for few seats or uses over real HTTP: everybody gets a clear answer, no server error (E6, E24)."""

import os

import pytest
from centre import open_class, promote, sales_of
from clients import at_once, errors

CLIENTS, SEATS = 200, 20
ROUNDS = int(os.environ.get("EDU_RUSH_ROUNDS", "2"))
#: what PostgreSQL says to those who have to start again
COLLISION = "could not serialize access"


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_rush(arena, server, server_log, director, round_number):
    """E24: 200 at once for 20 seats."""
    collisions = server_log.read_text().count(COLLISION)
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=SEATS, students=CLIENTS)
    answers = at_once(
        server, arena.name, director, [("edu.enrollment", "action_confirm", [one]) for one in enrollments]
    )
    assert not errors(answers)
    # They stood in line: nobody had to start again, and so nobody could run out of tries.
    assert server_log.read_text().count(COLLISION) == collisions
    refused = [answer.text for answer in answers if answer.kind == "refused"]
    assert len(refused) == CLIENTS - SEATS
    assert all("is full" in sentence for sentence in refused), set(refused)
    with arena.env() as env:
        course = env["edu.class"].browse(class_id)
        assert course.seats_taken == SEATS
        assert len(course.enrollment_ids.invoice_ids) == SEATS


def test_rush_for_a_promotion(arena, server, server_log, director):
    """E6: 60 at once for a promotion that is for 10."""
    collisions = server_log.read_text().count(COLLISION)
    with arena.env() as env:
        promotion_id, enrollments = promote(env, limit=10, students=60)
    answers = at_once(
        server, arena.name, director, [("edu.enrollment", "action_confirm", [one]) for one in enrollments]
    )
    assert not errors(answers)
    assert server_log.read_text().count(COLLISION) == collisions
    refused = [answer.text for answer in answers if answer.kind == "refused"]
    assert len(refused) == 50
    assert all("used up" in sentence for sentence in refused), set(refused)
    with arena.env() as env:
        assert env["edu.promotion"].browse(promotion_id).used_count == 10
    assert sales_of(arena, "edu.promotion", promotion_id) == (10, 10)
