"""Where tests commit for real: a throw-away database, and rivals who act at the same moment."""

import contextlib
import threading
from functools import partial

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

import databases

#: seconds after which rivals who wait for each other are taken for dead
PATIENCE = 120


@contextlib.contextmanager
def _no_tests():
    """With the test flag on, loading a registry would run the tests of all modules."""
    before, config["test_enable"] = config["test_enable"], False
    try:
        yield
    finally:
        config["test_enable"] = before


class Arena:
    """A database of its own. Nothing here is rolled back: give records names that no other test uses."""

    def __init__(self, name: str):
        self.name = name
        with _no_tests():
            self.registry = Registry(name)

    def install(self, module: str):
        """Install a module of Odoo's that ours do not depend on; a running server notices."""
        databases.odoo(self.name, "-i", module)
        with _no_tests():
            self.registry = self.registry.check_signaling()

    @contextlib.contextmanager
    def env(self, uid: int = SUPERUSER_ID, **context):
        """A transaction of its own, committed at the end, rolled back by an exception."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid, context)

    def together(self, *jobs, uid: int = SUPERUSER_ID, retry: bool = True) -> list:
        """Run ``job(env)`` for every job at the same moment, each in a thread and transaction of its own.

        Every transaction has taken its snapshot before the first job starts: nobody can see what another one
        writes, which is the worst case of a race and not a matter of luck.

        :param retry: whether a serialization failure is retried, as Odoo does for a request of a user
        :return: for every job, in order, what it returned or the exception that it raised
        """
        outcomes = [None] * len(jobs)
        start = threading.Barrier(len(jobs))

        def rival(index, job):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, uid, {})
                    cr.execute("SELECT 1")
                    start.wait(PATIENCE)
                    outcomes[index] = retrying(partial(job, env), env) if retry else job(env)
            except Exception as error:
                outcomes[index] = error

        threads = [threading.Thread(target=rival, args=pair, daemon=True) for pair in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), (
                "rivals wait for each other: a deadlock that PostgreSQL does not see"
            )
        return outcomes
