"""A centre of the version before, upgraded: its data are as they were, and all else as if installed anew."""

import re
import subprocess
import sys

import previous
import pytest
from contents import columns, cursor_on, definitions, env_on, figures, names_of, rows, schema

import odoo.sql_db

import databases
from databases import ROOT, RUN

#: figures that this version changes on purpose: “table.column” → the sentence of CHANGELOG.md that says so
CHANGED_ON_PURPOSE: dict[str, str] = {}
#: tables of other addons in which ours keep facts, beside all of edu_*
OTHER_TABLES = (
    *("account_move", "account_move_line", "account_payment", "account_partial_reconcile"),
    *("crm_lead", "calendar_event", "res_partner", "res_users", "res_company", "product_template"),
    *("resource_calendar", "resource_calendar_attendance", "resource_calendar_leaves", "resource_resource"),
    *("mail_activity", "mail_message", "ir_attachment"),
)
#: what says when a row was last touched, and what Odoo keeps for itself
NOT_FACTS = {"write_date", "write_uid"}


@pytest.fixture(scope="module")
def before():
    """Name of the database of the version before; nobody works in it."""
    with databases.locked():
        return previous.template()


@pytest.fixture(scope="module")
def upgraded():
    """Name of a copy of it, upgraded with the addons of this checkout."""
    name = databases.throw_away("edu_upgrade", template=previous.template)
    command = [sys.executable, "-m", "odoo", "server", "-c", str(RUN / "odoo.conf"), "-d", name]
    command += ["-u", ",".join(databases.manifests()), "--stop-after-init", "--no-http", "--log-level=warn"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    complaints = [line for line in said.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL)\b", line)]
    assert not complaints, said
    yield name
    odoo.sql_db.close_db(name)
    databases.drop(name)


@pytest.fixture(scope="module")
def fresh():
    """Name of a database into which the addons of this checkout were installed, and nothing else."""
    name = databases.throw_away("edu_fresh")
    yield name
    odoo.sql_db.close_db(name)
    databases.drop(name)


def test_centre_has_everything(before):
    """The old centre has something of each kind: otherwise the comparisons below would prove nothing."""
    wanted = {
        "edu_enrollment.state": {"draft", "waiting", "confirmed", "suspended", "completed", "cancelled"},
        "edu_enrollment.sales_stage": {"success", "failure", "moved"},
        "edu_ledger_entry.kind": {"purchase", "delivery", "move_in", "move_out", "refund"},
        "edu_refund.state": {"draft", "approved", "paid"},
        "edu_waitlist.state": {"waiting", "offered"},
        "edu_certificate.state": {"draft", "issued", "revoked"},
        "edu_session.state": {"planned", "held", "cancelled"},
        "edu_attendance.status": {"present", "late", "absent", "excused"},
        "crm_lead.care_status": {"new", "assigned", "in_process", "converted", "recycled", "dead"},
        "account_payment.is_deposit": {"true"},
    }
    missing = {}
    with cursor_on(before) as cursor:
        for place, values in wanted.items():
            table, column = place.split(".")
            cursor.execute(f"SELECT DISTINCT {column}::text FROM {table}")
            if absent := values - {value for (value,) in cursor.fetchall()}:
                missing[place] = absent
        for table in ("edu_grade", "edu_guardian", "edu_promotion", "edu_enrollment_change"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            if cursor.fetchone() == (0,):
                missing[table] = "rows"
    assert not missing


def test_facts_are_as_before(before, upgraded):
    """Every value of our records, and of the accountant's, that both versions store."""
    old, new = columns(before), columns(upgraded)
    tables = [table for table in old if table.startswith("edu_") or table in OTHER_TABLES]
    assert set(OTHER_TABLES) <= set(tables)
    changed = {}
    with databases.locked(), cursor_on(before) as old_cursor, cursor_on(upgraded) as new_cursor:
        for table in tables:
            names = sorted((old[table].keys() & new.get(table, {}).keys()) - NOT_FACTS)
            if not names:
                changed[table] = "gone"
                continue
            was, is_ = rows(old_cursor, table, names), rows(new_cursor, table, names)
            if missing := was.keys() - is_.keys():
                changed[table] = f"{len(missing)} of {len(was)} rows are gone"
            for id_ in was.keys() & is_.keys():
                for name, before_value, after_value in zip(names, was[id_], is_[id_], strict=True):
                    if before_value != after_value:
                        changed.setdefault(f"{table}.{name}", f"row {id_}: {before_value} → {after_value}")
    assert changed.keys() == CHANGED_ON_PURPOSE.keys(), changed
    changes = (ROOT / "CHANGELOG.md").read_text() if CHANGED_ON_PURPOSE else ""
    assert all(sentence in changes for sentence in CHANGED_ON_PURPOSE.values())


def test_figures_computed_anew_are_as_before(upgraded):
    """Money, hours and seats do not only lie there as before: today's rules come to the same numbers."""
    with env_on(upgraded) as env:
        chosen = figures(env)
        assert ("edu.enrollment", "amount_paid") in chosen
        assert ("edu.class", "seats_taken") in chosen
        kept = {}
        for model, fname in chosen:
            records = env[model].search([])
            kept[records, fname] = {record.id: record[fname] for record in records}
            env.add_to_compute(records._fields[fname], records)
        env.flush_all()
        env.invalidate_all()
        changed = {
            f"{records._name}.{fname}": f"{record.id}: {values[record.id]} → {record[fname]}"
            for (records, fname), values in kept.items()
            for record in records
            if record[fname] != values[record.id]
        }
    assert not changed


def assert_same(fresh, upgraded):
    """Nothing is missing, nothing is left, nothing says something else; all that differs is listed."""
    differing = [
        f"{key}: {upgraded.get(key, 'missing')!s:.2000}\n    instead of: {fresh.get(key, 'nothing')!s:.2000}"
        for key in sorted({*fresh, *upgraded})
        if fresh.get(key, "missing") != upgraded.get(key, "missing")
    ]
    assert not differing, "\n".join(differing)


def test_same_records_as_a_fresh_installation(upgraded, fresh):
    """Nothing is missing and nothing is left of what the version before had."""
    with env_on(fresh) as env:
        wanted = {key: noupdate for key, (noupdate, _id) in names_of(env).items()}
    with env_on(upgraded) as env:
        found = {key: noupdate for key, (noupdate, _id) in names_of(env).items()}
    assert {model for model, _name in wanted} >= {"ir.rule", "ir.model.access", "ir.ui.view", "res.groups"}
    assert_same(wanted, found)


def test_same_contents_as_a_fresh_installation(upgraded, fresh):
    """Rules, rights, groups, views, menus, actions, jobs and mail templates say the same."""
    with env_on(fresh) as env:
        wanted = definitions(env)
    with env_on(upgraded) as env:
        found = definitions(env)
    both = wanted.keys() & found.keys()
    assert both
    assert_same(
        {(name, fname): value for name in both for fname, value in wanted[name].items()},
        {(name, fname): value for name in both for fname, value in found[name].items()},
    )


def test_same_tables_as_a_fresh_installation(upgraded, fresh):
    assert_same(dict.fromkeys(schema(fresh), "there"), dict.fromkeys(schema(upgraded), "there"))
