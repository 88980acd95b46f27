"""Manifests and the files that they name: none missing, none forgotten."""

import ast

import pytest

from databases import ADDONS, ROOT, manifests

#: folders of an addon whose XML and CSV files are loaded through the manifest
LOADED = ["security", "data", "views", "wizard", "report", "reports", "demo", "templates"]


@pytest.mark.parametrize("addon", manifests())
def test_named_files_exist_and_existing_files_are_named(addon):
    manifest = manifests()[addon]
    named = {*manifest.get("data", []), *manifest.get("demo", [])}
    there = {
        str(path.relative_to(ADDONS / addon))
        for folder in LOADED
        for path in (ADDONS / addon / folder).rglob("*")
        if path.suffix in {".xml", ".csv"}
    }
    missing = sorted(named - there)
    assert not missing, f"files that the manifest names and that do not exist: {missing}"
    # Files that demo data or Python read by themselves are no data files of the module loader.
    code = "".join(
        path.read_text() for path in (ADDONS / addon).rglob("*.py") if path.name != "__manifest__.py"
    )
    forgotten = sorted(name for name in there - named if name.rsplit("/", 1)[-1] not in code)
    assert not forgotten, f"files that the manifest does not name: {forgotten}"


def own_assets():
    """(addon, bundle, pattern) of every asset that an addon takes from its own files"""
    for addon, manifest in manifests().items():
        for bundle, entries in manifest.get("assets", {}).items():
            for entry in entries:
                pattern = (entry if isinstance(entry, str) else entry[-1]).lstrip("/")
                if pattern.split("/")[0] == addon:
                    yield addon, bundle, pattern


def test_assets_exist():
    missing = [asset for asset in own_assets() if not any(ADDONS.glob(asset[-1]))]
    assert not missing, "patterns that match no file"
    loaded = {path for _addon, _bundle, pattern in own_assets() for path in ADDONS.glob(pattern)}
    there = {
        path
        for folder in ("src", "tests")
        for suffix in ("js", "scss", "css", "xml")
        for path in ADDONS.glob(f"*/static/{folder}/**/*.{suffix}")
    }
    assert there, "no addon has a script or a style sheet: this check looks in the wrong place"
    assert there <= loaded, "files that no bundle loads"


@pytest.mark.parametrize("addon", manifests())
def test_tests_are_collected(addon):
    """Odoo's own runner sees only what tests/__init__.py imports, and stumbles over a class of unittest's own."""
    folder = ADDONS / addon / "tests"
    files = {path.stem for path in folder.glob("test_*.py")}
    assert files, f"{addon} has no tests"
    tree = ast.parse((folder / "__init__.py").read_text())
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert files <= imported, (
        f"not imported in {folder.relative_to(ROOT)}/__init__.py: {sorted(files - imported)}"
    )
    foreign = [path.name for path in sorted(folder.glob("*.py")) if "import TestCase" in path.read_text()]
    assert not foreign, f"odoo.tests.BaseCase is the class of tests without a database: {foreign}"
