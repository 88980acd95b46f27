"""What must not stand in any tracked file."""

import re
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import polib

from databases import ROOT

#: a test that is skipped proves nothing, and one that sleeps proves it slowly
IDLE_TEST = re.compile(r"skipTest\(|unittest\.skip|pytest\.(mark\.)?(skip|xfail)|\btime\.sleep\(")

#: "(E19)", "(M14, M15)"
REQUIREMENT_CODE = re.compile(r"\([A-Z]\d+(, ?[A-Z]\d+)*\)")


def tracked(pattern: str = "*") -> list[str]:
    """Tracked files and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    assert found, f"no file matches {pattern}: this check looks in the wrong place"
    return found


def texts(pattern: str = "*"):
    for name in tracked(pattern):
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            yield name, data.decode()


def output(*command) -> str:
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def registry_hosts() -> set[str]:
    """Hosts that this machine takes packages from, as its own programs name them."""
    named = output("apt-get", "indextargets", "--format", "$(REPO_URI)").split()
    for key in ("index-url", "extra-index-url"):
        named += output(sys.executable, "-m", "pip", "config", "get", f"global.{key}").split()
    code = (
        "from pip._internal.models.index import PyPI as p; print(p.url, 'https://' + p.file_storage_domain)"
    )
    named += output(sys.executable, "-c", code).split()
    named += output("npm", "config", "get", "registry").split()
    hosts = {urlsplit(address).hostname for address in named}
    return {host for host in hosts if host and "." in host and host != "127.0.0.1"}


def test_no_registry_host():
    hosts = registry_hosts()
    assert hosts, "no package source is configured on this machine; this check would prove nothing"
    found = [f"{name}: {host}" for name, text in texts() for host in hosts if host in text]
    assert not found, "\n".join(found)


def test_no_path_of_this_checkout():
    found = [name for name, text in texts() if f"{ROOT}/" in text]
    assert not found, found


def test_no_large_file():
    large = [name for name in tracked() if (ROOT / name).stat().st_size > 1500 * 1024]
    assert not large, large


def test_commands_are_executable():
    commands = [
        ".ci/run",
        *(f"scripts/{name}" for name in ("bench", "odoo", "serve", "setup", "stop", "test")),
    ]
    broken = [
        name for name in commands if not (ROOT / name).is_file() or not (ROOT / name).stat().st_mode & 0o100
    ]
    assert not broken, broken


def test_no_idle_test():
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts("*.py")
        if "/tests/" in f"/{name}" and not name.startswith("tests/static/")
        for number, line in enumerate(text.splitlines(), 1)
        if IDLE_TEST.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_requirement_code_in_what_users_read():
    """Numbers like E19 are for developers; users and translators are told the rule itself (docs/rules.md)."""
    templates = tracked("addons/*/i18n/*.pot")
    assert templates, "there is no translation template to read"
    found = [
        f"{name}: {entry.msgid}"
        for name in templates
        for entry in polib.pofile(str(ROOT / name))
        if REQUIREMENT_CODE.search(entry.msgid)
    ]
    assert not found, "\n".join(found)
