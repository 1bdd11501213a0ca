"""History events: AWS's types and details, and the two private columns that replay needs.

The table `EVENT_TYPES` has AWS's 62 types (HistoryEventType). It alone defines each type's
`…EventDetails` member, the name of its payload there (the JSON text of an input, output or
parameters), the function that applies such an event, and the phases of its frame in which it may
occur.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.interpreter.takeover.origin import TAKEN_OVER
from sfn_cli.jsonvalue import Json, Payload, well_formed_text

if TYPE_CHECKING:
    from sfn_cli.interpreter.phase import Phase


class HistoryEvent(NamedTuple):
    """One event. `frame` and `next` are private: replay needs them, the API does not show them.

    `at` is in milliseconds since 1970 (UTC). `details` holds the members of `…EventDetails`, except
    the payload and its `…Details` ({"truncated": false}), which `api_event` adds. Of its members,
    `SYNCHRONOUS` and `takeover.origin.TAKEN_OVER` are private too.
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
    """A type of event: its form in the API, and its meaning.

    `details` is the member of a HistoryEvent for the event's details. In the details, `payload` is the
    member for the payload, and `payload_details` the member that says whether it was truncated.

    `handler` is the name of the function that applies such an event (`interpreter/evolve/`); None for
    types that sfn never records. `before` lists the frame's possible phases before the event; () means
    that the event is about the execution as a whole. `after` lists the frame's possible phases after
    the event: one, or several from which the handler chooses; () leaves the phase unchanged.
    """

    details: str | None
    payload: str | None = None
    payload_details: str | None = None
    handler: str | None = None
    before: tuple["Phase", ...] = ()
    after: tuple["Phase", ...] = ()


SYNCHRONOUS = "isSynchronous"
"""The private member of ExecutionStarted's details that says that StartSyncExecution waits for the end."""

VARIABLES = "assignedVariables"
VARIABLES_DETAILS = "assignedVariablesDetails"
"""The member of details with assigned variables, which are execution data, and its description.

The value of the first is {name: JSON text}.
"""

_IN_A_STATE: tuple["Phase", ...] = ("ENTERED", "WORKED", "FAILED", "JOINED", "FORKED", "DISTRIBUTING")
"""The phases in a state without an open task, in which it may exit or its expressions may fail."""

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
_ABORTED = EventType(None, None, None, "state_aborted", (*_IN_A_STATE, "WORKING"), ("ABORTED", *_IN_A_STATE))


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
        ("ABORTED", "STARTING", "ENDING", "WORKING", *_IN_A_STATE),
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
    """Returns the event types with this suffix ("StateEntered"), by the type of state ("Pass")."""
    return {type.removesuffix(what): type for type in EVENT_TYPES if type.endswith(what)}


def error_event_details(error: str | None, cause: str | None) -> dict[str, Json]:
    """Returns the details of a failure: the error and cause that are not None, as storable text."""
    return {
        name: well_formed_text(text)
        for name, text in (("error", error), ("cause", cause))
        if text is not None
    }


def execution_started_event(
    input: Payload,
    role_arn: str,
    at: int,
    *,
    qualified: Mapping[str, Json] | None = None,
    is_synchronous: bool = False,
) -> HistoryEvent:
    """Returns the first event of an execution, which StartExecution writes instead of a worker.

    `qualified` has stateMachineAliasArn and stateMachineVersionArn, if an alias or version was started.
    """
    details: dict[str, Json] = {"roleArn": role_arn, **(qualified or {})}
    if is_synchronous:
        details[SYNCHRONOUS] = True
    return HistoryEvent(1, 0, at, "ExecutionStarted", payload=input, details=details)


def execution_aborted_event(last_id: int, error: str | None, cause: str | None, at: int) -> HistoryEvent:
    """Returns the last event of a stopped execution, which StopExecution writes instead of a worker."""
    return _end_from_outside(last_id, "ExecutionAborted", error, cause, at)


def execution_failed_event(last_id: int, error: str, cause: str, at: int) -> HistoryEvent:
    """Returns the last event of an execution that fails for a reason outside its states."""
    return _end_from_outside(last_id, "ExecutionFailed", error, cause, at)


def _end_from_outside(last_id: int, type: str, error: str | None, cause: str | None, at: int) -> HistoryEvent:
    # Observed: the previous event of ExecutionAborted is 0. sfn uses 0 for every end from outside.
    return HistoryEvent(last_id + 1, 0, at, type, details=error_event_details(error, cause))


def failed_in_place(event: HistoryEvent, cause: str) -> HistoryEvent:
    """Returns the failure of the execution, with States.Runtime, that comes in place of an event."""
    return event._replace(
        type="ExecutionFailed",
        next=None,
        payload=None,
        details=error_event_details("States.Runtime", cause),
    )


def execution_redriven_event(last_id: int, count: int, at: int) -> HistoryEvent:
    """Returns the event of redrive number `count`, which RedriveExecution writes.

    It follows the execution's last event.
    """
    return HistoryEvent(last_id + 1, last_id, at, "ExecutionRedriven", details={"redriveCount": count})


def public_event_details(event: HistoryEvent, *, include_data: bool = True) -> dict[str, Any]:
    """Returns a copy of the event's details without their private members."""
    shown = dict(event.details or {})
    if event.type == "ExecutionStarted":
        shown.pop(TAKEN_OVER, None)
        shown.pop(SYNCHRONOUS, None)
    if not include_data:
        # Recorded on AWS in 2026: without variables, there is no description of them either.
        shown.pop(VARIABLES, None)
        shown.pop(VARIABLES_DETAILS, None)
    return shown


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
        details = public_event_details(event, include_data=include_data)
        if type.payload is not None and event.payload is not None:
            if include_data:
                details[type.payload] = event.payload.text
            if type.payload_details is not None:
                details[type.payload_details] = {"truncated": False}
        shown[type.details] = details
    return shown
