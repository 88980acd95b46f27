"""For all tests, of the addons as of the whole: a skipped test is a failure; several workers share them out."""

import os
import threading

import pytest
from hypothesis import HealthCheck, settings

# Time limits of single examples say more about the machine than about the code.
settings.register_profile("edu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("edu")

#: tests that commit, start servers, or let crowds rush at them: one after the other, by one worker
ARENA = ("tests/races/", "tests/stories/", "tests/test_")
#: few tests that take long: they begin, or a worker would wait for another's last one
LONG = (
    "addons/edu_enrollment/tests/test_histories.py",
    "tests/database/test_uninstall.py",
    "addons/edu_portal/tests/test_demo.py",
    "addons/edu_portal/tests/test_story.py",
)


@pytest.fixture(scope="session", autouse=True)
def load_registry(request):
    """In place of pytest-odoo's: each worker tests in the clone that scripts/test made for it.

    The plugin would clone the database by itself, and then let all databases, also those of the arena and of
    its server, share one folder of files.
    """
    if request.config.pluginmanager.hasplugin("odoo"):
        from odoo.modules.registry import Registry
        from odoo.tests import common
        from odoo.tests.common import get_db_name
        from odoo.tools import config

        # On a busy machine a browser needs more than ten seconds to start; the test would be skipped.
        common.CHECK_BROWSER_ITERATIONS = 600
        threading.current_thread().testing = True
        if worker := os.environ.get("PYTEST_XDIST_WORKER"):
            config["db_name"] = [f"{get_db_name()}_{worker}"]
        Registry(get_db_name())


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(ARENA + LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests of a class stay together, for they share its ``setUpClass``, and so do those of the arena."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "arena" if nodeid.startswith(ARENA) else super()._split_scope(nodeid)

    return Scheduler(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(
            "Skipped tests count as failures: mend what they are waiting for.", red=True
        )
