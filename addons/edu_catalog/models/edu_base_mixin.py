import math
import re

import psycopg2

from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, clean_context

# Longer than any name of a person, class or package; short enough for every index of the database.
LONGEST_TEXT = 250
LARGEST_INTEGER = 2**31 - 1
NUMBERS = ("integer", "many2one", "float", "monetary")
# Seconds to wait for somebody else's transaction; longer than any of ours takes, shorter than a user's patience.
LOCK_TIMEOUT = 30
# How PostgreSQL shows the row that a rule refuses, and the one that is there already.
FAILING_ROW = re.compile(r"Failing row contains \((\d+),")
CONDITION = re.compile(r" WHERE (?!\w+ IS NOT NULL$)")
EXISTING_KEY = re.compile(r"Key \(([\w, ]+)\)=\((.*)\) already exists", re.DOTALL)


def check_values(model, vals):
    """Refuse texts and numbers that cannot be stored, before the database answers with a server error (X3).

    :param model: the model (any recordset of it) whose fields ``vals`` names
    :param dict vals: values as for ``create`` or ``write``
    :raise ValidationError: naming the field, the rule and the way out
    """
    for name, value in vals.items():
        field = model._fields.get(name)
        if not field or not isinstance(value, str | int | float):
            continue
        if isinstance(value, str):
            if "\0" in value:
                raise ValidationError(
                    model.env._(
                        "%s contains a character that is no text. Delete it and type it again.",
                        field._description_string(model.env),
                    )
                )
            if field.type == "char" and len(value) > LONGEST_TEXT:
                raise ValidationError(
                    model.env._(
                        "%(field)s “%(start)s…” has %(length)s characters. Shorten it to at most %(limit)s.",
                        field=field._description_string(model.env),
                        start=value[:40],
                        length=len(value),
                        limit=LONGEST_TEXT,
                    )
                )
        elif field.type in NUMBERS and not (
            math.isfinite(value) and (field.type in ("float", "monetary") or abs(value) <= LARGEST_INTEGER)
        ):
            raise ValidationError(
                model.env._(
                    "%(field)s: %(value)s is no number that can be kept. Type a smaller one.",
                    field=field._description_string(model.env),
                    value=value,
                )
            )


class EduBaseMixin(models.AbstractModel):
    """What all our models inherit.

    - Texts and numbers that cannot be stored are refused in words (``_check_values``).
    - Facts that follow from others are typed by nobody, over the API and on import neither: Odoo's ``readonly`` is
      a matter of the screen, and a headcount written over the API would sell a seat twice (``_derived_fields``).
    - What the database refuses is told with the name of the record (``_sql_error_to_message``).
    - Whoever changes what others change as well waits for them (``_lock``).
    """

    _name = "edu.base.mixin"
    _description = "Record of the training centre"

    # True: every stored field that is readonly on the screen is typed by nobody, whether it is computed or not.
    # Only ``state`` is left out: it has rules of its own.
    _readonly_is_derived = False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
            self._check_derived_fields(vals)
        records = self._without_derived_defaults()
        return super(EduBaseMixin, records).create(records._prepare_create(vals_list))

    def write(self, vals):
        self._check_values(vals)
        self._check_derived_fields(vals)
        return super().write(vals)

    @api.model
    def _prepare_create(self, vals_list):
        """What the system adds to new records, numbers for instance, once what was typed has been checked.

        :param list vals_list: as given to ``create``; the dicts may be the caller's and are not changed
        :return: list of dicts
        """
        return vals_list

    # ------------------------------------------------------------------ values
    @api.model
    def _check_values(self, vals):
        """Refuse texts and numbers that cannot be stored; see :func:`check_values`.

        A ``create`` that makes something of ``vals`` before ``super()`` calls it first.

        :raise ValidationError: naming the field, the rule and the way out
        """
        check_values(self, vals)

    # ------------------------------------------------------------------ facts
    @api.model
    @tools.ormcache()
    def _derived_fields(self):
        """The stored fields that follow from others, which nobody types (C5, E3, E4, E7).

        :return: frozenset of field names: the stored, computed, readonly ones; with ``_readonly_is_derived`` all
            stored readonly ones but ``state``. A model adds to it by an override.
        """
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            and field.readonly
            and (
                field.compute or (self._readonly_is_derived and name not in ("state", *models.MAGIC_COLUMNS))
            )
        )

    @api.model
    def _check_derived_fields(self, vals):
        """Only the system writes what follows from other facts.

        :param vals: dict of values, or names of fields
        :raise AccessError: naming the fields
        """
        typed = self._derived_fields().intersection(vals)
        if typed and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s follows from other facts and is not typed: it is set by the system and cannot be typed over."
                    " Leave it out.",
                    self._labels(sorted(typed)),
                )
            )

    @api.model
    def _create_historic(self, vals_list, facts):
        """Take over records of another system with facts that are typed by nobody otherwise (X3).

        :param list vals_list: values as of ``create``
        :param set facts: names of the fields that may be given all the same
        :return: the new records
        :raise AccessError: the user is no director, or gives another fact
        """
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_director"):
            raise AccessError(self.env._("Only a director may take over records of another system. Ask one."))
        lists = {name for name, field in self._fields.items() if field.type in ("one2many", "many2many")}
        for vals in vals_list:
            self._check_derived_fields(vals.keys() - facts)
            if given := lists.intersection(vals):
                raise AccessError(
                    self.env._(
                        "%s: only the record itself is taken over. Leave it out, and add it afterwards.",
                        self._labels(sorted(given)),
                    )
                )
        # The facts were checked above, and lists would be written with all rights; the rules of companies hold for
        # what was made. Defaults of the caller's context are no part of the values.
        maker = self.with_context(clean_context(self.env.context))
        records = maker.sudo().create(vals_list).sudo(self.env.su)
        records.check_access("create")
        return records

    # ------------------------------------------------------------------ values that change
    def _would_change(self, name, value):
        """Whether a value that is to be written is another one than stands there.

        :param str name: of a field
        :param value: as of ``write``
        :return: bool
        """
        self.ensure_one()
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return bool(value)
        new = field.convert_to_record(field.convert_to_cache(value, self), self)
        if field.type == "monetary":
            return self[field.get_currency_field(self)].compare_amounts(new, self[name]) != 0
        return new != self[name]

    def _labels(self, names):
        """The fields as users know them, in a list to be read."""
        return ", ".join(self._fields[name]._description_string(self.env) for name in names)

    def _without_derived_defaults(self):
        """Without the ``default_…`` keys of the context that would type a fact: any caller over the API can send them.

        :return: the same records
        """
        keys = {f"default_{name}" for name in self._derived_fields()}
        if self.env.su or keys.isdisjoint(self.env.context):
            return self
        context = {key: value for key, value in self.env.context.items() if key not in keys}
        return self.with_env(self.env(context=context))

    # ------------------------------------------------------------------ refusals of the database
    @api.model
    def _sql_error_to_message(self, exc):
        """Say which record a rule of the database refuses, also where it hangs on one that is imported."""
        table = exc.diag.table_name
        if table != self._table and (table or "").startswith("edu_"):
            owner = next((name for name, model in self.env.registry.items() if model._table == table), None)
            if owner:
                return self.env[owner]._sql_error_to_message(exc)
        message = super()._sql_error_to_message(exc)
        record = self._refused_record(exc)
        if not record:
            return message
        return self.env._("%(record)s: %(rule)s", record=record.display_name, rule=message)

    @api.model
    def _refused_record(self, exc):
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

    # ------------------------------------------------------------------ locks
    def _lock(self):
        """Wait until nobody else works on these records, and keep them until the transaction ends.

        **Nothing that was read before waiting may be used after it.** So lock first, then read, check and write.
        The rows are written as they are: so whoever waited gets a serialization error, also where the other one
        wrote elsewhere only, and Odoo starts the request again on the new truth. That error is left alone here. What
        the cache holds of these records is forgotten (pending writes go out first).

        One order (by id), so that two who want the same records do not wait for each other; one strength, ``NO KEY
        UPDATE``, so that others may still refer to the records. Odoo's ``lock_for_update`` does not wait, and its
        error is not retried.

        :return: the records
        :raise UserError: somebody keeps them for more than ``LOCK_TIMEOUT`` seconds. Odoo would take the database's
            own error for a collision and wait four times more before the user reads anything.
        """
        ids = sorted({id_ for id_ in self._ids if id_})
        if not ids:
            return self
        lock = SQL(
            "SET LOCAL lock_timeout = %(timeout)s;"
            " SELECT id FROM %(table)s WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE;"
            " UPDATE %(table)s SET write_date = write_date WHERE id IN %(ids)s;"
            " SET LOCAL lock_timeout TO DEFAULT",
            timeout=f"{LOCK_TIMEOUT}s",
            table=SQL.identifier(self._table),
            ids=tuple(ids),
        )
        try:
            # The savepoint gives up the timeout with the rest, and leaves a transaction that can be gone on with.
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(lock, log_exceptions=False)
        except psycopg2.errors.LockNotAvailable as error:
            raise UserError(self._locked_sentence()) from error
        self.invalidate_recordset()
        return self

    def _locked_sentence(self):
        kind = self.env["ir.model"]._get(self._name).name
        names = self._filtered_access("read")[:3].mapped("display_name")
        if not names:
            return self.env._(
                "%s: somebody else is changing this right now. Wait a moment and try again.", kind
            )
        return self.env._(
            "%(kind)s %(records)s: somebody else is changing this right now. Wait a moment and try again.",
            kind=kind,
            records=", ".join(names) + (" …" if len(self) > 3 else ""),
        )
