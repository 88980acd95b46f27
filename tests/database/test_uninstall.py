"""The addons leave one by one, the topmost first, and take everything of theirs along."""

import subprocess
import sys

import psycopg2
import pytest

from databases import RUN, drop, manifests, throw_away


@pytest.fixture
def clone():
    name = throw_away("edu_uninstall")
    yield name
    drop(name)


def ask(database, query, *values):
    connection = psycopg2.connect(dbname=database)
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall()
    connection.close()
    return rows


def test_addons_leave_in_reverse_order(clone):
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

    tables = ask(clone, r"SELECT tablename FROM pg_tables WHERE tablename LIKE 'edu\_%%'")
    assert not tables
    traces = ask(clone, "SELECT model, name FROM ir_model_data WHERE module = ANY(%s)", list(manifests()))
    assert not traces
