"""Every requirement number that is cited in the sources is explained in docs/rules.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import ROOT

RULES = ROOT / "docs" / "rules.md"

#: "E19"; the letter says the addon, see the headings of docs/rules.md
NUMBER = re.compile(r"(?<![\w-])([CEMSWXPL])(\d{1,2})(?![\w%]|\.\d)")
#: "C1-C10", "E21–23"
RANGE = re.compile(r"(?<![\w-])([CEMSWXPL])(\d{1,2})[-–]\1?(\d{1,2})(?!\w)")
#: "- **E19** …", "- **M12**, **M13** …"
EXPLAINED = re.compile(r"^- ((?:\*\*[CEMSWXPL]\d+\*\*(?:, )?)+)", re.MULTILINE)
#: "# why", on a line of its own or after two spaces
PYTHON_COMMENT = re.compile(r"^\s*#.*|  # .*", re.MULTILINE)
#: comments of XML, JavaScript and SCSS
COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)


def explained() -> list[str]:
    return [
        number
        for numbers in EXPLAINED.findall(RULES.read_text())
        for number in re.findall(r"[A-Z]\d+", numbers)
    ]


def numbers_in(text: str) -> set[str]:
    """Numbers that a text cites, those within a range too.

    >>> sorted(numbers_in("W3-W5, E19: (X1)"))
    ['E19', 'W3', 'W4', 'W5', 'X1']
    """
    found = {letter + number for letter, number in NUMBER.findall(text)}
    for letter, first, last in RANGE.findall(text):
        found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


def prose_of(path: Path) -> Iterator[str]:
    """Docstrings and comments of a source file, or all of a README; never the data."""
    text = path.read_text()
    if not numbers_in(text):
        return
    if path.suffix == ".rst":
        yield text
    elif path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                yield ast.get_docstring(node, clean=False) or ""
        yield from PYTHON_COMMENT.findall(text)
    else:
        yield from COMMENT.findall(text)


def cited() -> dict[str, list[str]]:
    """Number → the files that cite it."""
    places: dict[str, list[str]] = {}
    for folder in ("addons", "scripts", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".xml", ".js", ".scss", ".rst") and "i18n" not in path.relative_to(ROOT).parts:
                for number in set().union(*map(numbers_in, prose_of(path))):
                    places.setdefault(number, []).append(str(path.relative_to(ROOT)))
    return places


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("W3-W5, E19: (X1), as S7.", {"W3", "W4", "W5", "E19", "X1", "S7"}),
        ("E21-23", {"E21", "E22", "E23"}),
        ("docs CE2026-00001, UTF-8, B2B, T-P1, E1.5, S3_BUCKET", set()),
    ],
)
def test_numbers_in(text, numbers):
    assert numbers_in(text) == numbers


def test_every_cited_number_is_explained():
    places = cited()
    assert len(places) > 50, "hardly a number was found: this check would prove nothing"
    assert {"E19", "M20", "S7", "W5", "X1"} <= places.keys()
    missing = {number: files[:3] for number, files in places.items() if number not in explained()}
    assert not missing, f"say in docs/rules.md what these mean: {missing}"


def test_every_number_is_explained_once():
    numbers = explained()
    assert numbers, "docs/rules.md explains nothing"
    assert len(numbers) == len(set(numbers)), sorted(
        number for number in set(numbers) if numbers.count(number) > 1
    )
