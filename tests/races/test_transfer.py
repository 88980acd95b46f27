"""Money that moves, and seats that are changed, under real concurrent transactions (E16, E17)."""

from centre import moved, payers, transfer

from odoo.exceptions import UserError


def wizards(arena):
    """(id of the one that gives, ids of two that want all its money, ids of the two dialogs)"""
    with arena.env() as env:
        giver, receivers = payers(env, 2)
        ids = [
            transfer(env, giver, target="enrollment", target_enrollment_id=receiver, amount=900).id
            for receiver in receivers
        ]
    return giver, receivers, ids


def dialog_of(env, wizard_id):
    wizard = env["edu.enrollment.transfer"].browse(wizard_id)
    return wizard.with_context(allowed_company_ids=wizard.company_id.ids)


def test_money_moves_once(arena):
    """E16: of two who want all of it one has it, the other one is told what is left."""
    giver, receivers, ids = wizards(arena)

    def apply(wizard_id):
        def job(env):
            dialog_of(env, wizard_id).action_apply()

        return job

    outcomes = arena.together(*map(apply, ids))
    (error,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, UserError), repr(error)
    assert "can move" in str(error)
    assert moved(arena, giver, receivers) == ("cancelled", 0, [0, 900], 1)


def test_looking_alone_moves_it_twice(arena):
    """The control: each looks at what is left, and writes nothing that the other one writes."""
    giver, receivers, ids = wizards(arena)

    def look_then_write(wizard_id):
        def job(env):
            wizard = dialog_of(env, wizard_id)
            wizard._check_choice()
            env.cr.execute(
                "INSERT INTO edu_enrollment_change (enrollment_id, kind, date, user_id, amount)"
                " VALUES (%s, 'enrollment', now(), %s, %s)",
                [giver, env.uid, wizard.amount],
            )

        return job

    assert arena.together(*map(look_then_write, ids)) == [None, None]
    assert moved(arena, giver, receivers)[3] == 2
