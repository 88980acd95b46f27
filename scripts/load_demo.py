"""Load the demonstration data of our own addons, and of nothing else, into a database that has them.

    python scripts/load_demo.py -c odoo.conf -d DATABASE

Odoo's own switch would bring the demonstration data of a hundred other modules along. All files are loaded
in one transaction: either the centre is there afterwards, or the database is as before.
"""

import sys
import time

import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.loading import load_data
from odoo.modules.module_graph import ModuleGraph
from odoo.modules.registry import Registry

from databases import manifests

#: beside English; users choose in their preferences
LANGUAGES = ("vi_VN", "zh_CN")


def load_languages(env) -> None:
    start = time.monotonic()
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    env["ir.module.module"].search([("state", "=", "installed")])._update_translations(list(LANGUAGES))
    print(f"   {', '.join(LANGUAGES)}: loaded in {time.monotonic() - start:.1f} s", flush=True)


def load(env) -> None:
    names = [name for name, manifest in manifests().items() if manifest.get("demo")]
    graph = ModuleGraph(env.cr, mode="load")
    graph.extend([*env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")])
    for package in (package for package in graph if package.name in names):
        start = time.monotonic()
        load_data(env, {}, "init", kind="demo", package=package)
        env.flush_all()
        print(f"   {package.name}: demonstration data in {time.monotonic() - start:.1f} s", flush=True)


def main():
    odoo.tools.config.parse_config([*sys.argv[1:], "--log-level=warn"], setup_logging=True)
    (name,) = odoo.tools.config["db_name"]
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        load_languages(env)
        load(env)


if __name__ == "__main__":
    main()
