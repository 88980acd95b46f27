"""The addons leave one by one, the topmost first, and take everything of theirs along, and nothing else."""

import subprocess
import sys

import psycopg2
import pytest

import odoo.sql_db

from arena import Arena
from databases import RUN, drop, manifests, throw_away
from races.centre import in_company, open_class


@pytest.fixture
def clone():
    name = throw_away("edu_uninstall")
    yield name
    odoo.sql_db.close_db(name)
    drop(name)


def ask(database, query, *values):
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall()
    connection.close()
    return rows


def enrol_customer(database):
    """A lead that became a posted contract, and a lesson of its class."""
    with Arena(database).env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)
        enrollment = in_company(env, "edu.enrollment", enrollment_id)
        enrollment.lead_id = enrollment.env["crm.lead"].create(
            {
                "name": "Wants to run",
                "campus_id": enrollment.campus_id.id,
                "partner_id": enrollment.partner_id.id,
                "company_id": enrollment.company_id.id,
            }
        )
        enrollment.action_confirm()
        enrollment.env["edu.session"].create(
            {"class_id": class_id, "start": "2031-01-06 02:00:00", "stop": "2031-01-06 04:00:00"}
        )


def contracts_and_lessons(database):
    """[(contracts, posted invoices, lessons)]"""
    return ask(
        database,
        """
        SELECT (SELECT count(*) FROM edu_enrollment WHERE state = 'confirmed'),
               (SELECT count(*) FROM account_move WHERE state = 'posted'),
               (SELECT count(*) FROM edu_session)
        """,
    )


def test_addons_leave_in_reverse_order(clone):
    enrol_customer(clone)
    staying = list(manifests())
    while staying:
        addon = staying.pop()
        command = [sys.executable, "-m", "odoo", "module", "uninstall", addon]
        result = subprocess.run(
            [*command, "-c", RUN / "odoo.conf", "-d", clone],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{addon} cannot be uninstalled:\n{result.stderr}"
        installed = ask(
            clone,
            "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = ANY(%s)",
            list(manifests()),
        )
        assert {name for (name,) in installed} == set(staying), f"after {addon} has left"
        if "edu_schedule" in staying:
            assert contracts_and_lessons(clone) == [(1, 1, 1)], f"after {addon} has left"

    tables = ask(clone, r"SELECT tablename FROM pg_tables WHERE tablename LIKE 'edu\_%%'")
    assert not tables
    traces = ask(clone, "SELECT model, name FROM ir_model_data WHERE module = ANY(%s)", list(manifests()))
    assert not traces
