"""Compile the scripts and style sheets of all pages into a database, so that its first page opens at once.

    python scripts/compile_assets.py -c odoo.conf -d DATABASE

Odoo compiles them when a page first asks for them, which a browser test would take for a hanging page.
"""

import sys

import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

#: Odoo's own JavaScript unit tests: the largest bundles, and nobody opens them here
UNWANTED = ("web.assets_unit_tests", "web.tests_assets", "web.qunit")


def compile_assets(env) -> None:
    qweb = env["ir.qweb"]
    scripts, styles = qweb._get_bundles_to_pregenarate()
    for name in sorted(scripts | styles):
        if not name.startswith(UNWANTED):
            bundle = qweb._get_asset_bundle(name, css=name in styles, js=name in scripts)
            if name in scripts:
                bundle.js()
            if name in styles:
                bundle.css()


def main():
    odoo.tools.config.parse_config([*sys.argv[1:], "--log-level=warn"], setup_logging=True)
    (name,) = odoo.tools.config["db_name"]
    with Registry(name).cursor() as cr:
        compile_assets(api.Environment(cr, SUPERUSER_ID, {}))


if __name__ == "__main__":
    main()
