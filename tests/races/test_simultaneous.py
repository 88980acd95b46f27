"""20 clients press the same button at the same moment, over real HTTP: one of each, and no server error.

Each story gives the calls, what to look at in the database, and what is there at the end. The controls that fail
without the guard stand in the files of their subjects.
"""

from datetime import date, timedelta

import pytest
from centre import (
    ask,
    dialog,
    earned,
    in_company,
    money_of,
    moved,
    open_class,
    paid_enrollment,
    payers,
    plan_lessons,
    taught,
    transfer,
    wizard_for,
)
from clients import at_once, errors

CLIENTS = 20


def confirming(arena, _director):
    """E9: one seat, one invoice, hours booked once."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)

    def facts():
        with arena.env() as env:
            enrollment = env["edu.enrollment"].browse(enrollment_id)
            taken = env["edu.class"].browse(class_id).seats_taken
            return taken, len(enrollment.invoice_ids), enrollment.ledger_ids.mapped("kind")

    return [("edu.enrollment", "action_confirm", [enrollment_id])] * CLIENTS, facts, (1, 1, ["purchase"])


def counting(arena, _director):
    """E17: who joins late, and renews, is counted once."""
    today = date.today()
    with arena.env() as env:
        class_id, ids = open_class(env, seats=5, students=2)
        env["edu.class"].browse(class_id).write(
            {"date_start": today - timedelta(days=10), "date_end": today + timedelta(days=19)}
        )
        draft, earlier = in_company(env, "edu.enrollment", ids)
        draft.renewed_from_id = earlier
        draft.action_join_late()

    def facts():
        with arena.env() as env:
            changes = env["edu.enrollment.change"].search([("enrollment_id", "in", ids)])
            return sorted(changes.mapped("kind")), len(env["edu.enrollment"].browse(ids).invoice_ids)

    return [("edu.enrollment", "action_confirm", [ids[0]])] * CLIENTS, facts, (["late", "renew"], 1)


def renewing(arena, _director):
    """E17: one draft follows; making it writes nothing on the enrolment that all wait for."""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        in_company(env, "edu.enrollment", enrollment_id).action_confirm()

    def facts():
        with arena.env() as env:
            return len(env["edu.enrollment"].browse(enrollment_id).renewal_ids)

    return [("edu.enrollment", "action_renew", [enrollment_id])] * CLIENTS, facts, 1


def certifying(arena, _director):
    """E21: one draft of a certificate, which all are shown."""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        in_company(env, "edu.enrollment", enrollment_id).action_confirm()

    def facts():
        with arena.env() as env:
            return len(env["edu.enrollment"].browse(enrollment_id).certificate_ids)

    return [("edu.enrollment", "action_create_certificate", [enrollment_id])] * CLIENTS, facts, 1


def generating(arena, _director):
    """S1: one timetable."""
    with arena.env() as env:
        class_id = plan_lessons(env)

    def facts():
        with arena.env() as env:
            return env["edu.session"].search_count([("class_id", "=", class_id)])

    return [("edu.class", "action_generate_sessions", [class_id])] * CLIENTS, facts, 4


def enrolling(arena, _director):
    """M3: one student, one contact of the child, one guardian."""
    with arena.env() as env:
        class_id, _enrollments = open_class(env, seats=5, students=0)
        campus = env["edu.class"].browse(class_id).campus_id
        name = f"Child of {campus.name}"
        lead = env["crm.lead"].create(
            {
                "name": "Evenings",
                "contact_name": f"Parent of {campus.name}",
                "email_from": f"parent{campus.id}@race.example.com",
                "learner_name": name,
                "campus_id": campus.id,
                "company_id": campus.company_id.id,
            }
        )

    def facts():
        with arena.env() as env:
            children = env["res.partner"].search([("name", "=", name)])
            return len(children), len(children.student_ids), len(children.student_ids.guardian_ids)

    return [("crm.lead", "action_enroll", [lead.id])] * CLIENTS, facts, (1, 1, 1)


def collecting(arena, director):
    """E11: one payment of one dialog."""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        in_company(env, "edu.enrollment", enrollment_id).action_confirm()
    with arena.env(director) as env:
        dialog_id = dialog(in_company(env, "edu.enrollment", enrollment_id), 300).id

    def facts():
        with arena.env() as env:
            enrollment = env["edu.enrollment"].browse(enrollment_id)
            return enrollment.payment_count, enrollment.amount_received, enrollment.amount_due

    return [("edu.enrollment.collect", "action_apply", [dialog_id])] * CLIENTS, facts, (1, 300, 600)


def approving(arena, _director):
    """E15: approved once, so that the rest of the money stays refundable."""
    with arena.env() as env:
        enrollment_id = paid_enrollment(env)
        refund_id = ask(env, enrollment_id, 400).id
    calls = [("edu.refund", "action_approve", [refund_id])] * CLIENTS
    return calls, lambda: money_of(arena, enrollment_id), (900, 0, 0, 400)


def paying(arena, _director):
    """E15: paid once."""
    with arena.env() as env:
        enrollment_id = paid_enrollment(env)
        refund = ask(env, enrollment_id, 400)
        refund.action_approve()
        refund_id = refund.id
    calls = [("edu.refund", "action_pay", [refund_id])] * CLIENTS
    return calls, lambda: money_of(arena, enrollment_id), (900, 400, 0, 0)


def recognising(arena, director):
    """E19: 20 dialogs, one entry."""
    company_id, entry_ids = taught(arena)
    before = earned(arena, company_id)
    with arena.env(director) as env:
        wizards = [wizard_for(env, company_id).id for _number in range(CLIENTS)]

    def facts():
        with arena.env() as env:
            moves = env["edu.ledger.entry"].browse(entry_ids).move_id
        return len(moves), earned(arena, company_id) - before

    return [("edu.revenue.recognize", "action_apply", [wizard]) for wizard in wizards], facts, (1, 300)


def moving(arena, director):
    """E16: one dialog moves the money once."""
    with arena.env() as env:
        giver, receivers = payers(env, 1)
    with arena.env(director) as env:
        wizard = transfer(env, giver, target="enrollment", target_enrollment_id=receivers[0], amount=400).id
    calls = [("edu.enrollment.transfer", "action_apply", [wizard])] * CLIENTS
    return calls, lambda: moved(arena, giver, receivers), ("cancelled", 500, [400], 1)


def passing_on(arena, director):
    """E17: one dialog makes one enrolment of the other student, with one invoice."""
    with arena.env() as env:
        giver = paid_enrollment(env)
        enrollment = env["edu.enrollment"].browse(giver)
        student = env["edu.student"].create({"name": "Sibling", "campus_id": enrollment.campus_id.id})
    with arena.env(director) as env:
        wizard = transfer(env, giver, target="student", target_student_id=student.id).id

    def facts():
        with arena.env() as env:
            successors = env["edu.enrollment"].search([("moved_from_id", "=", giver)])
            entries = sorted(successors.invoice_ids.mapped("move_type"))
            return successors.mapped("state"), entries, successors.mapped("amount_paid")

    calls = [("edu.enrollment.transfer", "action_apply", [wizard])] * CLIENTS
    return calls, facts, (["confirmed"], ["entry", "out_invoice"], [900])


@pytest.mark.parametrize(
    "story",
    [
        confirming,
        counting,
        renewing,
        certifying,
        generating,
        enrolling,
        collecting,
        approving,
        paying,
        recognising,
        moving,
        passing_on,
    ],
)
def test_one_of_each(arena, server, director, story):
    calls, facts, expected = story(arena, director)
    answers = at_once(server, arena.name, director, calls)
    assert not errors(answers)
    assert [answer.kind for answer in answers] == ["done"] * CLIENTS, answers
    assert facts() == expected


def test_the_same_money_moves_to_one_of_twenty(arena, server, director):
    """E16: 20 dialogs give all that was collected to 20 different enrolments: one has it, 19 are told."""
    with arena.env() as env:
        giver, receivers = payers(env, CLIENTS)
    with arena.env(director) as env:
        wizards = [
            transfer(env, giver, target="enrollment", target_enrollment_id=receiver, amount=900).id
            for receiver in receivers
        ]
    calls = [("edu.enrollment.transfer", "action_apply", [wizard]) for wizard in wizards]
    answers = at_once(server, arena.name, director, calls)
    assert not errors(answers)
    refused = [answer.text for answer in answers if answer.kind == "refused"]
    assert len(refused) == CLIENTS - 1
    assert all("can move" in sentence for sentence in refused), set(refused)
    assert moved(arena, giver, receivers) == ("cancelled", 0, [0] * 19 + [900], 1)
