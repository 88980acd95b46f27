"""Compile the scripts and style sheets of all pages into a database, so that its first page opens at once.

    python scripts/compile_assets.py -c odoo.conf -d DATABASE

Odoo compiles them when a page first asks for them, which a browser test would take for a hanging page.
"""

import sys
from unittest.mock import patch

import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

#: Odoo's own JavaScript unit tests: a third of the work, and nobody opens them here
UNWANTED = ("web.assets_unit_tests", "web.tests_assets", "web.qunit")


def compile_assets(env) -> None:
    qweb = env["ir.qweb"]
    wanted = [
        {name for name in names if not name.startswith(UNWANTED)}
        for names in qweb._get_bundles_to_pregenarate()
    ]
    with patch.object(type(qweb), "_get_bundles_to_pregenarate", lambda self: wanted):
        qweb._pregenerate_assets_bundles()


def main():
    odoo.tools.config.parse_config([*sys.argv[1:], "--log-level=warn"], setup_logging=True)
    (name,) = odoo.tools.config["db_name"]
    with Registry(name).cursor() as cr:
        compile_assets(api.Environment(cr, SUPERUSER_ID, {}))


if __name__ == "__main__":
    main()
