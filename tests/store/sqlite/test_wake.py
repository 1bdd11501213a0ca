"""The store's methods that wake a worker after the commit: those that add work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.executions import NewExecution
from sfn_cli.store.records.state_machines import StateMachine
from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.store.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNT = "arn:aws:states:us-east-1:123456789012"
MACHINE = StateMachine(
    f"{ACCOUNT}:stateMachine:M",
    "M",
    "STANDARD",
    "ACTIVE",
    0,
    "[]",
    Revision(None, "{}", "r", "{}", "{}", "{}", 0),
)
ENDED = f"{ACCOUNT}:execution:M:ended"
RUNS = f"{ACCOUNT}:execution:M:runs"
GONE = f"{ACCOUNT}:execution:M:gone"


def start(name: str, **more: Any) -> tuple[NewExecution, Any]:
    new = NewExecution(f"{ACCOUNT}:execution:M:{name}", 1, MACHINE.arn, 1, name, None, "seed", **more)
    return new, execution_started_event(Payload({}), "r", 1)


STEPS: dict[str, tuple[Callable[[SqliteStore], object], int]] = {
    "a start, whose caller looks after a worker": (lambda store: store.executions.start(*start("new")), 0),
    "many starts": (lambda store: store.executions.start_many([start("a"), start("b")]), 1),
    "a start by a task": (
        lambda store: store.executions.start(*start("child", parent_arn=RUNS, task=1)), 1,
    ),
    "a start by a task whose execution has ended": (
        lambda store: store.executions.start(*start("child", parent_arn=ENDED, task=1)), 0,
    ),
    "a stop": (lambda store: store.executions.abort(RUNS, None, None, 5), 1),
    "a stop of what has ended": (lambda store: store.executions.abort(ENDED, None, None, 5), 1),
    "a stop of nothing": (lambda store: store.executions.abort(GONE, None, None, 5), 0),
    "a redrive": (lambda store: store.redrives.redrive(ENDED, None, 9, lambda _: 9), 1),
    "a redrive of nothing": (lambda store: store.redrives.redrive(GONE, None, 9, lambda _: 9), 0),
    "a poll for a task that finds none": (lambda store: store.tasks.take("an activity", None, 5), 0),
    "a change of a Map Run that there is not": (lambda store: store.map_runs.update("arn", {"place": 1}), 0),
    "an event for a function": (lambda store: store.function_events.add("id", "f", "{}", None, 5), 1),
    "a read": (lambda store: store.executions.find(RUNS), 0),
}  # fmt: skip


@pytest.mark.parametrize("step, wakes", STEPS.values(), ids=STEPS)
def test_wakes(tmp_path: Path, step: Callable[[SqliteStore], object], wakes: int) -> None:
    """Each wakes when it must, outside of any transaction: the worker sees what was written."""
    seen: list[bool] = []
    store = SqliteStore(tmp_path, lambda: seen.append(store.database.connection.in_transaction))
    store.state_machines.create(MACHINE)
    for name in ("ended", "runs"):
        store.executions.start(*start(name))
    store.executions.abort(ENDED, None, None, 2)
    seen.clear()
    step(store)
    assert seen == [False] * wakes
    store.close()


def test_a_refused_redrive_wakes_no_worker(tmp_path: Path) -> None:
    """An error raised by the caller leaves the execution unchanged."""

    def refuse(_: object) -> int:
        raise ValueError("too late")

    wakes: list[None] = []
    store = SqliteStore(tmp_path, lambda: wakes.append(None))
    store.state_machines.create(MACHINE)
    store.executions.start(*start("ended"))
    store.executions.abort(ENDED, None, None, 2)
    wakes.clear()
    with pytest.raises(ValueError, match="too late"):
        store.redrives.redrive(ENDED, None, 9, refuse)
    assert wakes == []
    store.close()
