"""How long the lists for people take: `sfn ls` and `sfn ps` against `sfn list-state-machines`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.benchmarks.processes import create, timed
from tests.benchmarks.table import Result, in_turn
from tests.big_stores import copy_execution
from tests.processes import SFN, ended, environment_of, kill_workers, sfn, start_execution, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 10_000


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Yields times over a store with many executions that have ended, and as many that wait."""
    home = folder / "home"
    done = create(home, "Done", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    wait = create(
        home, "Wait", {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86_400, "End": True}}}
    )
    first = start_execution(home, done)
    ended(home, first)
    waiting = start_execution(home, wait)
    history = ("get-execution-history", "--execution-arn", waiting)
    until(lambda: "WaitState" in sfn(home, *history).stdout, "the Wait state")
    kill_workers(home)
    copy_execution(home, first, MANY, apart_ms=1000)
    copy_execution(home, waiting, MANY, apart_ms=1000)
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        # Suspended, so that no worker drives them meanwhile.
        connection.execute("UPDATE execution SET owner = -1 WHERE status = 'RUNNING'")
    environment = environment_of(home)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users' commands have compiled modules

    def command(*words: str) -> float:
        return timed([SFN, *words], environment)

    machines, of_one, running, baseline = in_turn(
        max(runs, 20),
        lambda: command("ls"),
        lambda: command("ls", "Done", "--output", "json"),  # without a note that there are more
        lambda: command("ps", "--output", "json"),
        lambda: command("list-state-machines"),
    )
    yield Result(f"ls, {2 * MANY:,} executions", machines, "ms", "<= 1.6", baseline)
    yield Result(f"ls MACHINE, {MANY:,} executions", of_one, "ms", "<= 1.8", baseline)
    yield Result(f"ps, {MANY:,} running", running, "ms", "<= 2.5", baseline)
