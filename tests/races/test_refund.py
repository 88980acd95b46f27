"""Money in and out under real concurrent transactions (E11, E15)."""

import pytest
from centre import ask, call, dialog, in_company, money_of, open_class, paid_enrollment

from odoo.exceptions import ValidationError


@pytest.mark.parametrize("rivals", [2, 20])
def test_one_dialog_makes_one_payment(arena, rivals):
    """E11: the same dialog sent so many times at once, on a confirmed enrolment and on a draft."""
    with arena.env() as env:
        _class_id, enrollments = open_class(env, seats=5, students=2)
        confirmed, draft = in_company(env, "edu.enrollment", enrollments)
        confirmed.action_confirm()
        dialogs = [dialog(enrollment, 300).id for enrollment in (confirmed, draft)]
        ids = confirmed.id, draft.id
    for enrollment_id, dialog_id in zip(ids, dialogs, strict=True):
        job = call("edu.enrollment.collect", dialog_id, "action_apply")
        assert arena.together(*[job] * rivals) == [None] * rivals
        assert money_of(arena, enrollment_id)[0] == 300


def test_without_the_key_there_are_two_payments(arena):
    """The control: what the dialog does, without asking whether it has been done."""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        enrollment.action_confirm()
        dialog_id = dialog(enrollment, 300).id

    def collect(env):
        wizard = in_company(env, "edu.enrollment.collect", dialog_id)
        wizard.enrollment_id._register_payment(wizard.amount, wizard.journal_id, wizard.date)

    assert arena.together(collect, collect) == [None, None]
    assert money_of(arena, enrollment_id)[0] == 600


@pytest.mark.parametrize("rivals", [2, 20])
def test_paying_at_once_pays_once(arena, rivals):
    """E15: the same refund in so many browsers."""
    with arena.env() as env:
        enrollment_id = paid_enrollment(env)
        refund = ask(env, enrollment_id, 400)
        refund.action_approve()
        refund_id = refund.id
    job = call("edu.refund", refund_id, "action_pay")
    assert arena.together(*[job] * rivals) == [None] * rivals
    assert money_of(arena, enrollment_id) == (900, 400, 0, 0)


def approvals(arena):
    with arena.env() as env:
        enrollment_id = paid_enrollment(env)
        ids = [ask(env, enrollment_id, 600).id for _number in range(2)]
    outcomes = arena.together(*[call("edu.refund", refund_id, "action_approve") for refund_id in ids])
    return outcomes, money_of(arena, enrollment_id)[3]


def test_two_refunds_do_not_take_the_same_money(arena):
    """E15: 900 were collected; of two refunds of 600 one is approved, the other one is told what is left."""
    outcomes, approved = approvals(arena)
    (error,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, ValidationError), repr(error)
    assert "at most" in str(error)
    assert approved == 600


def test_without_the_lock_both_are_approved(arena):
    """The control: each looks, and does not see what the other one is about to write."""
    with arena.env() as env:
        enrollment_id = paid_enrollment(env)
        ids = [ask(env, enrollment_id, 600).id for _number in range(2)]

    def look_then_write(refund_id):
        def job(env):
            env["edu.refund"].browse(refund_id)._check_refundable()
            env.cr.execute("UPDATE edu_refund SET state = 'approved' WHERE id = %s", [refund_id])

        return job

    assert arena.together(*map(look_then_write, ids)) == [None, None]
    with arena.env() as env:
        assert env["edu.refund"].browse(ids).mapped("state") == ["approved"] * 2
