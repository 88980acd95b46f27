"""A cast is the same whether the database keeps it or a class of tests makes it for itself."""

import importlib
from unittest.mock import patch

import pytest

from odoo.models import BaseModel
from odoo.tests.common import get_db_name

from databases import manifests

#: what every record has of its own
OWN = {"create_date", "write_date", "student_number", "login_date", "calendar_last_notif_ack", "parent_path"}


def cases():
    """Every class of tests that adds to a cast, but for those whose cast another one adds to."""
    found = [
        case
        for addon in manifests()
        for common in [importlib.import_module(f"odoo.addons.{addon}.tests.common")]
        for case in vars(common).values()
        if getattr(case, "__module__", "") == common.__name__ and "_make_cast" in vars(case)
    ]
    return [case for case in found if not any(case in other.__mro__[1:] for other in found)]


def value_of(record, name):
    value = record[name]
    if not isinstance(value, BaseModel):
        return value
    # What has no name shows its id, which differs.
    return sorted(each.display_name.removesuffix(f",{each.id}") for each in value)


def described(label, value):
    """All stored values of records, or of a dictionary of records; links by the names of what they lead to."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from described(f"{label}[{key}]", each)
    elif isinstance(value, BaseModel):
        yield f"number of {label}", len(value)
        for name, field in value._fields.items():
            if field.store and field.type not in ("binary", "image") and name != "id" and name not in OWN:
                yield f"{label}.{name}", [value_of(record, name) for record in value]


def cast_of(case, database):
    """(whether the database keeps it, what its records say)"""
    probe = type("Probe", (case,), {})
    with patch("odoo.tests.common.get_db_name", lambda: database):
        probe.setUpClass()
        try:
            values = dict(pair for name, value in vars(probe).items() for pair in described(name, value))
            return bool(probe._kept_casts()), values
        finally:
            probe.tearDownClass()
            probe.doClassCleanups()


def test_there_are_casts():
    assert "EnrollmentCommon" in {case.__name__ for case in cases()}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.__name__)
def test_kept_and_made_are_the_same(arena, case):
    kept, found = cast_of(case, get_db_name())
    not_kept, made = cast_of(case, arena.name)
    assert (kept, not_kept) == (True, False)
    assert {"number of company", "number of users[manager]", "north.name", "class_n.capacity"} <= set(found)
    assert found == made
