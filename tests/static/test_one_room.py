"""One room for every line of code: a model is one class in one file, and a verb stands once (docs/rules.md)."""

import ast
import re
from collections import defaultdict
from typing import NamedTuple

from databases import ADDONS, ROOT, manifests

#: lines that a file may have; the enrolment holds fields, states, verbs and hooks of the heart of the house
LONGEST, LONGEST_ENROLLMENT = 600, 1200
#: of an enrolment: what stands once in all addons; those above fill the hooks
VERBS = {
    "create",
    "write",
    "action_confirm",
    "action_cancel",
    "action_complete",
    "action_suspend",
    "action_resume",
    "action_approve_discount",
    "action_join_waitlist",
    "action_join_late",
    "action_renew",
    "action_expire_hours",
    "_transfer",
    "_sign_contract",
    "_compute_price",
}
#: a key of ours that is read from the context, or put there
OWN_CONTEXT_KEY = re.compile(r"""context(\.get\(|\[)\s*["']edu_\w+|with_context\([^)]*?\bedu_\w+=""")
#: what the foot of another model's file never does
NOT_AT_A_FOOT = {"create", "write", "unlink", "copy", "copy_data"}


class ModelClass(NamedTuple):
    addon: str
    path: str
    #: position among the classes of its file
    index: int
    model: str
    #: whether the class makes the model, or else extends it
    is_owner: bool
    methods: frozenset
    line: int


def strings(node):
    if isinstance(node, ast.Constant):
        return [node.value]
    return [item.value for item in node.elts if isinstance(item, ast.Constant)]


def model_classes():
    """Every class of our addons that makes or extends a model."""
    for addon in manifests():
        for path in sorted((ADDONS / addon).rglob("*.py")):
            if {"tests", "migrations"} & set(path.relative_to(ADDONS).parts):
                continue
            index = 0
            for node in ast.parse(path.read_text()).body:
                if not isinstance(node, ast.ClassDef):
                    continue
                attributes = {
                    target.id: statement.value
                    for statement in node.body
                    if isinstance(statement, ast.Assign)
                    for target in statement.targets
                    if isinstance(target, ast.Name)
                }
                inherited = strings(attributes["_inherit"]) if "_inherit" in attributes else []
                name = strings(attributes["_name"])[0] if "_name" in attributes else (inherited or [None])[0]
                if name:
                    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                    yield ModelClass(
                        addon,
                        str(path.relative_to(ROOT)),
                        index,
                        name,
                        "_name" in attributes and name not in inherited,
                        frozenset(methods),
                        node.lineno,
                    )
                index += 1


CLASSES = list(model_classes())


def by_addon_and_model():
    groups = defaultdict(list)
    for found in CLASSES:
        groups[found.addon, found.model].append(found)
    return groups


def test_there_is_something_to_check():
    owners = {found.model for found in CLASSES if found.is_owner}
    assert {"edu.class", "edu.enrollment", "edu.session", "edu.lifecycle.stage"} <= owners


def test_a_model_is_made_once():
    made = defaultdict(list)
    for found in CLASSES:
        if found.is_owner:
            made[found.model].append(f"{found.path}:{found.line}")
    twice = {model: places for model, places in made.items() if len(places) > 1}
    assert not twice, twice


def test_an_addon_extends_a_model_in_one_class():
    """A model of its own it extends at the foot of another one's file only, and never what creates and writes."""
    wrong = []
    for (addon, model), found in by_addon_and_model().items():
        owner = [one for one in found if one.is_owner]
        rest = [one for one in found if not one.is_owner]
        if not owner and len(rest) > 1:
            wrong += [f"{one.path}:{one.line} extends {model} once more in {addon}" for one in rest[1:]]
        for one in rest if owner else ():
            if not one.index:
                wrong.append(f"{one.path}:{one.line} is a file of its own for a slice of {model}")
            if one.methods & NOT_AT_A_FOOT:
                wrong.append(f"{one.path}:{one.line} {sorted(one.methods & NOT_AT_A_FOOT)} of {model}")
    assert not wrong, "\n".join(wrong)


def test_no_method_is_defined_twice_for_a_model_inside_an_addon():
    wrong = []
    for (_addon, model), found in by_addon_and_model().items():
        seen = {}
        for one in found:
            for method in one.methods:
                if method in seen:
                    wrong.append(f"{one.path}:{one.line} {model}.{method}, as in {seen[method]}")
                seen[method] = one.path
    assert not wrong, "\n".join(wrong)


def test_the_verbs_of_an_enrolment_stand_once():
    found = [one for one in CLASSES if one.model == "edu.enrollment"]
    assert next(one.methods for one in found if one.is_owner) >= VERBS
    wrong = [
        f"{one.path}:{one.line} {sorted(one.methods & VERBS)}"
        for one in found
        if not one.is_owner and one.methods & VERBS
    ]
    assert not wrong, "\n".join(wrong)


def test_files_are_short():
    wrong = []
    for addon in manifests():
        for path in (ADDONS / addon).rglob("*.py"):
            if {"tests", "demo"} & set(path.relative_to(ADDONS).parts):
                continue
            count = len(path.read_text().splitlines())
            most = LONGEST_ENROLLMENT if path.name == "edu_enrollment.py" else LONGEST
            if count > most:
                wrong.append(f"{path.relative_to(ROOT)}: {count} lines, at most {most}")
    assert not wrong, "\n".join(wrong)


def test_no_rule_hangs_on_a_context_key():
    """A caller over the API can send any: what only our code may say is an argument of a private method."""
    read, wrong = 0, []
    for addon in manifests():
        for path in (ADDONS / addon).rglob("*.py"):
            if not {"tests", "demo"} & set(path.relative_to(ADDONS).parts):
                read += 1
                text = path.read_text()
                wrong += [
                    f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1} {found[0]}"
                    for found in OWN_CONTEXT_KEY.finditer(text)
                ]
    assert read > 50, "this check looks in the wrong place"
    assert not wrong, "\n".join(wrong)
