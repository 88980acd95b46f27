"""What a benchmark measures with: queries and seconds of a piece of work, compared within one run.

A benchmark is a file beside this one with a function ``bench(lab)``. Seconds depend on the machine, so they
are only ever shown as a ratio to a baseline that was measured in the same run::

    def bench(lab):
        plain = lab.measure(lambda env: env.cr.execute("INSERT … SELECT …"))
        ours = lab.measure(lambda env: env["edu.class"].browse(ids).action_generate_sessions())
        lab.show("queries per session", ours.queries / 600, bar=1)
        lab.show("time against INSERT … SELECT", ours.seconds / plain.seconds, bar=12)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from odoo.api import Environment
from odoo.sql_db import Savepoint


class Work(NamedTuple):
    queries: int
    seconds: float


class Row(NamedTuple):
    bench: str
    workload: str
    value: float
    bar: float | None

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "ok" if self.value <= self.bar else "ABOVE"


@dataclass
class Lab:
    """One benchmark's view of its throw-away database."""

    env: Environment
    name: str
    rows: list[Row] = field(default_factory=list)

    def measure(self, work: Callable, repeat: int = 3, keep: bool = False) -> Work:
        """Let ``work(env)`` run with cold record caches, flushed at the end; the best of ``repeat`` runs.

        Every run is undone, so that the next one starts from the same rows. With ``keep`` there is one run
        and it stays.
        """
        runs = []
        for _run in range(1 if keep else repeat):
            self.env.flush_all()
            self.env.invalidate_all()
            savepoint = None if keep else Savepoint(self.env.cr)
            queries, start = self.env.cr.sql_log_count, time.perf_counter()
            work(self.env)
            self.env.flush_all()
            runs.append(Work(self.env.cr.sql_log_count - queries, time.perf_counter() - start))
            if savepoint:
                self.env.invalidate_all(flush=False)
                savepoint.close(rollback=True)
        return min(runs, key=lambda run: run.seconds)

    def show(self, workload: str, value: float, bar: float | None = None) -> None:
        """Add a line to the table: a number that may be at most ``bar``."""
        self.rows.append(Row(self.name, workload, value, bar))
