"""Resumes a stored history after each of its events: it must continue with the same events."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.signals import (
    Signal,
    TaskFailed,
    TaskRefused,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
)
from sfn_cli.interpreter.takeover.origin import origins_in_details
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sfn_cli.interpreter.events import HistoryEvent

TASKS = ("LambdaFunction", "Activity", "Task", "MapRun")

MISSING_ACTIVITY = re.compile(r"The activity arn:\S+ does not exist\.$")
DELETED_MACHINE = re.compile(r"^State machine \S+ has been deleted$")

REPLAYED_EVENTS = 100_000
"""About so many events of one history are replayed: a long one is not cut after each event."""


def breaches(home: Path) -> Iterator[str]:
    """Yields each ended execution that does not continue to the same end after a cut at some event."""
    with closing(Database(home)) as database:
        yield from _breaches_in(database)


def _breaches_in(database: Database) -> Iterator[str]:
    rows = database.connection.execute(
        "SELECT e.arn, e.state_machine_arn, r.definition, e.seed "
        "FROM execution e JOIN revision r ON r.id = e.revision"
    ).fetchall()
    for arn, state_machine_arn, definition, seed in rows:
        history = SqliteExecutions(database).history(arn)
        machine = load_machine(definition)
        # What was taken over was stored with the first event: no execution stops within it.
        first = max((origin.until for origin in origins_in_details(history[0].details)), default=1)
        for length in range(first, len(history), 1 + len(history) ** 2 // REPLAYED_EVENTS):
            interpreter = Interpreter(arn, state_machine_arn, machine, seed)
            for event in history[:length]:
                interpreter.apply(event)
            wrong = _goes_on(interpreter, history[length:])
            if wrong is not None:
                yield f"{arn}, cut after event {length}: {wrong}"


def _goes_on(interpreter: Interpreter, rest: Sequence[HistoryEvent]) -> str | None:
    is_missing = False
    interpreter.execution.activity_is_missing = lambda _state, _arn: is_missing
    for event in rest:
        cause = str((event.details or {}).get("cause", "")) if event.type == "ExecutionFailed" else ""
        is_missing = MISSING_ACTIVITY.search(cause) is not None
        if event.type in ("ExecutionAborted", "ExecutionRedriven") or DELETED_MACHINE.search(cause):
            interpreter.apply(event)  # written from outside
            continue
        signal = _signal(interpreter, event)
        made = interpreter.advance(event.at, 1) if signal is None else interpreter.receive(signal, event.at)
        if made != [event]:
            return f"{made} instead of {event}"
    return None


def _signal(interpreter: Interpreter, event: HistoryEvent) -> Signal | None:
    """Returns the signal that the event records, if any."""
    kind = next((kind for kind in TASKS if event.type.startswith(kind)), None)
    what = event.type.removeprefix(kind) if kind else ""
    if (
        what not in ("Started", "Submitted", "Succeeded", "Failed", "ScheduleFailed")
        or event.type == "MapRunStarted"
    ):
        return None
    task = next((task.id for task in interpreter.open_tasks.values() if task.frame == event.frame), None)
    if task is None:
        return None
    details = event.details or {}
    match what:
        case "Started":
            return TaskStarted(task, details.get("workerName"))
        case "Failed":
            return TaskFailed(task, details.get("error"), details.get("cause"))
        case "ScheduleFailed":
            return TaskRefused(task, details["error"], details["cause"])
    assert event.payload is not None
    return TaskSubmitted(task, event.payload) if what == "Submitted" else TaskSucceeded(task, event.payload)
