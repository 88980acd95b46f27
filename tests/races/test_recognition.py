"""Revenue is posted once, whoever posts it at the same moment (E19)."""

from centre import earned, recognize, taught

import odoo.sql_db


def posted(arena, entry_ids):
    """(journal entries that name the deliveries, revenue that they post)"""
    with arena.env() as env:
        moves = env["edu.ledger.entry"].browse(entry_ids).move_id
        income = moves.line_ids.filtered(lambda line: line.account_id.account_type.startswith("income"))
        return len(moves), -sum(income.mapped("balance"))


def test_twenty_at_once_post_it_once(arena):
    """E19: one makes the entry, nineteen are told that everything is posted."""
    company_id, entry_ids = taught(arena)
    before = earned(arena, company_id)
    outcomes = arena.together(*[recognize(company_id)] * 20)
    assert sorted(outcomes) == ["ir.actions.act_window"] + ["ir.actions.client"] * 19
    assert posted(arena, entry_ids) == (1, 300)
    assert earned(arena, company_id) - before == 300


def test_without_lock_and_mark_it_is_posted_twice(arena, monkeypatch):
    """The control: the same work without the lock on the rows and without the guarded mark."""
    company_id, entry_ids = taught(arena)
    before = earned(arena, company_id)
    ledger = arena.registry["edu.ledger.entry"]
    plain = odoo.sql_db.Cursor.execute

    def unlocked(cr, query, *args, **kwargs):
        code = query.code if hasattr(query, "code") else query
        if "FOR UPDATE OF entry" in code:
            query, args = cr.mogrify(query).decode().replace("FOR UPDATE OF entry", ""), ()
        return plain(cr, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(odoo.sql_db.Cursor, "execute", unlocked)
        patch.setattr(ledger, "_mark_recognized", lambda self, move: None, raising=False)
        outcomes = arena.together(recognize(company_id), recognize(company_id))
    assert outcomes == ["ir.actions.act_window"] * 2, outcomes
    assert earned(arena, company_id) - before == 600
    assert posted(arena, entry_ids) == (0, 0)
