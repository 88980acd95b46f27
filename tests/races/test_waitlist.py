"""The waiting list under real concurrent transactions (E23)."""

import threading
from unittest.mock import patch

import pytest
from centre import call, in_company, open_class

from odoo.addons.edu_enrollment.tools import turn
from odoo.exceptions import UserError

MODEL = "odoo.addons.edu_enrollment.models.edu_enrollment"


def full_class(arena, waiting, seats=1):
    """A full class with so many people on its list.

    :return: (id of the class, ids of the enrolments with a seat, ids of the waiting list entries in order)
    """
    with arena.env() as env:
        class_id, ids = open_class(env, seats=seats, students=seats + waiting)
        enrollments = in_company(env, "edu.enrollment", ids)
        enrollments[:seats].action_confirm()
        enrollments[seats:].action_join_waitlist()
        return class_id, ids[:seats], enrollments[seats:].waitlist_ids.sorted("position").ids


def offers(arena, class_id):
    """(seats taken, states in order of the list, offers in the mail queue)"""
    with arena.env() as env:
        class_ = env["edu.class"].browse(class_id)
        entries = env["edu.waitlist"].search([("class_id", "=", class_id)], order="id")
        mails = env["mail.mail"].search_count([("model", "=", "edu.waitlist"), ("res_id", "in", entries.ids)])
        return class_.seats_taken, entries.mapped("state"), mails


def test_freed_seat_is_offered_to_exactly_one(arena):
    """The one who cancels and eight clocks want to offer the same seat."""
    class_id, [enrollment_id], _entries = full_class(arena, waiting=3)
    jobs = [call("edu.enrollment", enrollment_id, "action_cancel")]
    jobs += [call("edu.class", class_id, "_offer_free_seats")] * 8
    assert arena.together(*jobs) == [None] * 9
    assert offers(arena, class_id) == (1, ["offered", "waiting", "waiting"], 1)


def test_clocks_at_once_offer_once(arena):
    """A seat is free, for whatever reason, and several clocks see it."""
    class_id, [enrollment_id], _entries = full_class(arena, waiting=3)
    free_without_offer(arena, class_id, enrollment_id)
    assert arena.together(*[call("edu.class", class_id, "_offer_free_seats")] * 6) == [None] * 6
    assert offers(arena, class_id) == (1, ["offered", "waiting", "waiting"], 1)


def test_counting_alone_offers_twice(arena):
    """The control: the usual queue, whose next row nobody else has locked, without writing the class."""
    class_id, [enrollment_id], _entries = full_class(arena, waiting=3)
    free_without_offer(arena, class_id, enrollment_id)

    barrier = threading.Barrier(2)

    def naive(env):
        class_ = env["edu.class"].browse(class_id)
        assert class_.seats_available == 1
        env.cr.execute(
            "UPDATE edu_waitlist SET state = 'offered', offer_expires = now() WHERE id = ("
            " SELECT id FROM edu_waitlist WHERE class_id = %s AND state = 'waiting'"
            " ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)",
            [class_id],
        )
        barrier.wait(60)

    assert arena.together(naive, naive) == [None, None]
    assert offers(arena, class_id)[1].count("offered") == 2


def test_whoever_leaves_while_the_seat_is_accepted_is_not_sold_it(arena):
    """Somebody accepts the offer and waits for the class; in another window the place is given up meanwhile."""
    class_id, [enrollment_id], [first, _second] = full_class(arena, waiting=2)
    with arena.env() as env:
        call("edu.enrollment", enrollment_id, "action_cancel")(env)
    wait = turn.wait_for_turn

    def leave_meanwhile(cr, keys):
        with arena.env() as env:
            call("edu.waitlist", first, "action_leave")(env)
        wait(cr, keys)

    with (
        patch(f"{MODEL}.request", True),
        patch.object(turn, "wait_for_turn", leave_meanwhile),
        arena.env() as env,
        pytest.raises(UserError, match="No seat is offered"),
    ):
        in_company(env, "edu.waitlist", first).action_accept()
    assert offers(arena, class_id)[:2] == (1, ["left", "offered"])


def test_two_accept_at_once(arena):
    """The same offer accepted in two browsers: one enrolment, one invoice."""
    class_id, [enrollment_id], [first, _second] = full_class(arena, waiting=2)
    with arena.env() as env:
        call("edu.enrollment", enrollment_id, "action_cancel")(env)
    assert arena.together(*[call("edu.waitlist", first, "action_accept")] * 2) == [None, None]
    assert offers(arena, class_id) == (1, ["enrolled", "waiting"], 1)
    with arena.env() as env:
        assert len(env["edu.waitlist"].browse(first).enrollment_id.invoice_ids) == 1


def test_accept_and_leave_at_once(arena):
    """One of the two happens, and the seat has exactly one owner."""
    class_id, [enrollment_id], [first, _second] = full_class(arena, waiting=2)
    with arena.env() as env:
        call("edu.enrollment", enrollment_id, "action_cancel")(env)
    outcomes = arena.together(
        call("edu.waitlist", first, "action_accept"), call("edu.waitlist", first, "action_leave")
    )
    assert all(outcome is None or isinstance(outcome, UserError) for outcome in outcomes), outcomes
    assert offers(arena, class_id)[:2] in ((1, ["enrolled", "waiting"]), (1, ["left", "offered"]))


def test_passer_by_does_not_get_the_seat(arena):
    """Somebody who does not queue confirms at the moment when a seat is given back."""
    class_id, [enrollment_id], _entries = full_class(arena, waiting=1)
    with arena.env() as env:
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        student = env["edu.student"].create({"name": "Passer-by", "campus_id": enrollment.campus_id.id})
        late = enrollment.copy({"student_id": student.id}).id
    outcomes = arena.together(
        call("edu.enrollment", enrollment_id, "action_cancel"), call("edu.enrollment", late, "action_confirm")
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], UserError), repr(outcomes[1])
    assert "is full" in str(outcomes[1])
    assert offers(arena, class_id) == (1, ["offered"], 1)


def test_joining_while_a_seat_is_given_back(arena):
    """No free seat is left behind with somebody waiting for it."""
    class_id, [enrollment_id], _entries = full_class(arena, waiting=0)
    with arena.env() as env:
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        student = env["edu.student"].create({"name": "Late", "campus_id": enrollment.campus_id.id})
        late = enrollment.copy({"student_id": student.id}).id
    outcomes = arena.together(
        call("edu.enrollment", enrollment_id, "action_cancel"),
        call("edu.enrollment", late, "action_join_waitlist"),
    )
    assert outcomes[0] is None
    if outcomes[1] is None:
        assert offers(arena, class_id) == (1, ["offered"], 1)
    else:
        assert "has a seat left" in str(outcomes[1])
        assert offers(arena, class_id) == (0, [], 0)


def test_positions_are_dense(arena):
    """Six join at once: 1 to 6."""
    with arena.env() as env:
        class_id, ids = open_class(env, seats=1, students=7)
        in_company(env, "edu.enrollment", ids[0]).action_confirm()
    assert (
        arena.together(*[call("edu.enrollment", id_, "action_join_waitlist") for id_ in ids[1:]])
        == [None] * 6
    )
    with arena.env() as env:
        entries = env["edu.waitlist"].search([("class_id", "=", class_id)])
        assert sorted(entries.mapped("position")) == [1, 2, 3, 4, 5, 6]


def free_without_offer(arena, class_id, enrollment_id):
    """Give a seat back behind the system's back."""
    with arena.env() as env:
        env.cr.execute("UPDATE edu_enrollment SET state = 'cancelled' WHERE id = %s", [enrollment_id])
        env.cr.execute("UPDATE edu_class SET seats_taken = 0, is_full = false WHERE id = %s", [class_id])
