"""History events: AWS's types and details, and the two private columns that replay needs.

API: HistoryEvent,
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html The table
`EVENT_TYPES` has AWS's 62 types (HistoryEventType). It is the one place that defines each type's
`…EventDetails` member, the name of its payload there (the JSON text of an input, output or
parameters), the function that applies such an event, and the phases of its frame in which it may
come.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.jsonvalue import Json, Payload, well_formed_text

if TYPE_CHECKING:
    from sfn_cli.interpreter.phase import Phase


class HistoryEvent(NamedTuple):
    """One event. `frame` and `next` are private: replay needs them, the API does not show them.

    `at` is in milliseconds since 1970 (UTC). `details` holds the members of `…EventDetails`, except
    the payload and its `…Details` ({"truncated": false}), which `api_event` adds.
    """

    id: int
    previous_event_id: int
    at: int
    type: str
    frame: int = 0
    next: str | None = None
    payload: Payload | None = None
    details: Mapping[str, Json] | None = None


class EventType(NamedTuple):
    """One type of event: how the API shows it, and what it means.

    `details` is the member of a HistoryEvent that holds its details, `payload` the member of those
    that holds its payload, and `payload_details` the member that says whether it was truncated.

    `handler` is the name of the function that applies such an event (`interpreter/evolve/`), or
    None for types that sfn never records. Where the event is about one frame, `before` lists the
    phases in which the frame may be; () means that it is about the execution as a whole. `after`
    lists the phases in which the event leaves the frame: one, or several among which the handler
    chooses; () leaves the frame's phase as it was.
    """

    details: str | None
    payload: str | None = None
    payload_details: str | None = None
    handler: str | None = None
    before: tuple["Phase", ...] = ()
    after: tuple["Phase", ...] = ()


VARIABLES = "assignedVariables"
VARIABLES_DETAILS = "assignedVariablesDetails"
"""The details, other than the payload, that are execution data, and the member that describes them.

Their value is {name: JSON text}.
"""

_IN_A_STATE: tuple["Phase", ...] = ("ENTERED", "WORKED", "FAILED", "JOINED", "FORKED", "DISTRIBUTING")
"""The phases in a state without an open task: it may be left, and its expressions may fail."""

_WORKING: tuple["Phase", ...] = ("WORKING",)
_TO_BE_SCHEDULED: tuple["Phase", ...] = ("ENTERED", "FAILED", "WORKED")
_TO_BE_FORKED: tuple["Phase", ...] = ("ENTERED", "FAILED", "JOINED", "FORKED")


_ENTERED = EventType(
    "stateEnteredEventDetails", "input", "inputDetails", "state_entered", ("STARTING",), ("ENTERED",)
)
_EXITED = EventType(
    "stateExitedEventDetails",
    "output",
    "outputDetails",
    "state_exited",
    _IN_A_STATE,
    ("STARTING", "ENDING", "ENDED"),
)
_ABORTED = EventType(None, None, None, "state_aborted", (*_IN_A_STATE, "WORKING"), ("ABORTED",))


def _scheduling_event_type(details: str, payload: str, payload_details: str | None) -> EventType:
    return EventType(details, payload, payload_details, "task_scheduled", _TO_BE_SCHEDULED, ("WORKING",))


def _start_event_type(details: str | None) -> EventType:
    return EventType(details, None, None, "task_started", _WORKING)


def _success_event_type(details: str) -> EventType:
    return EventType(details, "output", "outputDetails", "task_succeeded", _WORKING, ("WORKED",))


def _failure_event_type(details: str) -> EventType:
    return EventType(details, None, None, "task_failed", _WORKING, ("FAILED",))


EVENT_TYPES: Mapping[str, EventType] = {
    # The execution
    "ExecutionStarted": EventType(
        "executionStartedEventDetails", "input", "inputDetails", "execution_started"
    ),
    "ExecutionSucceeded": EventType(
        "executionSucceededEventDetails",
        "output",
        "outputDetails",
        "execution_succeeded",
        ("ENDING",),
        ("ENDED",),
    ),
    "ExecutionFailed": EventType("executionFailedEventDetails", None, None, "execution_ended"),
    "ExecutionAborted": EventType("executionAbortedEventDetails", None, None, "execution_ended"),
    "ExecutionTimedOut": EventType("executionTimedOutEventDetails", None, None, "execution_ended"),
    "ExecutionRedriven": EventType("executionRedrivenEventDetails", None, None, "execution_redriven"),
    # States
    "ChoiceStateEntered": _ENTERED,
    "ChoiceStateExited": _EXITED,
    "FailStateEntered": _ENTERED,
    "MapStateEntered": _ENTERED,
    "MapStateExited": _EXITED,
    "ParallelStateEntered": _ENTERED,
    "ParallelStateExited": _EXITED,
    "PassStateEntered": _ENTERED,
    "PassStateExited": _EXITED,
    "SucceedStateEntered": _ENTERED,
    "SucceedStateExited": _EXITED,
    "TaskStateEntered": _ENTERED,
    "TaskStateExited": _EXITED,
    "WaitStateEntered": _ENTERED,
    "WaitStateExited": _EXITED,
    "TaskStateAborted": _ABORTED,
    "WaitStateAborted": _ABORTED,
    "MapStateAborted": _ABORTED,
    "ParallelStateAborted": _ABORTED,
    "EvaluationFailed": EventType(
        "evaluationFailedEventDetails", None, None, "evaluation_failed", _IN_A_STATE, ("FAILED",)
    ),
    # Tasks
    "TaskScheduled": _scheduling_event_type("taskScheduledEventDetails", "parameters", None),
    "TaskStarted": _start_event_type("taskStartedEventDetails"),
    "TaskStartFailed": EventType("taskStartFailedEventDetails"),
    "TaskSubmitted": EventType(
        "taskSubmittedEventDetails", "output", "outputDetails", "task_submitted", _WORKING
    ),
    "TaskSubmitFailed": EventType("taskSubmitFailedEventDetails"),
    "TaskSucceeded": _success_event_type("taskSucceededEventDetails"),
    "TaskFailed": _failure_event_type("taskFailedEventDetails"),
    "TaskTimedOut": _failure_event_type("taskTimedOutEventDetails"),
    "LambdaFunctionScheduled": _scheduling_event_type(
        "lambdaFunctionScheduledEventDetails", "input", "inputDetails"
    ),
    "LambdaFunctionScheduleFailed": _failure_event_type("lambdaFunctionScheduleFailedEventDetails"),
    "LambdaFunctionStarted": _start_event_type(None),
    "LambdaFunctionStartFailed": EventType("lambdaFunctionStartFailedEventDetails"),
    "LambdaFunctionSucceeded": _success_event_type("lambdaFunctionSucceededEventDetails"),
    "LambdaFunctionFailed": _failure_event_type("lambdaFunctionFailedEventDetails"),
    "LambdaFunctionTimedOut": _failure_event_type("lambdaFunctionTimedOutEventDetails"),
    "ActivityScheduled": _scheduling_event_type("activityScheduledEventDetails", "input", "inputDetails"),
    "ActivityScheduleFailed": _failure_event_type("activityScheduleFailedEventDetails"),
    "ActivityStarted": _start_event_type("activityStartedEventDetails"),
    "ActivitySucceeded": _success_event_type("activitySucceededEventDetails"),
    "ActivityFailed": _failure_event_type("activityFailedEventDetails"),
    "ActivityTimedOut": _failure_event_type("activityTimedOutEventDetails"),
    # Map Runs: the task of a Map in DISTRIBUTED mode
    "MapRunStarted": EventType(
        "mapRunStartedEventDetails", None, None, "map_run_started", ("DISTRIBUTING",), ("WORKING",)
    ),
    "MapRunRedriven": EventType(
        "mapRunRedrivenEventDetails", None, None, "map_run_started", ("DISTRIBUTING",), ("WORKING",)
    ),
    "MapRunSucceeded": EventType(None, None, None, "task_succeeded", _WORKING, ("WORKED",)),
    "MapRunFailed": _failure_event_type("mapRunFailedEventDetails"),
    "MapRunAborted": EventType(None, None, None, "map_run_aborted", _WORKING),
    # The children of a Map or Parallel
    "MapStateStarted": EventType(
        "mapStateStartedEventDetails",
        None,
        None,
        "children_forked",
        _TO_BE_FORKED,
        ("FORKED", "DISTRIBUTING"),
    ),
    "MapStateSucceeded": EventType(None, None, None, "children_joined", ("FORKED", "WORKED"), ("JOINED",)),
    "MapStateFailed": EventType(None, None, None, "children_join_failed", ("FORKED", "FAILED"), ("FAILED",)),
    "MapIterationStarted": EventType(
        "mapIterationStartedEventDetails", None, None, "iteration_started", ("FORKED",)
    ),
    "MapIterationSucceeded": EventType(
        "mapIterationSucceededEventDetails", None, None, "iteration_succeeded", ("ENDING",), ("ENDED",)
    ),
    "MapIterationFailed": EventType(
        "mapIterationFailedEventDetails", None, None, "iteration_failed", _IN_A_STATE, ("ENDED",)
    ),
    "MapIterationAborted": EventType(
        "mapIterationAbortedEventDetails",
        None,
        None,
        "iteration_aborted",
        ("ABORTED", "STARTING", "ENDING", *_IN_A_STATE),
    ),
    "ParallelStateStarted": EventType(None, None, None, "children_forked", _TO_BE_FORKED, ("FORKED",)),
    "ParallelStateSucceeded": EventType(None, None, None, "children_joined", ("FORKED",), ("JOINED",)),
    "ParallelStateFailed": EventType(
        None, None, None, "children_join_failed", ("FORKED", "FAILED"), ("FAILED",)
    ),
}

TERMINAL: Mapping[str, str] = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}
"""The events that end an execution, and the status that each sets."""


def state_event_types(what: str) -> dict[str, str]:
    """Returns the event types with this ending ("StateEntered"), by the type of state ("Pass")."""
    return {type.removesuffix(what): type for type in EVENT_TYPES if type.endswith(what)}


def error_event_details(error: str | None, cause: str | None) -> dict[str, Json]:
    """Returns the details of a failure: those of the two that are not None, as storable text."""
    return {
        name: well_formed_text(text)
        for name, text in (("error", error), ("cause", cause))
        if text is not None
    }


def execution_started_event(
    input: Payload, role_arn: str, at: int, *, qualified: Mapping[str, Json] | None = None
) -> HistoryEvent:
    """Returns the first event of every execution, which StartExecution writes, not a worker.

    `qualified` holds stateMachineAliasArn and stateMachineVersionArn, if it was started by one.
    """
    return HistoryEvent(
        1, 0, at, "ExecutionStarted", payload=input, details={"roleArn": role_arn, **(qualified or {})}
    )


def execution_aborted_event(last_id: int, error: str | None, cause: str | None, at: int) -> HistoryEvent:
    """Returns the end of a stopped execution, which StopExecution writes, not a worker."""
    return _end_from_outside(last_id, "ExecutionAborted", error, cause, at)


def execution_failed_event(last_id: int, error: str, cause: str, at: int) -> HistoryEvent:
    """Returns the end of an execution that fails from outside its states."""
    return _end_from_outside(last_id, "ExecutionFailed", error, cause, at)


def _end_from_outside(last_id: int, type: str, error: str | None, cause: str | None, at: int) -> HistoryEvent:
    # Observed: AWS records 0 as the previous event of ExecutionAborted; so does sfn for any end from outside.
    return HistoryEvent(last_id + 1, 0, at, type, details=error_event_details(error, cause))


def execution_redriven_event(last_id: int, count: int, at: int) -> HistoryEvent:
    """Returns the event of redrive number `count`, which RedriveExecution writes.

    It comes after the execution's end.
    """
    # As for every event from outside, 0 is its previous event.
    return HistoryEvent(last_id + 1, 0, at, "ExecutionRedriven", details={"redriveCount": count})


def api_event(event: HistoryEvent, *, include_data: bool = True) -> dict[str, Any]:
    """Returns the event as in GetExecutionHistory; `timestamp` is in milliseconds since 1970."""
    type = EVENT_TYPES[event.type]
    shown: dict[str, Any] = {
        "timestamp": event.at,
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous_event_id,
    }
    if type.details is not None:
        details = dict(event.details or {})
        if not include_data:
            details.pop(VARIABLES, None)
        if type.payload is not None and event.payload is not None:
            if include_data:
                details[type.payload] = event.payload.text
            if type.payload_details is not None:
                details[type.payload_details] = {"truncated": False}
        shown[type.details] = details
    return shown
