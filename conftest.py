"""For all tests, of the addons as of the whole: a skipped test is a failure."""

import pytest
from hypothesis import settings

# Time limits of single examples say more about the machine than about the code.
settings.register_profile("edu", deadline=None)
settings.load_profile("edu")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(
            "Skipped tests count as failures: mend what they are waiting for.", red=True
        )
