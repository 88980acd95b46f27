"""A database as the version before left it: its addons, and its demonstration centre, taken from the history.

The commit stands in the file ``previous_version``. The database becomes a template, built anew when the commit,
the modules that ours build on, or this file change.
"""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import databases
from databases import ADDONS, ROOT, RUN

HERE = Path(__file__).resolve().parent
COMMIT = (HERE / "previous_version").read_text().strip()


def has_history() -> bool:
    """Whether this is a checkout at all: a zip file brings the files without their history."""
    return (ROOT / ".git").exists()


def _git(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


def sources() -> Path:
    """Folder with the version before, taken out of the history once."""
    folder = RUN / "previous" / COMMIT
    if folder.is_dir():
        return folder
    if _git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode:
        raise RuntimeError(
            f"The version before, commit {COMMIT}, is not in this checkout: its history is cut off."
            f" Fetch it:  git fetch --depth=1 origin {COMMIT}   (or all of it:  git fetch --unshallow)"
        )
    unfinished = folder.with_name(f"{COMMIT}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    archive = unfinished.with_suffix(".tar")
    archive.write_bytes(_git("archive", COMMIT, "addons", "scripts").stdout)
    with tarfile.open(archive) as tar:
        tar.extractall(unfinished)
    archive.unlink()
    unfinished.rename(folder)
    return folder


def template() -> str:
    """Name of the template; built when missing. The caller holds ``databases.locked()``."""
    digest = databases._digest(databases.deps_hash(), COMMIT, Path(__file__).read_text())
    return databases._template(
        f"edu_tpl_previous_{digest}",
        "template previous",
        databases.deps_template,
        f"the version before ({COMMIT[:9]}) and its demonstration centre",
        _fill,
    )


def _fill(name: str) -> None:
    """Install the addons of that version with its own sources, and load its centre."""
    folder = sources()
    config = folder.with_suffix(".conf")
    config.write_text((RUN / "odoo.conf").read_text().replace(str(ADDONS), str(folder / "addons")))
    addons = ",".join(sorted(path.parent.name for path in folder.glob("addons/*/__manifest__.py")))
    options = ["-c", str(config), "-d", name, "--log-level=warn"]
    stop = ["--stop-after-init", "--no-http", "--max-cron-threads=0"]
    environment = {
        **os.environ,
        "ODOO_RC": str(config),
        "PYTHONPATH": os.pathsep.join([str(folder / "scripts"), os.environ.get("PYTHONPATH", "")]),
    }
    for command in (
        [sys.executable, "-m", "odoo", "server", *options, "-i", addons, *stop],
        [sys.executable, __file__, *options],
    ):
        subprocess.run(command, cwd=folder, env=environment, stdout=sys.stderr, check=True)


# --- run with the sources of the version before -----------------------------------------------------------
def load():
    import odoo.tools
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    import load_demo

    odoo.tools.config.parse_config(sys.argv[1:], setup_logging=True)
    (name,) = odoo.tools.config["db_name"]
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        # In English only: languages would double the time, and are tested elsewhere.
        load_demo.load(env)
        complete(env["edu.demo"]._demo_env().env)


def complete(env):
    """What the demonstration centre has none of: an approved refund, an offered seat, a certificate to issue."""
    refund = env["edu.refund"].search([("state", "=", "draft")], limit=1)
    refund.copy({"amount": 100_000}).action_approve()
    entry = env["edu.waitlist"].search([("state", "=", "waiting")], limit=1)
    entry.class_id.capacity += 1
    entry._offer()
    bare = [("state", "=", "completed"), ("certificate_ids", "=", False), ("class_id", "!=", False)]
    env["edu.certificate"].create({"enrollment_id": env["edu.enrollment"].search(bare, limit=1).id})


if __name__ == "__main__":
    load()
