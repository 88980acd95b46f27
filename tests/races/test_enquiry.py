"""One enquiry sent twice at the same moment (M20)."""

from contextlib import closing

import odoo.sql_db

INDEX = "crm_lead_enquiry_uniq"


def enquire(name):
    def job(env):
        values = {"contact_name": name, "email_from": f"{name}@race.example.com", "description": "Evenings"}
        return env["edu.enquiry"]._create_lead(values).id

    return job


def made(arena, name):
    """(leads, contacts)"""
    with arena.env() as env:
        leads = env["crm.lead"].search_count([("contact_name", "=", name)])
        return leads, env["res.partner"].search_count([("name", "=", name)])


def test_double_click_is_one_lead_and_one_contact(arena):
    first, second, third = arena.together(*[enquire("doubleclick")] * 3)
    assert first == second == third, (first, second, third)
    assert made(arena, "doubleclick") == (1, 1)


def test_without_the_index_there_are_two(arena):
    """The control: nobody sees what the other one is about to write."""
    with closing(odoo.sql_db.db_connect(arena.name).cursor()) as cr:
        cr.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [INDEX])
        [definition] = cr.fetchone()
        cr.execute(f"DROP INDEX {INDEX}")
        cr.commit()
    try:
        first, second = arena.together(*[enquire("unguarded")] * 2)
        assert isinstance(first, int) and isinstance(second, int), (first, second)
        assert made(arena, "unguarded") == (2, 2)
    finally:
        with closing(odoo.sql_db.db_connect(arena.name).cursor()) as cr:
            cr.execute("DELETE FROM crm_lead WHERE contact_name = 'unguarded'")
            cr.execute(definition)
            cr.commit()
