"""Odoo's own tests on a database with all our addons: prints what differs from their outcome without us.

    ./scripts/test --core [SUITE …]              run them with us, compare; no difference is the bar
    ./scripts/test --core --baseline [SUITE …]   run them without us and keep the outcomes in tests/core/

A suite is the ``tests`` folder of one module. Without a name: every module that a manifest of ours names in
``depends``, what these name in theirs, and every module that defines a model which ours extend (``_inherit``).

What runs: all that Odoo itself would run by default (tag ``standard``), after installation. What would open a
browser runs until there (outcome ``browser``) and no further: Odoo's tours take hours and some of them wait for
the clock, so their outcome says more about the machine than about us. Pages that are asked for over HTTP run.

This file is also the plugin that takes the outcomes down inside pytest.
"""

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import databases
from databases import ADDONS, ROOT, RUN, say, third_party

BASELINES = ROOT / "tests" / "core"
#: environment variable: file into which the plugin writes the outcomes of one suite
OUTCOMES = "EDU_CORE_OUTCOMES"
#: outcome of nearly every test; a line that names nothing else means it
USUAL = "passed"


# --- which suites -----------------------------------------------------------------------------------------
def module_folders() -> dict[str, Path]:
    """Where each module that is not ours lies."""
    import odoo.tools

    odoo.tools.config.parse_config(["-c", str(RUN / "odoo.conf")])
    import odoo.addons
    from odoo.modules.module import initialize_sys_path

    initialize_sys_path()
    return {
        path.parent.name: path.parent
        for folder in reversed(odoo.addons.__path__)
        if Path(folder).resolve() != ADDONS.resolve()
        for path in Path(folder).glob("*/__manifest__.py")
    }


def extended_models() -> set[str]:
    """Models that our addons name in ``_inherit`` or ``_inherits``."""
    models = set()
    for path in ADDONS.glob("*/*/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef):
                continue
            for statement in node.body:
                if isinstance(statement, ast.Assign) and statement.targets[0].id in ("_inherit", "_inherits"):
                    value = ast.literal_eval(statement.value)
                    models.update([value] if isinstance(value, str) else value)
    return models


def depends(folders: dict[str, Path], names: set[str]) -> set[str]:
    """What the manifests of the modules of these names name in ``depends``."""
    texts = [(folders[name] / "__manifest__.py").read_text() for name in names - {"base"}]
    return {name for text in texts for name in ast.literal_eval(text).get("depends", ["base"])}


def default_suites(folders: dict[str, Path]) -> list[str]:
    """Modules with tests that our addons build on, see above."""
    direct = set(third_party())
    wanted = direct | depends(folders, direct)
    below = {*wanted, "base"}
    while more := depends(folders, below) - below:
        below |= more
    models = extended_models()
    for name in below - wanted:
        texts = (path.read_text() for path in folders[name].rglob("*.py") if "tests" not in path.parts)
        if any(models & set(re.findall(r"""^    _name = ['"]([\w.]+)['"]""", text, re.M)) for text in texts):
            wanted.add(name)
    return sorted(name for name in wanted if list(folders[name].glob("tests/test_*.py")))


# --- the plugin: inside pytest ----------------------------------------------------------------------------
def _leave_at_the_browser(*args, **kwargs):
    """Stands for ``HttpCase.browser_js``, through which every tour goes."""
    pytest.skip("browser")


class Recorder:
    def __init__(self, target: Path):
        self.target = target
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if "standard" in getattr(item.cls, "test_tags", {"standard"})]

    def pytest_runtest_setup(self, item):
        from odoo.tests.common import HttpCase

        HttpCase.browser_js = _leave_at_the_browser

    def pytest_runtest_logreport(self, report):
        name = self._name(report.nodeid)
        if report.skipped:
            text = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.outcomes[name] = "browser" if "browser" in text else "skipped"
        elif report.failed:
            self.outcomes[name] = "failed"
        elif report.when == "call":
            self.outcomes.setdefault(name, USUAL)

    def pytest_collectreport(self, report):
        if report.failed:
            self.outcomes[self._name(report.nodeid)] = "failed"

    def pytest_sessionfinish(self):
        self.target.write_text(json.dumps(self.outcomes))

    @staticmethod
    def _name(nodeid: str) -> str:
        """Without the folders, so that it is the same on every machine: ``test_lead.py::TestLead::test_it``."""
        return nodeid.rpartition("/tests/")[2]


def pytest_configure(config):
    if target := os.environ.get(OUTCOMES):
        config.pluginmanager.register(Recorder(Path(target)))


# --- running ----------------------------------------------------------------------------------------------
def run_suite(suite: str, folder: Path, source: str) -> dict[str, str]:
    """Run a module's tests, each in the database ``source`` as it was; what they say goes into files.

    What fails runs a second time without the rest: pages have seconds to answer, and a busy machine needs longer.

    :return: outcome of each test
    """
    outcomes = _run(suite, [folder / "tests"], source)
    if failed := [folder / "tests" / name for name, outcome in outcomes.items() if outcome == "failed"]:
        outcomes |= _run(f"{suite}.again", failed, source)
    return outcomes


def _run(label: str, what: list[Path], source: str) -> dict[str, str]:
    name = f"edu_core_{os.getpid()}"
    logs = RUN / "core"
    logs.mkdir(parents=True, exist_ok=True)
    target = logs / f"{label}.json"
    target.unlink(missing_ok=True)
    with databases.locked():
        databases.clone(source, name, f"clone {os.getpid()}")
    environment = {
        **os.environ,
        OUTCOMES: str(target),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    # Odoo's tests lie below this checkout: our own settings and hooks are not theirs.
    command = [sys.executable, "-m", "pytest", "-p", "core_tests", "-p", "no:cacheprovider", "--noconftest"]
    command += [
        "-p",
        "no:xdist",
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
        "--tb=short",
        "-q",
        "-W",
        "ignore",
    ]
    command += [f"--odoo-database={name}", "--odoo-http", *map(str, what)]
    with (logs / f"{label}.log").open("w") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env=environment, check=False)
    databases.drop(name)
    if not target.exists():
        sys.exit(f"\nSTOPPED: the tests of {label} ended with {code.returncode}; see {logs / f'{label}.log'}")
    return json.loads(target.read_text())


# --- the file ---------------------------------------------------------------------------------------------
def baseline_file() -> Path:
    from odoo.release import version_info

    return BASELINES / f"odoo_{version_info[0]}_{version_info[1]}.txt"


def read_baseline() -> dict[str, dict[str, str]]:
    """Outcomes by suite. In the file: a suite, below it its classes, below each its tests."""
    suites: dict[str, dict[str, str]] = {}
    path = baseline_file()
    for line in path.read_text().splitlines() if path.exists() else []:
        words = line.split()
        depth = len(line) - len(line.lstrip())
        if not words or words[0] == "#":
            continue
        if depth == 0:
            suite = suites.setdefault(words[0], {})
        elif depth == 2:
            place = words[0]
            if len(words) > 1:
                suite[place] = words[1]
        else:
            suite[f"{place}::{words[0]}"] = words[1] if len(words) > 1 else USUAL
    return suites


def write_baseline(suites: dict[str, dict[str, str]]) -> None:
    lines = [
        "# Outcomes of Odoo's own tests without our addons; made by: ./scripts/test --core --baseline",
        f"# A test without a word has {USUAL}; browser: runs until it would open one.",
    ]
    for suite, outcomes in sorted(suites.items()):
        lines.append(suite)
        last = None
        for name, outcome in sorted(outcomes.items()):
            place, _, test = name.rpartition("::")
            if not place:
                lines.append(f"  {name} {outcome}")
                continue
            if place != last:
                lines.append(f"  {place}")
                last = place
            lines.append(f"    {test}" if outcome == USUAL else f"    {test} {outcome}")
    BASELINES.mkdir(parents=True, exist_ok=True)
    baseline_file().write_text("\n".join(lines) + "\n")


def differences(suite: str, without: dict[str, str], with_us: dict[str, str]) -> list[str]:
    """One line for each test whose outcome is not the same with us."""
    return [
        f"{suite}/{name}: {without.get(name, 'not there')} without us, {with_us.get(name, 'not there')} with us"
        for name in sorted({*without, *with_us})
        if without.get(name) != with_us.get(name)
    ]


def summary(outcomes: dict[str, str]) -> str:
    counts = {word: list(outcomes.values()).count(word) for word in sorted(set(outcomes.values()))}
    return ", ".join(f"{number} {word}" for word, number in counts.items()) or "no tests"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="name of a module with tests")
    parser.add_argument("--baseline", action="store_true", help="run without us and keep the outcomes")
    options = parser.parse_args()
    folders = module_folders()
    suites = options.suites or default_suites(folders)
    if unknown := [name for name in suites if name not in folders or not (folders[name] / "tests").is_dir()]:
        sys.exit(f"STOPPED: no tests of a module named {', '.join(unknown)} were found")
    with databases.locked():
        source = databases.deps_template() if options.baseline else databases.tests_template()
    known, found = read_baseline(), []
    if missing := [name for name in suites if name not in known and not options.baseline]:
        sys.exit(f"STOPPED: run first:  ./scripts/test --core --baseline {' '.join(missing)}")
    print("   what would open a browser runs until there, and no further")
    for suite in suites:
        start = time.monotonic()
        say(f"{suite}: Odoo's own tests {'without us' if options.baseline else 'with us'}")
        outcomes = run_suite(suite, folders[suite], source)
        print(f"   done in {time.monotonic() - start:.0f} s: {summary(outcomes)}", flush=True)
        if options.baseline:
            known = {**read_baseline(), suite: outcomes}
            write_baseline(known)
            continue
        lines = differences(suite, known[suite], outcomes)
        print("".join(f"   {line}\n" for line in lines), end="", flush=True)
        found += lines
    if options.baseline:
        print(f"   kept in {baseline_file().relative_to(ROOT)}")
    elif found:
        sys.exit(f"\nSTOPPED: {len(found)} tests differ (see above; details in {RUN / 'core'})")
    else:
        print("   no difference")


if __name__ == "__main__":
    main()
