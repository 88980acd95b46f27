"""The drawing of the five addons: who may build on whom, in manifests and in imports."""

import ast
import configparser
import re
from functools import cache
from pathlib import Path

import pytest

from databases import ADDONS, ROOT, RUN, manifests

#: the arrows of the drawing; there are no others
BUILDS_ON = {
    "edu_catalog": set(),
    "edu_enrollment": {"edu_catalog"},
    "edu_schedule": {"edu_enrollment"},
    "edu_crm": {"edu_schedule"},
    "edu_portal": {"edu_crm"},
}
#: folders of an addon whose code knows nothing of the ORM
PURE = ("tools", "solver")
#: what they may take from Odoo: arithmetic that needs no database either
PURE_OF_ODOO = ("odoo.tools.float_utils", "odoo.tools.date_utils", "odoo.tools.intervals")


@cache
def depends(addon: str) -> frozenset[str]:
    """What the manifest of any addon names, wherever the addon is installed."""
    config = configparser.RawConfigParser()
    config.read(RUN / "odoo.conf")
    for folder in config["options"]["addons_path"].split(","):
        manifest = Path(folder, addon, "__manifest__.py")
        if manifest.is_file():
            return frozenset(ast.literal_eval(manifest.read_text()).get("depends") or ["base"]) - {addon}
    raise AssertionError(
        f"addon {addon} is not in the addons path; add it to requirements.txt or correct the name"
    )


@cache
def reachable(addon: str) -> frozenset[str]:
    """The addon itself and all that it builds on, directly or not."""
    if addon == "base":
        return frozenset(["base"])
    return frozenset([addon]).union(*(reachable(below) for below in depends(addon)))


def imported_modules(path: Path):
    """Every module name that a file imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level + (node.module or ""), node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield node.module, node.lineno
            # `from odoo.addons import x` imports the addon x.
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_depends_follow_the_drawing():
    ours = manifests()
    assert set(ours) == set(BUILDS_ON), "the drawing knows other addons than there are"
    for addon, manifest in ours.items():
        arrows = set(manifest["depends"]) & set(BUILDS_ON)
        assert arrows == BUILDS_ON[addon], f"{addon} depends on {arrows}, the drawing says {BUILDS_ON[addon]}"


def test_imports_follow_the_drawing():
    wrong, right = [], 0
    for addon in manifests():
        for path in (ADDONS / addon).rglob("*.py"):
            for name, line in imported_modules(path):
                parts = name.split(".")
                if parts[:2] != ["odoo", "addons"] or len(parts) == 2:
                    continue
                if parts[2] in reachable(addon):
                    right += 1
                else:
                    wrong.append(
                        f"{path.relative_to(ROOT)}:{line} imports {name}, which {addon} does not depend on"
                    )
    assert not wrong, "\n".join(wrong)
    assert right, "no import of an addon was found: this check looks in the wrong place"


def test_no_file_names_an_addon_above():
    """Records, templates and models of an addon above are named by text, which no import shows."""
    wrong = []
    for addon in manifests():
        above = [name for name in BUILDS_ON if addon in reachable(name) - {name}]
        # The models of Odoo's own that an addon above brings are named like it.
        if "edu_crm" in above:
            above.append("crm")
        named_above = re.compile(rf"""(?<![\w.])({"|".join(above)})\.\w""") if above else None
        files = [
            path for path in (ADDONS / addon).rglob("*") if path.suffix in {".py", ".xml", ".csv", ".js"}
        ]
        assert files, f"{addon} has no files"
        for path in files if named_above else []:
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if found := named_above.search(line):
                    wrong.append(
                        f"{path.relative_to(ROOT)}:{number} names {found[1]}, which is above {addon}"
                    )
    assert not wrong, "\n".join(wrong)


def pure_files():
    return [path for folder in PURE for path in sorted(ADDONS.glob(f"*/{folder}/**/*.py"))]


def test_pure_code_is_there():
    there = {path.relative_to(ADDONS).parts[0] for path in pure_files() if path.name != "__init__.py"}
    assert {"edu_enrollment", "edu_schedule"} <= there, "this check looks in the wrong place"


@pytest.mark.parametrize("path", pure_files(), ids=lambda path: str(path.relative_to(ADDONS)))
def test_pure_code_knows_nothing_of_the_orm(path):
    """Neither Odoo nor, by a relative import, what lies outside of the folder."""
    depth = len(path.relative_to(ADDONS).parts) - 2
    wrong = [
        f"line {line} imports {name}"
        for name, line in imported_modules(path)
        if (name.split(".")[0] == "odoo" and not name.startswith(PURE_OF_ODOO))
        or len(name) - len(name.lstrip(".")) > depth
    ]
    assert not wrong, "\n".join(wrong)


def test_readme_explains_every_dependency():
    readme = (ROOT / "README.md").read_text()
    unexplained = {
        name
        for manifest in manifests().values()
        for name in manifest["depends"]
        if name not in BUILDS_ON and f"`{name}`" not in readme
    }
    assert not unexplained, f"the README's table of dependencies lacks {sorted(unexplained)}"
