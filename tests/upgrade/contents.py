"""What stands in a database, in a form in which two databases can be compared."""

import contextlib
import re
from collections import defaultdict

import psycopg2

from odoo import SUPERUSER_ID, api

from arena import Arena
from databases import manifests

ADDONS = list(manifests())

ACTIONS = tuple(f"ir.actions.{kind}" for kind in ("act_window", "report", "server", "client", "act_url"))
#: models whose records our code owns: nobody of a centre is meant to edit them, an upgrade rewrites them
DEFINITIONS = (
    *ACTIONS,
    "ir.actions.act_window.view",
    "ir.cron",
    "ir.model",
    "ir.model.access",
    "ir.model.fields",
    "ir.model.fields.selection",
    "ir.module.category",
    "ir.rule",
    "ir.ui.menu",
    "ir.ui.view",
    "mail.activity.type",
    "mail.template",
    "res.groups",
    "res.groups.privilege",
)
#: what differs from database to database, or says when something happened
VOLATILE = {
    *("id", "create_uid", "create_date", "write_uid", "write_date", "__last_update", "display_name"),
    *("nextcall", "lastcall", "arch_prev", "arch_updated", "parent_path", "user_ids", "all_user_ids"),
}


# --- by SQL -----------------------------------------------------------------------------------------------
@contextlib.contextmanager
def cursor_on(name: str):
    connection = psycopg2.connect(dbname=name)
    connection.set_session(readonly=True)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def columns(name: str) -> dict[str, dict[str, str]]:
    """Table → column → type and whether it may be empty."""
    tables: dict[str, dict[str, str]] = defaultdict(dict)
    with cursor_on(name) as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
            "       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
            "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')"
            "   AND a.attnum > 0 AND NOT a.attisdropped"
        )
        for table, column, description in cursor.fetchall():
            tables[table][column] = description
    return tables


def schema(name: str) -> set[str]:
    """Columns, constraints and indexes, one sentence each."""
    found = {
        f"{table}.{column} {kind}" for table, rest in columns(name).items() for column, kind in rest.items()
    }
    with cursor_on(name) as cursor:
        cursor.execute(
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)"
            "  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
        )
        found.update(text for (text,) in cursor.fetchall())
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
        found.update(text for (text,) in cursor.fetchall())
    return found


def rows(cursor, table: str, names: list[str]) -> dict:
    """The rows of a table by their id, or themselves where there is none."""
    chosen = ", ".join(f'"{name}"::text' for name in names)
    key = "id" if "id" in names else f"({chosen})::text"
    cursor.execute(f'SELECT {key}, {chosen} FROM "{table}"')
    return {row[0]: row[1:] for row in cursor.fetchall()}


# --- by the ORM -------------------------------------------------------------------------------------------
@contextlib.contextmanager
def env_on(name: str):
    """Environment on a database; whatever is written in it is thrown away."""
    with contextlib.closing(Arena(name).registry.cursor()) as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"lang": None, "active_test": False})


def names_of(env) -> dict[tuple[str, str], tuple[bool, int]]:
    """(model, external id) → (whether an upgrade leaves it alone, id), of all records that our addons made."""
    foreign = set(_fields_of_others(env))
    env.cr.execute(
        "SELECT model, module || '.' || name, noupdate, res_id FROM ir_model_data"
        r" WHERE module = ANY(%s) AND name NOT LIKE 'demo\_%%'",
        [ADDONS],
    )
    return {
        (model, name): (bool(noupdate), id_)
        for model, name, noupdate, id_ in env.cr.fetchall()
        if (model, id_) not in foreign
    }


def _fields_of_others(env):
    """Fields that mixins of Odoo bring: they are named after all addons that were there before the mixin was."""
    for record in env["ir.model.fields"].search([]):
        field = env[record.model]._fields.get(record.name) if record.model in env else None
        if field and field._module not in ADDONS:
            yield "ir.model.fields", record.id


def definitions(env) -> dict[str, dict]:
    """“model external id” → its fields, with other records by their external ids."""
    ids = defaultdict(dict)
    for (model, name), (_noupdate, id_) in names_of(env).items():
        if model in DEFINITIONS:
            ids[model][id_] = name
    found, names = {}, _Names(env)
    for model, name_by_id in ids.items():
        records = env[model].browse(name_by_id).exists()
        for record in records:
            found[f"{model} {name_by_id[record.id]}"] = {
                fname: names.plain(field, record[fname])
                for fname, field in record._fields.items()
                if (field.store or field.related) and fname not in VOLATILE and field.type != "one2many"
            }
    return found


class _Names:
    """Values without numbers that are another in each database."""

    def __init__(self, env):
        env.cr.execute("SELECT model, res_id, min(module || '.' || name) FROM ir_model_data GROUP BY 1, 2")
        self.names = {(model, id_): name for model, id_, name in env.cr.fetchall()}
        self.actions = {id_: name for (model, id_), name in self.names.items() if model in ACTIONS}

    def plain(self, field, value):
        if field.relational:
            return sorted(
                self.names.get((record._name, record.id)) or f"{record._name} {record.display_name}"
                for record in value
            )
        if field.type == "reference":
            return value and self.names.get((value._name, value.id), value.display_name)
        if field.name == "arch_db":
            return re.sub(r'(?<= name=")\d+(?=")', self._action, value)
        return value

    def _action(self, match):
        """A button names the action that it opens by its number."""
        return self.actions.get(int(match[0]), match[0])


def figures(env) -> list[tuple[str, str]]:
    """Our stored numbers that only computing sets: (model, field)."""
    return [
        (model._name, fname)
        for model in env.values()
        if model._auto and model._name.startswith("edu.") and not model._transient
        for fname, field in model._fields.items()
        if field.compute
        and field.store
        and field.readonly
        and field.type in ("integer", "float", "monetary")
        and not field.related
    ]
