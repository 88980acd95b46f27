from odoo import api, models
from odoo.fields import Command


class EduImportMixin(models.AbstractModel):
    """A record that is found again when its sheet is imported once more, so that a second run adds nothing (X3).

    Rows with an external id are Odoo's business. A row without one is looked up by what tells such records apart;
    what is found is updated where the row differs, and left alone where it does not.
    """

    _name = "edu.import.mixin"
    _description = "Record that an import finds again"
    _inherit = ["edu.base.mixin"]

    # Lists of fields. The first list whose fields all have a value in the row decides.
    _import_keys = ()

    def _load_records(self, data_list, update=False):
        return super()._load_records(data_list if update else self._match_rows(data_list), update)

    @api.model
    def _match_rows(self, data_list):
        """Give rows of known records the record's id, and only the values that differ."""
        rows = [data["values"] for data in data_list if not data.get("xml_id")]
        known = self._known_records([row for row in rows if not row.get("id")])
        result = []
        for data in data_list:
            record = known.get(id(data["values"]))
            if record:
                data = dict(data, values={"id": record.id, **record._changed_values(data["values"])})
            result.append(data)
        return result

    @api.model
    def _known_records(self, rows):
        """:return: dict ``id(row)`` → record, of the rows that are there already; one query per list of keys."""
        groups = {}
        for row in rows:
            names = self._import_key(row)
            if names:
                groups.setdefault(names, []).append(row)
        known = {}
        for names, group in groups.items():
            domain = [(names[0], "in", [text for row in group for text in self._spellings(row[names[0]])])]
            by_key = {}
            there = self.with_context(active_test=False).search(domain, order="id")
            for record in there._import_candidates(names):
                by_key.setdefault(record._key_values(names, record), record)
            for row in group:
                record = by_key.get(self._key_values(names, row))
                if record:
                    known[id(row)] = record
        return known

    @api.model
    def _import_key(self, row):
        return next((names for names in self._import_keys if all(row.get(name) for name in names)), None)

    def _import_candidates(self, names):
        """The records, of those found, that a row looked up by ``names`` may mean; a model may narrow them."""
        return self

    @api.model
    def _spellings(self, value):
        return {value, value.strip(), value.strip().upper()} if isinstance(value, str) else {value}

    def _key_values(self, names, row):
        return tuple(self._comparable(name, row[name]) for name in names)

    def _comparable(self, name, value):
        value = self._fields[name].convert_to_cache(value, self, validate=False)
        return value.strip().casefold() if isinstance(value, str) else value

    def _changed_values(self, values):
        """The values that differ from what the record holds."""
        self.ensure_one()
        result = {}
        found_by = self._import_key(values) or ()
        for name, value in values.items():
            field = self._fields[name]
            if name in found_by:
                continue  # found by it: the same but for its spelling
            if field.type == "one2many":
                commands = [self._changed_command(field, command) for command in value or ()]
                if any(commands):
                    result[name] = [command for command in commands if command]
            elif field.type == "many2many":
                if (value or [Command.set([])]) != [Command.set(self[name].ids)]:
                    result[name] = value
            elif field.convert_to_cache(value, self, validate=False) != field.convert_to_cache(
                self[name], self
            ):
                result[name] = value
        return result

    def _changed_command(self, field, command):
        """The command on a line of this record; none when such a line is there already."""
        if command[0] != Command.CREATE or not hasattr(self.env[field.comodel_name], "_import_keys"):
            return command
        row = {**command[2], field.inverse_name: self.id}
        line = self.env[field.comodel_name]._known_records([row]).get(id(row))
        if not line:
            return command
        values = line._changed_values(command[2])
        return Command.update(line.id, values) if values else None
