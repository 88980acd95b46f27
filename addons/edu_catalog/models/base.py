import math
import re

import psycopg2

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# Longer than any name of a person, class or package; short enough for every index of the database.
LONGEST_TEXT = 250
LARGEST_INTEGER = 2**31 - 1
NUMBERS = ("integer", "many2one", "float", "monetary")
# How PostgreSQL shows the row that a rule refuses, and the one that is there already.
FAILING_ROW = re.compile(r"Failing row contains \((\d+),")
CONDITION = re.compile(r" WHERE (?!\w+ IS NOT NULL$)")
EXISTING_KEY = re.compile(r"Key \(([\w, ]+)\)=\((.*)\) already exists", re.DOTALL)


class Base(models.AbstractModel):
    """What none of the records of a centre takes, whatever its model, and how a refusal names the record.

    For ``edu.`` models, and the names of people. The database would answer with a server error, or take it silently.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        if self._name.startswith("edu.") or self._name == "res.partner":
            for vals in vals_list:
                self._edu_check_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        if self._name.startswith("edu.") or self._name == "res.partner":
            self._edu_check_values(vals)
        return super().write(vals)

    @api.model
    def _edu_check_values(self, vals):
        """Refuse texts and numbers that are none.

        :raise ValidationError: naming the field, the rule and the way out
        """
        # Of contacts, the name is what our screens ask for; the rest of them is Odoo's.
        names = vals.keys() if self._name != "res.partner" else vals.keys() & {"name"}
        for name in names:
            field, value = self._fields.get(name), vals[name]
            if not field or not isinstance(value, str | int | float):
                continue
            if isinstance(value, str):
                if "\0" in value:
                    raise ValidationError(
                        self.env._(
                            "%s contains a character that is no text. Delete it and type it again.",
                            field._description_string(self.env),
                        )
                    )
                if field.type == "char" and len(value) > LONGEST_TEXT:
                    raise ValidationError(
                        self.env._(
                            "%(field)s “%(start)s…” has %(length)s characters. Shorten it to at most %(limit)s.",
                            field=field._description_string(self.env),
                            start=value[:40],
                            length=len(value),
                            limit=LONGEST_TEXT,
                        )
                    )
            elif field.type in NUMBERS and not (
                math.isfinite(value)
                and (field.type in ("float", "monetary") or abs(value) <= LARGEST_INTEGER)
            ):
                raise ValidationError(
                    self.env._(
                        "%(field)s: %(value)s is no number that can be kept. Type a smaller one.",
                        field=field._description_string(self.env),
                        value=value,
                    )
                )

    @api.model
    def _sql_error_to_message(self, exc):
        """Say which record a rule of the database refuses, also where it hangs on one that is imported."""
        table = exc.diag.table_name
        if table != self._table and (table or "").startswith("edu_"):
            owner = next((name for name, model in self.env.registry.items() if model._table == table), None)
            if owner:
                return self.env[owner]._sql_error_to_message(exc)
        message = super()._sql_error_to_message(exc)
        record = self._edu_refused_record(exc) if self._name.startswith("edu.") else self.browse()
        if not record:
            return message
        return self.env._("%(record)s: %(rule)s", record=record.display_name, rule=message)

    @api.model
    def _edu_refused_record(self, exc):
        """The record that breaks a rule, or that has already what must be unique.

        :return: record of this model; empty where there is none yet, or none that one may read
        """
        detail = exc.diag.message_detail or ""
        record = self.browse()
        if isinstance(exc, psycopg2.errors.CheckViolation) and (found := FAILING_ROW.match(detail)):
            record = self.browse(int(found[1])).exists()
        elif isinstance(exc, psycopg2.errors.UniqueViolation) and (found := EXISTING_KEY.match(detail)):
            index = self._table_objects.get(exc.diag.constraint_name)
            columns = found[1].split(", ")
            # Of an index with a condition, the key alone does not say which record it is.
            if index and not CONDITION.search(index.get_definition(self.env.registry)):
                values = found[2].rsplit(", ", len(columns) - 1)
                pairs = zip(columns, values, strict=True)
                rows = self.env.execute_query(
                    SQL(
                        "SELECT id FROM %s WHERE %s LIMIT 1",
                        SQL.identifier(self._table),
                        SQL(" AND ").join(
                            SQL("%s::text = %s", SQL.identifier(column), value) for column, value in pairs
                        ),
                    )
                )
                record = self.browse(row[0] for row in rows)
        return record._filtered_access("read")
