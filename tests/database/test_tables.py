"""What the models declare is really in the database: Odoo only logs what it could not install."""

from odoo.tests import TransactionCase, tagged
from odoo.tools import sql

from databases import manifests

OURS = set(manifests())


def our_objects(env):
    """Constraints and indexes declared by our addons: (table, name in the database, object)."""
    for model in env.values():
        if model._auto and not model._abstract:
            for item in model._table_objects.values():
                if item._module in OURS:
                    yield model._table, item.full_name(model), item


def our_fields(env, chosen):
    """Stored columns that our addons declare, also those on models of others, of the fields that are chosen."""
    found = [
        (model, field)
        for model in env.values()
        if model._auto and not model._abstract
        for field in model._fields.values()
        if field.store and field.column_type and field._module in OURS and chosen(field)
    ]
    assert found, "no such field was found in the registry: this test looks in the wrong place"
    return found


@tagged("post_install", "-at_install")
class TestTables(TransactionCase):
    def test_constraints_and_indexes_are_installed(self):
        self.env.cr.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid <> 0")
        there = {(table.strip('"'), name) for table, name in self.env.cr.fetchall()}
        self.env.cr.execute("SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema")
        there.update(self.env.cr.fetchall())
        declared = {(table, name): item for table, name, item in our_objects(self.env)}
        self.assertTrue(
            declared, "no constraint was found in the registry: this test looks in the wrong place"
        )
        missing = {key: str(item) for key, item in declared.items() if key not in there}
        self.assertFalse(missing)

    def test_constraints_are_valid(self):
        """A constraint that old rows break is installed NOT VALID: it would guard only new ones."""
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE NOT convalidated AND conrelid::regclass::text LIKE 'edu_%'"
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_required_columns_refuse_null(self):
        self.env.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE is_nullable = 'NO' AND table_schema = current_schema"
        )
        not_null = set(self.env.cr.fetchall())
        missing = [
            f"{model._name}.{field.name}"
            for model, field in our_fields(
                self.env, lambda field: field.required and not field.company_dependent
            )
            if (model._table, field.name) not in not_null
        ]
        self.assertFalse(missing)

    def test_indexes_of_fields_are_installed(self):
        self.env.cr.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema")
        there = {name for (name,) in self.env.cr.fetchall()}
        missing = [
            f"{model._name}.{field.name}"
            for model, field in our_fields(
                self.env, lambda field: field.index in ("btree", "btree_not_null", True)
            )
            if sql.make_index_name(model._table, field.name) not in there
        ]
        self.assertFalse(missing)

    def test_links_between_tables_are_foreign_keys(self):
        self.env.cr.execute(
            "SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint k"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f'"
        )
        there = set(self.env.cr.fetchall())
        missing = [
            f"{model._name}.{field.name}"
            for model, field in our_fields(
                self.env, lambda field: field.type == "many2one" and not field.company_dependent
            )
            if self.env[field.comodel_name]._auto
            and (model._table, field.name) not in there
        ]
        self.assertFalse(missing)

    def test_our_models_share_one_base(self):
        """Value checks, facts that nobody types and the lock hold for all our models, dialogs included."""
        ours = {name: model for name, model in self.env.registry.items() if name.startswith("edu.")}
        concrete = {name for name, model in ours.items() if not model._abstract}
        self.assertGreater(len(concrete), 40, "this test looks in the wrong place")
        base = self.env.registry["edu.base.mixin"]
        self.assertEqual({name for name in concrete if not issubclass(ours[name], base)}, set())

    def test_nothing_of_ours_is_in_every_model(self):
        """What holds for our records is in their base; the models of others stay as Odoo made them."""
        parents = self.env.registry["base"].__mro__
        self.assertTrue(any(getattr(parent, "_module", None) == "base" for parent in parents))
        self.assertFalse([parent for parent in parents if getattr(parent, "_module", None) in OURS])
