"""Views and security files: each view of ours stands once, and whatever decides on rights is found at once."""

import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest

from databases import ADDONS, manifests


def trees(addon: str):
    """Name and root of each XML file that the manifest of the addon names."""
    for name in manifests()[addon]["data"]:
        if name.endswith(".xml"):
            yield name, ET.parse(ADDONS / addon / name).getroot()


def inherited(element) -> str | None:
    """External id of the view that a ``record`` or ``template`` inherits from; None when it stands alone."""
    if element.tag == "template":
        return element.get("inherit_id")
    if element.tag == "record" and element.get("model") == "ir.ui.view":
        field = element.find("field[@name='inherit_id']")
        return None if field is None else field.get("ref")
    return None


def patches(addon: str) -> dict[str, list[str]]:
    """For each view that the addon extends: where it does so."""
    found = defaultdict(list)
    for name, root in trees(addon):
        for element in root.iter():
            if parent := inherited(element):
                full = parent if "." in parent else f"{addon}.{parent}"
                found[full].append(f"{addon}/{name}: {element.get('id')}")
    return found


def test_there_is_something_to_check():
    assert sum(len(patches(addon)) for addon in manifests()) > 20
    assert sum(1 for addon in manifests() for _file in (ADDONS / addon / "security").glob("*")) > 10


@pytest.mark.parametrize("addon", manifests())
def test_no_addon_patches_its_own_view(addon):
    own = [
        place
        for parent, places in patches(addon).items()
        if parent.startswith(f"{addon}.")
        for place in places
    ]
    assert not own, "write it into the view itself:\n" + "\n".join(own)


@pytest.mark.parametrize("addon", manifests())
def test_one_patch_per_view(addon):
    several = [place for places in patches(addon).values() if len(places) > 1 for place in places]
    assert not several, (
        "these extend a view that the same addon extends elsewhere; make them one:\n" + "\n".join(several)
    )


@pytest.mark.parametrize("addon", manifests())
def test_file_is_named_after_its_model(addon):
    """``views/edu_class_views.xml`` holds the views of ``edu.class`` and of nothing else."""
    wrong = [
        f"{addon}/{name}: {record.get('id')} is a view of {model}"
        for name, root in trees(addon)
        if name.startswith("views/") and name.endswith("_views.xml")
        for record in root.iter("record")
        if record.get("model") == "ir.ui.view"
        and (model := record.find("field[@name='model']").text)
        and f"views/{model.replace('.', '_')}_views.xml" != name
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("addon", manifests())
def test_security_stands_in_three_files(addon):
    files = {path.name for path in (ADDONS / addon / "security").iterdir()}
    allowed = {f"{addon}_groups.xml", "ir.model.access.csv", f"{addon}_rules.xml"}
    assert files, f"{addon} has no security files"
    assert files <= allowed, f"move what is in {sorted(files - allowed)} to one of {sorted(allowed)}"


@pytest.mark.parametrize("addon", manifests())
def test_rules_follow_an_upgrade(addon):
    """A record rule that an upgrade may not change, or only add groups to, would keep an old door open."""
    rules = []
    for name, root in trees(addon):
        for parent in root.iter():
            for record in parent:
                if record.tag == "record" and record.get("model") == "ir.rule":
                    rules.append(record.get("id"))
                    assert name == f"security/{addon}_rules.xml", f"{name}: rule {record.get('id')}"
                    frozen = parent.get("noupdate", root.get("noupdate", "0"))
                    assert frozen in ("0", "False"), f"{name}: {record.get('id')} is noupdate"
                    groups = record.find("field[@name='groups']")
                    assert groups is None or "Command.set(" in groups.get("eval", ""), (
                        f"{name}: {record.get('id')} adds groups; set them, so that one taken off here goes on upgrade"
                    )
    assert rules, f"{addon} has no record rules"
