"""What grows with what: ten times as much takes ten times as long; a full store is no slower.

The work is done by the Scheduler in this process, as in `engine.py`; the commands are real.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.keys import EVENTS_PER_EXECUTION
from tests.benchmarks.engine import chain, collector_as_in_a_worker, counting
from tests.benchmarks.processes import timed
from tests.benchmarks.table import Result, in_turn
from tests.driven_store import Store, drive
from tests.processes import SFN, environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.store.records.state_machines import StateMachine

EVENTS = 1_000_000
TENTH = EVENTS // 10 // 12
"""The number of executions with a tenth of the events: five Pass states make 12 events."""
CHUNK = 500
SHOWN = 100

MAP = {
    "StartAt": "M",
    "States": {
        "M": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "A",
                "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}},
            },
            "End": True,
        }
    },
}


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Ten times against once, each in turn; then commands over the store that has become full."""
    with collector_as_in_a_worker():
        store = Store(folder / "single")
        for label, name, definition, large, small in (
            (
                "10x the events of an execution (to 64,000)",
                "Count",
                counting(16_000),
                {"n": 0},
                {"n": 14_400},
            ),
            ("10x the items of a Map (to 10,000)", "Map", MAP, list(range(10_000)), list(range(1_000))),
        ):
            machine = store.machine(name, definition)
            ten, one = in_turn(
                max(3, runs // 3),
                lambda machine=machine, large=large: _run(store, machine, [json.dumps(large)]),
                lambda machine=machine, small=small: (
                    sum(_run(store, machine, [json.dumps(small)]) for _ in range(10)) / 10
                ),
            )
            yield Result(label, ten, "s", "<= 12", one)

        full = Store(folder / "full")
        five = full.machine("Five", chain(5))
        ten, one = 0.0, []
        for tenth in range(10):
            ten += _run(full, five, ["{}"] * TENTH)
            empty = Store(folder / f"empty{tenth}")
            one.append(_run(empty, empty.machine("Five", chain(5)), ["{}"] * TENTH))
            empty.service.close()
        yield Result(f"10x the executions (to {EVENTS:,} events)", ten, "s", "<= 12", statistics.median(one))

    few_home = Store(folder / "few")
    _run(few_home, few_home.machine("Five", chain(5)), ["{}"] * (SHOWN + 1))
    yield from _commands(few_home, full, five, runs)


def _run(store: Store, machine: StateMachine, inputs: list[str]) -> float:
    """Seconds to start executions, a chunk a transaction, and drive them to their end."""
    scheduler = store.scheduler(max_events=EVENTS_PER_EXECUTION - 1)
    began = time.perf_counter()
    for first in range(0, len(inputs), CHUNK):
        store.start(machine, inputs[first : first + CHUNK])
    drive(scheduler)
    return time.perf_counter() - began


def _commands(few: Store, full: Store, machine: StateMachine, runs: int) -> Iterator[Result]:
    """Commands over a store with many executions, against the same over one with few."""
    arns = [
        store.connection.execute("SELECT arn FROM execution ORDER BY id LIMIT 1").fetchone()[0]
        for store in (few, full)
    ]
    for label, command in (
        (
            "list-executions",
            ("list-executions", "--state-machine-arn", machine.arn, "--max-items", str(SHOWN)),
        ),
        (
            "list-executions of a rare status",
            ("list-executions", "--state-machine-arn", machine.arn, "--status-filter", "FAILED"),
        ),
        ("list-state-machines", ("list-state-machines",)),
        ("describe-execution", ("describe-execution", "--execution-arn", "ARN")),
        (
            "get-execution-history, first page",
            ("get-execution-history", "--execution-arn", "ARN", "--max-items", str(SHOWN)),
        ),
        ("start-execution", ("start-execution", "--state-machine-arn", machine.arn)),
    ):

        def run(store: Store, arn: str, command: tuple[str, ...] = command) -> float:
            words = [arn if word == "ARN" else word for word in command]
            return timed([SFN, *words], environment_of(store.home, {"SFN_WORKER_IDLE_SECONDS": "600"}))

        took, baseline = in_turn(runs, lambda: run(full, arns[1]), lambda: run(few, arns[0]))
        yield Result(f"{label}, at {EVENTS:,} events", took, "ms", "<= 1.3", baseline)
    for store in (few, full):
        store.service.close()
