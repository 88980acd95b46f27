"""The programs that read our code: each must find nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from databases import ROOT, manifests

ADDONS = [f"addons/{name}" for name in manifests()]
#: what the OCA asks of addons for its own repositories, and matters of taste
OCA_UNWANTED = [
    "prefer-readme-rst",
    "weblate-component-too-long",
    "xml-header-missing",
    "xml-header-wrong",
    "xml-field-numeric-without-eval",
    "xml-tag-position",
]
PYLINT_UNWANTED = ["missing-readme"]


def assert_silent(program, *arguments):
    path = Path(sys.executable).with_name(program)
    result = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{program} {' '.join(arguments)}\n{result.stdout}{result.stderr}"


def test_ruff():
    assert_silent("ruff", "check", "--quiet", "--output-format=concise", ".")


def test_pylint_odoo():
    assert_silent("pylint", f"--disable={','.join(PYLINT_UNWANTED)}", "--jobs=2", *ADDONS)


def test_oca_checks():
    assert_silent("oca-checks-odoo-module", f"--disable={','.join(OCA_UNWANTED)}", *ADDONS)


@pytest.mark.parametrize(
    "script", ["lib.sh", "fetch_odoo.sh", "setup", "serve", "test", "odoo", "bench", "stop"]
)
def test_shell_syntax(script):
    result = subprocess.run(
        ["bash", "-n", ROOT / "scripts" / script], capture_output=True, text=True, check=False
    )
    assert not result.returncode, result.stderr
