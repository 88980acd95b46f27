"""Run benchmarks, each in a fresh clone of the tests template, and print their figures in one table.

python scripts/run_bench.py -c odoo.conf [NAME …]
"""

import importlib
import sys
from pathlib import Path

import odoo.sql_db
import odoo.tools
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

import databases

BENCHMARKS = Path(__file__).with_name("benchmarks")
sys.path.insert(0, str(BENCHMARKS))


def available() -> list[str]:
    return sorted(path.stem for path in BENCHMARKS.glob("*.py") if path.stem != "lab")


def run(name: str) -> list:
    from lab import Lab

    database = databases.throw_away("edu_bench")
    try:
        databases.say(f"bench {name}")
        with Registry(database).cursor() as cr:
            lab = Lab(api.Environment(cr, SUPERUSER_ID, {}), name)
            importlib.import_module(name).bench(lab)
            cr.rollback()
        return lab.rows
    finally:
        odoo.sql_db.close_db(database)
        databases.drop(database)


def table(rows: list) -> str:
    lines = [f"{'bench':<14} {'workload':<62} {'measured':>10} {'bar':>8}"]
    for row in rows:
        bar = "" if row.bar is None else row.bar
        lines.append(f"{row.bench:<14} {row.workload:<62} {row.value:>10.2f} {bar:>8} {row.verdict}")
    return "\n".join(lines)


def main():
    config, names = sys.argv[1:3], sys.argv[3:] or available()
    if unknown := set(names) - set(available()):
        sys.exit(
            f"\nSTOPPED: no benchmark {', '.join(unknown)}; there are: {', '.join(available()) or 'none yet'}"
        )
    odoo.tools.config.parse_config([*config, "--log-level=warn"], setup_logging=True)
    rows = [row for name in names for row in run(name)]
    print(table(rows))
    sys.exit(any(row.verdict == "ABOVE" for row in rows))


if __name__ == "__main__":
    main()
