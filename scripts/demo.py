"""Create the demonstration database, or bring it up to date with the addons.

    python scripts/demo.py [--fresh]

An unfinished database never carries the real name, so one that does is complete. Each addon's checksum is
kept in the database: an addon that has changed since is upgraded, a new one installed (``click-odoo-update`` would
do the former, not the latter).
"""

import argparse
import hashlib
import json
import sys
import time

import psycopg2

from databases import (
    ADDONS,
    LOCALIZATION,
    clone,
    deps_template,
    exists,
    locked,
    manifests,
    odoo,
    rename,
    run,
    say,
    server,
)

NAME = "edu_demo"
KEY = "edu.addons_checksums"
IGNORED = {"tests", "demo", "__pycache__"}


def checksums() -> dict[str, str]:
    """For each of our addons a checksum of all that an upgrade would load."""
    result = {}
    for addon in manifests():
        digest = hashlib.sha256()
        for path in sorted((ADDONS / addon).rglob("*")):
            inside = path.relative_to(ADDONS / addon)
            if path.is_file() and not IGNORED & set(inside.parts):
                digest.update(str(inside).encode() + b"\0" + path.read_bytes())
        result[addon] = digest.hexdigest()[:16]
    return result


def stored(name: str) -> dict[str, str]:
    connection = psycopg2.connect(dbname=name)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [KEY])
        row = cursor.fetchone()
    connection.close()
    return json.loads(row[0]) if row else {}


def store(name: str, sums: dict[str, str]) -> None:
    connection = psycopg2.connect(dbname=name)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            [KEY, json.dumps(sums)],
        )
    connection.close()


def create(sums: dict[str, str]) -> None:
    building = f"{NAME}_building"
    start = time.monotonic()
    clone(deps_template(), building, "building")
    say(f"demonstration database: installing {', '.join(sums)}")
    odoo(building, "-i", ",".join([*sums, LOCALIZATION]))
    say("demonstration database: loading the centre")
    run("load_demo.py", building)
    run("compile_assets.py", building)
    store(building, sums)
    rename(building, NAME, "demo")
    print(f"   done in {time.monotonic() - start:.0f} s: database {NAME}", file=sys.stderr, flush=True)


def upgrade(sums: dict[str, str]) -> None:
    before = stored(NAME)
    options = []
    if new := [name for name in sums if name not in before]:
        options += ["-i", ",".join(new)]
    if changed := [name for name in sums if name in before and before[name] != sums[name]]:
        options += ["-u", ",".join(changed)]
    if not options:
        return
    start = time.monotonic()
    say(f"demonstration database: upgrading {', '.join(new + changed)}")
    odoo(NAME, *options)
    store(NAME, sums)
    print(f"   done in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fresh", action="store_true", help="throw the database away and create it anew")
    options = parser.parse_args()
    with locked():
        with server() as cursor:
            there = exists(cursor, NAME)
        (upgrade if there and not options.fresh else create)(checksums())


if __name__ == "__main__":
    main()
