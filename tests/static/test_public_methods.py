"""What other programs may call: the older of Odoo's two external APIs cannot carry "nothing" back."""

import ast
from pathlib import Path

import pytest

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def public_methods():
    """Methods of our models that can be called over the API: those without an underscore or a decorator against it."""
    for path in sorted(ADDONS.glob("*/[mw][oi][dz]*/*.py")):
        for model in (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)):
            for method in (node for node in model.body if isinstance(node, ast.FunctionDef)):
                private = any(
                    isinstance(item, ast.Attribute) and item.attr == "private"
                    for item in method.decorator_list
                )
                if method.name.startswith("action_") and not private:
                    yield pytest.param(method, id=f"{path.relative_to(ADDONS)}::{method.name}")


def returns(node):
    """Whether a block always ends by returning a value or raising."""
    last = node[-1]
    if isinstance(last, ast.Return):
        return last.value is not None
    if isinstance(last, ast.If):
        return bool(last.orelse) and returns(last.body) and returns(last.orelse)
    if isinstance(last, ast.With):
        return returns(last.body)
    return isinstance(last, ast.Raise)


@pytest.mark.parametrize("method", public_methods())
def test_answers_something(method):
    assert returns(method.body), "ends without a value: return True, so that it can be called over XML-RPC"
    bare = [node.lineno for node in ast.walk(method) if isinstance(node, ast.Return) and node.value is None]
    assert not bare, f"returns nothing in line {bare}"
