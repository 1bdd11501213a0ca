"""The engine against a minimal hand-written engine (`floor.py`), in events per second.

The engine is the worker's Scheduler in this process, from its claim of already started executions
to its last commit: load, interpret, check the lease, write the history, end the execution.
"""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.benchmarks import floor
from tests.benchmarks.table import Result, in_turn
from tests.driven_store import Store, drive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sfn_cli.store.records.state_machines import StateMachine

TEXT = '{"hello":"world","n":1}'
CHAIN, TURNS = 1_000, 1_000
AT_ONCE = 1_000


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Chains and loops one execution at a time; executions of five states by the thousand."""
    store, plain = Store(folder / "engine"), Store(folder / "floor")
    with collector_as_in_a_worker():
        for number, (label, definition, states, inputs, wanted) in enumerate(
            (
                (f"chain of {CHAIN:,} Pass: events", chain(CHAIN), floor.chain(CHAIN), [TEXT], ">= 0.5"),
                (
                    f"{AT_ONCE:,} executions of 5 Pass: events",
                    chain(5),
                    floor.chain(5),
                    [TEXT] * AT_ONCE,
                    ">= 0.5",
                ),
                (
                    f"Choice loop of {TURNS:,} turns: events",
                    counting(TURNS),
                    floor.counting(TURNS),
                    ['{"n":0}'],
                    ">= 0.35",
                ),
            )
        ):
            engine = _engine(store, store.machine(f"M{number}", definition), inputs)
            by_hand = _by_hand(plain, plain.machine(f"M{number}", definition), states, inputs)
            measured, baseline = in_turn(runs, engine, by_hand)
            yield Result(label, measured, "/s", wanted, baseline)


@contextmanager
def collector_as_in_a_worker() -> Iterator[None]:
    """The garbage collector is set as a worker sets it."""
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def _engine(store: Store, machine: StateMachine, inputs: Sequence[str]) -> Callable[[], float]:
    def events_a_second() -> float:
        store.start(machine, inputs)
        began = time.perf_counter()
        return drive(store.scheduler()) / (time.perf_counter() - began)

    return events_a_second


def _by_hand(
    store: Store, machine: StateMachine, states: Mapping[str, floor.State], inputs: Sequence[str]
) -> Callable[[], float]:
    def events_a_second() -> float:
        store.start(machine, inputs)
        began = time.perf_counter()
        return floor.drive(store, states) / (time.perf_counter() - began)

    return events_a_second


def chain(length: int) -> object:
    """Returns a definition of that many Pass states."""
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(length - 1)}
    return {"StartAt": "S0", "States": {**states, f"S{length - 1}": {"Type": "Pass", "End": True}}}


def counting(turns: int) -> object:
    """A definition that counts from the input's n to `turns`."""
    again = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericLessThan": turns, "Next": "Add"}],
        "Default": "Done",
    }
    add = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Again"}
    return {"StartAt": "Again", "States": {"Again": again, "Add": add, "Done": {"Type": "Succeed"}}}
