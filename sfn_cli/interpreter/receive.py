"""The meaning of a signal: the event that records what happened to an open task."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sfn_cli.interpreter.events import EVENT_TYPES, HistoryEvent, error_event_details, failed_in_place
from sfn_cli.interpreter.signals import (
    Signal,
    TaskFailed,
    TaskHeartbeat,
    TaskRefused,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
    TaskTimedOut,
)
from sfn_cli.interpreter.visits import visit_result_refusal

if TYPE_CHECKING:
    from sfn_cli.asl.resource import Resource
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.jsonvalue import Json, Payload


def receive(execution: Execution, signal: Signal, now: int) -> HistoryEvent | None:
    """Returns the event of a signal; None if it is late or has no event (a heartbeat)."""
    task = execution.open_tasks.get(signal.task)
    if task is None:
        return None
    match signal:
        case TaskStarted(worker_name=worker_name):
            return None if task.started else _receive_start(execution, task, now, worker_name)
        case TaskSubmitted(output=output):
            return _record_received(execution, task, now, "Submitted", payload=output)
        case TaskSucceeded(output=output):
            if (refusal := visit_result_refusal(task.resource.name, output)) is not None:
                return _record_received(
                    execution, task, now, "Failed", error_event_details(refusal.error, refusal.cause)
                )
            return _record_received(execution, task, now, "Succeeded", payload=output)
        case TaskFailed(error=error, cause=cause):
            return _record_received(execution, task, now, "Failed", error_event_details(error, cause))
        case TaskRefused(error=error, cause=cause):
            return _record_received(execution, task, now, "ScheduleFailed", error_event_details(error, cause))
        case TaskTimedOut(error=error, cause=cause):
            return _record_received(execution, task, now, "TimedOut", error_event_details(error, cause))
        case TaskHeartbeat(at=at):
            task.beat_at = max(task.beat_at, at)
            execution.make_ready(execution.frames[task.frame])
            return None
    assert_never(signal)


def _receive_start(execution: Execution, task: OpenTask, now: int, worker_name: str | None) -> HistoryEvent:
    details: dict[str, Json] = {} if worker_name is None else {"workerName": worker_name}
    return _record_received(execution, task, now, "Started", details)


def _record_received(
    execution: Execution,
    task: OpenTask,
    now: int,
    what: str,
    details: dict[str, Json] | None = None,
    *,
    payload: Payload | None = None,
) -> HistoryEvent:
    shown = {**task_details(task.resource), **(details or {})}
    frame = execution.frames[task.frame]
    event = HistoryEvent(
        execution.last_id + 1,
        frame.last,
        now,
        task_event(task.resource, what),
        frame.serial,
        None,
        payload,
        shown,
    )
    if execution.end_cause is not None and what not in ("Started", "Submitted"):
        return failed_in_place(event, execution.end_cause)
    return event


_KINDS = {"lambda": "LambdaFunction", "activity": "Activity", "service": "Task", "mapRun": "MapRun"}

_TASK_EVENTS = {
    kind: {type.removeprefix(begins): type for type in EVENT_TYPES if type.startswith(begins)}
    for kind, begins in _KINDS.items()
}


def task_kind(resource: Resource) -> str:
    """Returns the prefix of a task's events: "LambdaFunction", "Activity", "Task" or "MapRun"."""
    return _KINDS[resource.kind]


def task_event(resource: Resource, what: str) -> str:
    """Returns the event type of a task with this suffix ("Scheduled", "TimedOut")."""
    return _TASK_EVENTS[resource.kind][what]


def task_details(resource: Resource) -> dict[str, Json]:
    """Returns the details that every event of a service task has."""
    return (
        {"resourceType": resource.service, "resource": resource.action} if resource.kind == "service" else {}
    )
