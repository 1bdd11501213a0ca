"""Ten thousand executions that wait: their cost and their punctuality; 30 days of virtual time."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.benchmarks.processes import cpu_seconds, create, resident_mb
from tests.benchmarks.table import Result
from tests.driven_store import Store
from tests.processes import ended, sfn_json, start_execution, until, worker_pids
from tests.stored_views import stored_view, wall_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = 10_000
LEAD_SECONDS, SPREAD_SECONDS, IDLE_SECONDS = 20, 5, 5


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Each execution waits until a time of its own.

    The times are evenly distributed over some seconds.
    """
    store = Store(folder / "home")
    machine = store.machine(
        "Wait", {"StartAt": "W", "States": {"W": {"Type": "Wait", "TimestampPath": "$.at", "End": True}}}
    )
    first = time.time() + LEAD_SECONDS
    store.start(
        machine, [f'{{"at":"{_timestamp(first + n / COUNT * SPREAD_SECONDS)}"}}' for n in range(COUNT)]
    )
    sfn_json(store.home, "list-state-machines", environment={"SFN_WORKERS": "1"})  # which brings a worker

    def count(type: str) -> int:
        number: int = store.connection.execute(
            "SELECT count(*) FROM event WHERE type = ?", (type,)
        ).fetchone()[0]
        return number

    until(lambda: count("WaitStateEntered") == COUNT, "all to wait")
    (pid,) = worker_pids(store.home)
    yield Result(f"worker with {COUNT:,} waiting", resident_mb(pid), "MB", "<= 150")

    before = cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    assert time.time() < first, "the first ended while idleness was measured"
    yield Result("its CPU while it waits", (cpu_seconds(pid) - before) / IDLE_SECONDS * 100, "%", "<= 1")

    until(lambda: count("ExecutionSucceeded") == COUNT, "all to end")
    exits = "SELECT at, json_extract(payload, '$.at') FROM event WHERE type = 'WaitStateExited'"
    late = sorted(
        at - datetime.fromisoformat(due).timestamp() * 1000 for at, due in store.connection.execute(exits)
    )
    assert late[0] >= 0
    yield Result(f"lateness, {COUNT:,} in {SPREAD_SECONDS} s: median", statistics.median(late), "ms", "<= 50")
    yield Result(
        f"lateness, {COUNT:,} in {SPREAD_SECONDS} s: 99th of 100", late[COUNT * 99 // 100], "ms", "<= 50"
    )
    store.service.close()
    yield _virtual_month(folder / "virtual", runs)


def _virtual_month(home: Path, runs: int) -> Result:
    """Measures how long an execution takes that waits for thirty days of virtual time."""
    machine = create(
        home, "Month", {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2_592_000, "End": True}}}
    )
    took = []
    for _ in range(runs):
        execution = start_execution(home, machine, environment={"SFN_CLOCK": "virtual"})
        ended(home, execution)
        took.append(wall_ms(stored_view(home, execution)))
    return Result("30 days of virtual time", statistics.median(took), "ms", "<= 100")


def _timestamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
