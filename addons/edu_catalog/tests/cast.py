"""Casts of tests that lie in the database: made once, committed, and found again by every class of tests."""

import json

from odoo.models import BaseModel
from odoo.tests import TransactionCase

#: name of the system parameter that says which records the casts are
PARAMETER = "edu.test_casts"
CONTEXT = {"tracking_disable": True, "no_reset_password": True}


class CastCase(TransactionCase):
    """A class of tests with a cast.

    The part of the cast that a class adds is made by its method ``_make_cast``, which creates records and sets
    them as attributes; it calls no ``super()``. Where the database keeps that part, the attributes are set to
    the records that are there. Else, as in a database of Odoo's own test runner, it is made for each class of
    tests and rolled back with it.

    What would change what a class below sees, or what depends on today's date, belongs into ``setUpClass``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, **CONTEXT})
        cls._gather_cast(cls._kept_casts())

    @classmethod
    def _keep_cast(cls, env):
        """Make the cast of this class and let the database keep it; the caller commits."""
        case = type(cls.__name__, (cls,), {"env": env(context={**env.context, **CONTEXT})})
        company, companies = env.user.company_id, env.user.company_ids
        kept = case._kept_casts()
        kept |= case._gather_cast(kept)
        env.user.write({"company_id": company.id, "company_ids": companies.ids})
        env["ir.config_parameter"].set_param(PARAMETER, json.dumps(kept))

    @classmethod
    def _kept_casts(cls) -> dict:
        """For each part of a cast that the database keeps: attribute → what :func:`_pack` makes of its value."""
        return json.loads(cls.env["ir.config_parameter"].get_param(PARAMETER, "{}"))

    @classmethod
    def _gather_cast(cls, kept) -> dict:
        """Set the attributes of the cast, the lowest part first; what had to be made is returned as it is kept."""
        made = {}
        for part in reversed(cls.__mro__):
            if "_make_cast" not in vars(part):
                continue
            name = f"{part.__module__}.{part.__qualname__}"
            if name in kept:
                if "company" in kept[name]:
                    cls._work_for(_unpack(cls.env, kept[name]["company"]))
                for attribute, value in kept[name].items():
                    value = _unpack(cls.env, value)
                    if isinstance(value, dict):
                        value = getattr(cls, attribute, {}) | value
                    setattr(cls, attribute, value)
            else:
                before = dict(vars(cls))
                vars(part)["_make_cast"].__func__(cls)
                made[name] = {
                    attribute: _pack(value)
                    for attribute, value in vars(cls).items()
                    if value is not before.get(attribute) and attribute != "env"
                }
        return made

    @classmethod
    def _work_for(cls, company):
        """From now on the superuser of the tests works for this company, and sees no other."""
        cls.env.user.company_ids |= company
        cls.env.user.company_id = company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        cls.company = company.with_env(cls.env)


def _pack(value):
    """Records, or a dictionary of records, as JSON can hold them."""
    if isinstance(value, BaseModel):
        return [value._name, value.ids]
    if isinstance(value, dict):
        return {key: _pack(each) for key, each in value.items()}
    raise TypeError(f"{value!r} cannot be kept with a cast: set it in setUpClass")


def _unpack(env, value):
    if isinstance(value, dict):
        return {key: _unpack(env, each) for key, each in value.items()}
    model, ids = value
    return env[model].browse(ids)
