"""Revenue is posted once, whoever posts it at the same moment (E19)."""

from datetime import date

from centre import open_class

import odoo.sql_db

MARCH = date(2026, 3, 31)


def taught(arena):
    """An enrolment of 900 with deferred revenue, a third of its 30 hours delivered in ten lessons.

    :return: (id of the company, ids of the deliveries)
    """
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        company = enrollment.company_id
        env = env(context={"allowed_company_ids": company.ids, "tracking_disable": True})
        account = company.edu_deferred_account_id or env["account.account"].create(
            {
                "code": "338700",
                "name": "Deferred",
                "account_type": "liability_current",
                "company_ids": company.ids,
            }
        )
        company.write({"edu_defer_revenue": True, "edu_deferred_account_id": account.id})
        enrollment.with_env(env).action_confirm()
        company.edu_defer_revenue = False
        entries = env["edu.ledger.entry"]._deliver(
            [{"enrollment_id": enrollment_id, "date": date(2026, 3, day), "hours": 1} for day in range(1, 11)]
        )
        return company.id, entries.ids


def recognize(company_id):
    def job(env):
        wizard = env["edu.revenue.recognize"].with_context(allowed_company_ids=[company_id])
        return wizard.create({"date_to": MARCH}).action_apply()["type"]

    return job


def posted(arena, entry_ids):
    """(journal entries that name the deliveries, revenue that they post)"""
    with arena.env() as env:
        moves = env["edu.ledger.entry"].browse(entry_ids).move_id
        income = moves.line_ids.filtered(lambda line: line.account_id.account_type.startswith("income"))
        return len(moves), -sum(income.mapped("balance"))


def income(arena, company_id):
    """All revenue of miscellaneous entries: also of those that no delivery names."""
    with arena.env() as env:
        lines = env["account.move.line"].search(
            [
                ("company_id", "=", company_id),
                ("move_id.move_type", "=", "entry"),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "in", ("income", "income_other")),
            ]
        )
        return -sum(lines.mapped("balance"))


def test_twenty_at_once_post_it_once(arena):
    """E19: one makes the entry, nineteen are told that everything is posted."""
    company_id, entry_ids = taught(arena)
    before = income(arena, company_id)
    outcomes = arena.together(*[recognize(company_id)] * 20)
    assert sorted(outcomes) == ["ir.actions.act_window"] + ["ir.actions.client"] * 19
    assert posted(arena, entry_ids) == (1, 300)
    assert income(arena, company_id) - before == 300


def test_without_lock_and_mark_it_is_posted_twice(arena, monkeypatch):
    """The control: the same work without the lock on the rows and without the guarded mark."""
    company_id, entry_ids = taught(arena)
    before = income(arena, company_id)
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
    assert income(arena, company_id) - before == 600
    assert posted(arena, entry_ids) == (0, 0)
