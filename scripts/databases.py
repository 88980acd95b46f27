"""Databases of this checkout: templates built once and cloned, all of them recognised and thrown away again.

    deps template    every module that is not ours but that ours depend on; rebuilt when that list or a
                     library changes
    tests template   a clone of the former plus our addons, without demo data; rebuilt when an addon changes
    web template     a clone of the former with its pages' scripts and styles compiled, for browser tests
    cast template    a clone of either with the casts of the addons' tests; rebuilt when a cast changes
    clones           what tests and benches run in

Why not ``odoo db duplicate``: it loads the registry of every clone and copies its files, where a link is enough. Why
not the cache of ``click-odoo-initdb``: it builds no template on another, so that each change of ours would install
a hundred modules again, and keeps all files in the database. Neither knows whose database it is, nor may drop it.

Each database carries a comment that names this checkout and its purpose, so that nothing of another
checkout on the same server is ever touched. Needs the environment that ``lib.sh`` sets up.
"""

import argparse
import ast
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
RUN = Path(os.environ.get("EDU_RUN_DIR", ROOT / ".run"))
ADDONS = ROOT / "addons"
FILESTORE = RUN / "data" / "filestore"
#: installed beside what the manifests name: the chart of accounts of the demonstration centre
LOCALIZATION = "l10n_vn"
#: parts of an addon that leave no trace in a database without demo data
NOT_INSTALLED = {"tests", "i18n", "static", "demo", "migrations", "__pycache__"}


# --- our addons -------------------------------------------------------------------------------------------
def manifests() -> dict[str, dict]:
    """Our addons in an order in which each comes after those it depends on."""
    found = {
        path.parent.name: ast.literal_eval(path.read_text()) for path in ADDONS.glob("*/__manifest__.py")
    }
    ordered: dict[str, dict] = {}

    def add(name):
        if name in found and name not in ordered:
            for dependency in sorted(found[name].get("depends", [])):
                add(dependency)
            ordered[name] = found[name]

    for name in sorted(found):
        add(name)
    return ordered


def third_party() -> list[str]:
    """Modules that are not ours and that ours name in ``depends``."""
    ours = manifests()
    return sorted({name for manifest in ours.values() for name in manifest.get("depends", [])} - set(ours))


def _digest(*parts) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:10]


def deps_hash() -> str:
    files = [*sorted(ROOT.glob("requirements*.txt")), RUN / "odoo.path"]
    return _digest(*(path.read_text() for path in files), *third_party())


def _checksums(pattern: str, ignored: set[str]) -> list:
    """Names and checksums of the files of our addons that match, but for those in an ignored folder."""
    return [
        f"{path.relative_to(ADDONS)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(ADDONS.glob(pattern))
        if path.is_file() and path.suffix != ".pyc" and not ignored & set(path.relative_to(ADDONS).parts)
    ]


def addons_hash() -> str:
    """Checksum of all that installing our addons puts into a database."""
    return _digest(deps_hash(), *_checksums("*/**/*", NOT_INSTALLED))


def web_hash() -> str:
    """The same, with what the pages load."""
    return _digest(addons_hash(), *_checksums("*/static/**/*", {"description"}))


def cast_hash(web: bool) -> str:
    """The same, with what makes the casts of the tests."""
    makers = [path for name in ("cast", "common") for path in sorted(ADDONS.glob(f"*/tests/{name}.py"))]
    makers.append(ROOT / "scripts" / "load_cast.py")
    return _digest(web_hash() if web else addons_hash(), *(path.read_text() for path in makers))


# --- the server -------------------------------------------------------------------------------------------
@contextlib.contextmanager
def server():
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def comment(purpose: str) -> str:
    return f"edu checkout {RUN}: {purpose}"


def ours(cursor) -> dict[str, str]:
    """Databases of this checkout: name → purpose."""
    cursor.execute("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database")
    mark = comment("")
    return {
        name: text.removeprefix(mark) for name, text in cursor.fetchall() if text and text.startswith(mark)
    }


def exists(cursor, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return bool(cursor.rowcount)


def clone(source: str, name: str, purpose: str) -> str:
    """Copy database ``source`` and its files to ``name``, replacing an older one of that name."""
    with server() as cursor:
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        _remark(cursor, name, purpose)
    if (FILESTORE / source).is_dir():
        # Files are named after their content and never change: a link is as good as a copy.
        shutil.copytree(FILESTORE / source, FILESTORE / name, copy_function=os.link)
    return name


def drop(name: str) -> None:
    with server() as cursor:
        _drop(cursor, name)


def _drop(cursor, name):
    if exists(cursor, name):
        cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def _remark(cursor, name, purpose):
    cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [comment(purpose)])


def rename(name: str, new: str, purpose: str) -> None:
    """Give a finished database its real name: a half-built one never carries it."""
    with server() as cursor:
        _drop(cursor, new)
        cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{new}"')
        _remark(cursor, new, purpose)
    if (FILESTORE / name).is_dir():
        (FILESTORE / name).rename(FILESTORE / new)


# --- building ---------------------------------------------------------------------------------------------
def say(text: str) -> None:
    print(f"\033[1m==\033[0m {text}", file=sys.stderr, flush=True)


def run(program: str, database: str, *options: str) -> None:
    """Run one of the project's programs with its configuration on a database; stop when it fails."""
    command = [
        sys.executable,
        str(ROOT / "scripts" / program),
        "-c",
        str(RUN / "odoo.conf"),
        "-d",
        database,
        *options,
    ]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        sys.exit(f"\nSTOPPED: scripts/{program} failed on database {database} (see above)")


def odoo(database: str, *options: str) -> None:
    """Let Odoo do on a database what the options say, then end; stop when it fails."""
    command = [
        sys.executable,
        "-m",
        "odoo",
        "server",
        "-c",
        str(RUN / "odoo.conf"),
        "-d",
        database,
        *options,
        "--stop-after-init",
        "--no-http",
        "--max-cron-threads=0",
        "--log-level=warn",
    ]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        sys.exit(
            f"\nSTOPPED: Odoo could not finish (see above). When mended, try it with:  "
            f"./scripts/odoo -d {database} {' '.join(options)} --stop-after-init"
        )


@contextlib.contextmanager
def locked():
    """One process at a time builds, clones or clears away."""
    RUN.mkdir(exist_ok=True)
    with (RUN / "databases.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def deps_template() -> str:
    modules = [*third_party(), LOCALIZATION]
    return _template(
        f"edu_tpl_deps_{deps_hash()}",
        "template deps",
        lambda: "template0",
        f"{len(modules)} modules that ours build on",
        lambda name: odoo(name, "-i", ",".join(modules)),
    )


def tests_template() -> str:
    modules = list(manifests())
    return _template(
        f"edu_tpl_{addons_hash()}",
        "template tests",
        deps_template,
        ", ".join(modules),
        lambda name: odoo(name, "-i", ",".join(modules)),
    )


def web_template() -> str:
    return _template(
        f"edu_tpl_web_{web_hash()}",
        "template web",
        tests_template,
        "compiled pages",
        lambda name: run("compile_assets.py", name),
    )


def cast_template(web: bool = False) -> str:
    kind = "web_cast" if web else "cast"
    return _template(
        f"edu_tpl_{kind}_{cast_hash(web)}",
        f"template {kind}",
        web_template if web else tests_template,
        "the casts of the tests",
        lambda name: run("load_cast.py", name),
    )


def _template(name, purpose, base, contents, fill):
    """The template of that name; when missing, ``fill`` a clone of ``base()`` and drop the older ones."""
    with server() as cursor:
        if exists(cursor, name):
            return name
    source = base()
    start = time.monotonic()
    say(f"database template with {contents}")
    building = f"{name}_building"
    clone(source, building, "building")
    fill(building)
    rename(building, name, purpose)
    with server() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
        for other, its_purpose in ours(cursor).items():
            if its_purpose == purpose and other != name:
                _drop(cursor, other)
    print(f"   done in {time.monotonic() - start:.0f} s: {name}", file=sys.stderr, flush=True)
    return name


def throw_away(prefix: str, owner: int | None = None, template=tests_template, workers: int = 1) -> str:
    """The name of a clone of a template for the process ``owner`` (by default this one).

    Clones whose owner has ended are cleared away on this occasion.

    :param template: function that returns the template, built when missing
    :param workers: for several, each has its own clone: pytest-xdist's name of the worker is added, ``…_gw0``
    """
    owner = owner or os.getpid()
    name = f"{prefix}_{owner}"
    with locked():
        _clear_away()
        source = template()
        for suffix in [f"_gw{number}" for number in range(workers)] if workers > 1 else [""]:
            clone(source, name + suffix, f"clone {owner}")
    return name


def _clear_away(owner: int | None = None) -> None:
    """Drop half-built templates, and the clones of this process or of one that has ended."""
    with server() as cursor:
        for name, purpose in ours(cursor).items():
            word, _, pid = purpose.partition(" ")
            if word == "building" or (
                word == "clone" and (pid == str(owner) or not Path("/proc", pid).exists())
            ):
                _drop(cursor, name)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "clone", help="clone the cast template, built when missing; print the clone's name"
    )
    command.add_argument("prefix")
    command.add_argument("--web", action="store_true", help="with compiled pages, for browser tests")
    command.add_argument("--owner", type=int, help="process that will release it")
    command.add_argument("--workers", type=int, default=1, help="a clone for each: NAME_gw0, NAME_gw1 …")
    command = commands.add_parser("release", help="drop the clones of a process and of those that have ended")
    command.add_argument("owner", type=int)
    commands.add_parser("create", help="make a lasting clone of the tests template").add_argument("name")
    commands.add_parser("drop", help="drop one database").add_argument("name")
    commands.add_parser("clear", help="drop every database of this checkout")
    options = parser.parse_args()
    if options.command == "clone":
        template = partial(cast_template, options.web)
        print(throw_away(options.prefix, options.owner, template, options.workers))
        return
    with locked():
        if options.command == "create":
            clone(tests_template(), options.name, "kept")
        elif options.command == "release":
            _clear_away(options.owner)
        elif options.command == "drop":
            drop(options.name)
        else:
            with server() as cursor:
                for name in ours(cursor):
                    _drop(cursor, name)


if __name__ == "__main__":
    main()
