"""Without its history a checkout cannot make a database of the version before: that is said, and left out."""

import os

import previous

# Continuous integration has to prove the upgrade: there a missing history is an error.
LEFT_OUT = not previous.has_history() and not os.environ.get("CI")
collect_ignore = ["test_upgrade.py"] if LEFT_OUT else []


def pytest_terminal_summary(terminalreporter):
    if LEFT_OUT:
        terminalreporter.write_line(
            "Left out: tests/upgrade, since this copy has no git history to take the version before from.",
            yellow=True,
        )
