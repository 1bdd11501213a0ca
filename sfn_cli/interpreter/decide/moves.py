"""Records a state's move: the event that carries out its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.moves import Call, Distribute, Exit, Fork, Move, Sleep, Stop
from sfn_cli.asl.retry import RUNTIME
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import (
    VARIABLES,
    VARIABLES_DETAILS,
    HistoryEvent,
    error_event_details,
    state_event_types,
)
from sfn_cli.interpreter.receive import task_details, task_event, task_kind
from sfn_cli.interpreter.visits import full_visit_error
from sfn_cli.jsonvalue import Json, Payload, dumps_payload

if TYPE_CHECKING:
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame

Due = int
"""A time in milliseconds since 1970, before which a frame has nothing to do."""

_EXITED = state_event_types("StateExited")
_STARTED = state_event_types("StateStarted")


def event_of_move(
    execution: Execution,
    frame: Frame,
    now: int,
    type: str,
    details: dict[str, Json] | None = None,
    *,
    payload: Payload | None = None,
    previous: int | None = None,
    next: str | None = None,
) -> HistoryEvent:
    """Returns the frame's next event, which follows `previous` or, by default, the frame's last event."""
    return HistoryEvent(
        execution.last_id + 1,
        frame.last if previous is None else previous,
        now,
        type,
        frame.serial,
        next,
        payload,
        details,
    )


def iteration_move_details(frame: Frame) -> dict[str, Json]:
    """Returns the details of an event about an iteration of a Map."""
    assert frame.parent is not None
    return {"name": frame.parent.stay.state.name, "index": frame.index}


def perform_move(
    execution: Execution, frame: Frame, now: int, move: Move, previous: int
) -> HistoryEvent | Due | None:
    """Returns the event that starts the requested work, or the time until which no event is due.

    The event follows the event `previous`.
    """
    match move:
        case Exit():
            return move_out_of_state(execution, frame, now, move, previous)
        case Call():
            return _schedule_move(execution, frame, now, move, previous)
        case Fork() | Distribute():
            counted = isinstance(move, Distribute) or move.items is not None
            details = {"length": move.length} if counted else None
            type = _STARTED[frame.stay.state.type]
            return event_of_move(execution, frame, now, type, details, previous=previous)
        case Sleep(until):
            return until
        case Stop():
            raise AssertionError("a Fail is neither retried nor performed")


def move_out_of_state(
    execution: Execution, frame: Frame, now: int, done: Exit, previous: int
) -> HistoryEvent:
    """Returns the event with which the frame leaves its state. It follows the event `previous`."""
    state = frame.stay.state
    details: dict[str, Json] = {"name": state.name}
    if done.assigned:
        details[VARIABLES] = {name: dumps_payload(value) for name, value in done.assigned.items()}
        details[VARIABLES_DETAILS] = {"truncated": False}
    return HistoryEvent(
        execution.last_id + 1,
        previous,
        now,
        _EXITED[state.type],
        frame.serial,
        done.next,
        done.output,
        details,
    )


def _schedule_move(execution: Execution, frame: Frame, now: int, call: Call, previous: int) -> HistoryEvent:
    kind = task_kind(call.resource)
    if kind == "Activity" and _is_missing_move_activity(execution, frame, call):
        return _fail_move_without_activity(execution, frame, now, call, previous)
    details: dict[str, Json] = task_details(call.resource) or {"resource": call.resource.arn}
    if kind == "Task":
        details["region"] = execution.arn.split(":", 4)[3]
    if call.timeout_seconds is not None:
        details["timeoutInSeconds"] = call.timeout_seconds
    if call.heartbeat_seconds is not None and kind != "LambdaFunction":
        details["heartbeatInSeconds"] = call.heartbeat_seconds
    if call.credentials is not None:
        details["taskCredentials"] = {"roleArn": call.credentials.get("RoleArn")}
    type = task_event(call.resource, "Scheduled")
    return event_of_move(execution, frame, now, type, details, payload=call.arguments, previous=previous)


def _is_missing_move_activity(execution: Execution, frame: Frame, call: Call) -> bool:
    is_missing = execution.activity_is_missing
    return is_missing is not None and is_missing(frame.stay.state.name, call.resource.arn)


def _fail_move_without_activity(
    execution: Execution, frame: Frame, now: int, call: Call, previous: int
) -> HistoryEvent:
    # Observed: nothing is scheduled, and the execution fails, whatever Retry and Catch say.
    missing = StatesError(RUNTIME, f"The activity {call.resource.arn} does not exist.")
    error = full_visit_error(frame.stay, missing)
    details = error_event_details(error.error, error.cause)
    root = execution.frames[0]
    return event_of_move(execution, root, now, "ExecutionFailed", details, previous=previous)
