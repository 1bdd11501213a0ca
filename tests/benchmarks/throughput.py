"""Throughput of commands and workers as a user has them, durable, in a store that is new each time."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.database import Database
from tests.benchmarks.engine import CHAIN, chain
from tests.benchmarks.processes import await_all_ended, create
from tests.benchmarks.table import Result
from tests.processes import sfn, sfn_json, stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = 10_000
ITEMS = 10_000


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Times a bulk start, from the command without a worker to the last execution's end.

    Single executions are timed by their events.
    """
    few = range(max(3, runs // 3))
    rates = [_bulk(folder / f"bulk{run}") for run in few]
    yield Result(
        f"start-executions, {LINES:,} of 5 Pass, until ended", statistics.median(rates), "/s", ">= 2000"
    )
    rates = [_chain(folder / f"chain{run}") for run in few]
    yield Result(f"chain of {CHAIN:,} Pass in a worker: events", statistics.median(rates), "/s", ">= 20000")
    times = [_map(folder / f"map{run}") for run in few]
    yield Result(f"inline Map of {ITEMS:,} items of two states", statistics.median(times), "s", "<= 3")


def _bulk(home: Path) -> float:
    """Executions a second."""
    machine = create(home, "Five", chain(5))
    inputs = home.with_suffix(".jsonl")
    inputs.write_text("".join(f'{{"n": {n}}}\n' for n in range(LINES)))
    began = time.time()
    done = sfn(home, "start-executions", "--state-machine-arn", machine, "--inputs", str(inputs))
    assert (done.returncode, done.stdout.count("\n")) == (0, LINES)
    await_all_ended(home)
    database = Database(home)
    ended_at = database.connection.execute("SELECT max(stopped_at) FROM execution").fetchone()[0] / 1000
    database.close()
    stop_workers(home)
    return LINES / (ended_at - began)


def _chain(home: Path) -> float:
    """Events a second."""
    events, seconds = _run(home, chain(CHAIN), {"hello": "world"})
    return events / seconds


def _map(home: Path) -> float:
    """Seconds."""
    two = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}}}
    events, seconds = _run(
        home,
        {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": two, "End": True}}},
        list(range(ITEMS)),
    )
    assert events > ITEMS * 6
    return seconds


def _run(home: Path, definition: object, input: object) -> tuple[int, float]:
    """Returns the number of events of one execution, and the seconds from its start to its end.

    The quota of events is raised.
    """
    machine = create(home, "M", definition)
    start = ("start-execution", "--state-machine-arn", machine, "--input", json.dumps(input))
    sfn_json(home, *start, environment={"SFN_MAX_EVENTS": "65000"})
    await_all_ended(home)
    database = Database(home)
    first, last, events = database.connection.execute(
        "SELECT min(at), max(at), count(*) FROM event WHERE key % 65536 > 1"
    ).fetchone()
    database.close()
    stop_workers(home)
    return events, max(1, last - first) / 1000
