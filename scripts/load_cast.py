"""Make the casts of the tests of all our addons, and commit them.

    python scripts/load_cast.py -c odoo.conf -d DATABASE

Every class of tests would make them anew; in a database that keeps them it only looks them up
(``addons/edu_catalog/tests/cast.py``).
"""

import importlib
import sys

from passlib.context import CryptContext

import odoo.modules.module
import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from databases import manifests


def behave_as_in_tests(env) -> None:
    """Odoo does some things otherwise in tests: it loads no chart of accounts for a company's country, and hashes
    passwords in one round."""
    context = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
    odoo.tools.config["test_enable"] = True
    odoo.modules.module.current_test = True
    type(env["res.users"])._crypt_context = lambda self: context


def load(env) -> None:
    for addon in manifests():
        common = importlib.import_module(f"odoo.addons.{addon}.tests.common")
        for case in list(vars(common).values()):
            if "_make_cast" in getattr(case, "__dict__", {}) and case.__module__ == common.__name__:
                case._keep_cast(env)


def main():
    odoo.tools.config.parse_config([*sys.argv[1:], "--log-level=warn"], setup_logging=True)
    (name,) = odoo.tools.config["db_name"]
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        behave_as_in_tests(env)
        load(env)


if __name__ == "__main__":
    main()
