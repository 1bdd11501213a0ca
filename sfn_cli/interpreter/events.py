"""History events: AWS's types and details, and the two private columns that replay needs.

API: HistoryEvent, https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
The table `KINDS` is the only place that says which `…EventDetails` member a type has and under
which name its payload (the JSON text of an input, output or parameters) stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.jsonvalue import well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json, Payload


class HistoryEvent(NamedTuple):
    """One event. `frame` and `next` are private: replay needs them, the API does not show them.

    `at` is in milliseconds since 1970 (UTC). `details` holds what `…EventDetails` holds, save the
    payload and its `…Details` ({"truncated": false}), which `api_event` adds.
    """

    id: int
    previous_event_id: int
    at: int
    type: str
    frame: int = 0
    next: str | None = None
    payload: Payload | None = None
    details: Mapping[str, Json] | None = None


class Kind(NamedTuple):
    """How the API shows a type: the member of its details, and of the payload within them."""

    details_member: str | None
    payload_member: str | None = None
    payload_details_member: str | None = None


VARIABLES = "assignedVariables"
VARIABLES_DETAILS = "assignedVariablesDetails"
"""The details that are execution data besides the payload ({name: JSON text}), and what tells of them."""

_STATE_ENTERED = Kind("stateEnteredEventDetails", "input", "inputDetails")
_STATE_EXITED = Kind("stateExitedEventDetails", "output", "outputDetails")


def _plain(prefix: str) -> Kind:
    return Kind(f"{prefix}EventDetails")


def _output(prefix: str) -> Kind:
    return Kind(f"{prefix}EventDetails", "output", "outputDetails")


KINDS: Mapping[str, Kind] = {
    "ExecutionStarted": Kind("executionStartedEventDetails", "input", "inputDetails"),
    "ExecutionSucceeded": _output("executionSucceeded"),
    "ExecutionFailed": _plain("executionFailed"),
    "ExecutionAborted": _plain("executionAborted"),
    "ExecutionTimedOut": _plain("executionTimedOut"),
    "ExecutionRedriven": _plain("executionRedriven"),
    **{
        f"{name}StateEntered": _STATE_ENTERED
        for name in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
    },
    **{
        f"{name}StateExited": _STATE_EXITED
        for name in ("Choice", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
    },
    "TaskScheduled": Kind("taskScheduledEventDetails", "parameters"),
    "TaskStarted": _plain("taskStarted"),
    "TaskStartFailed": _plain("taskStartFailed"),
    "TaskSubmitted": _output("taskSubmitted"),
    "TaskSubmitFailed": _plain("taskSubmitFailed"),
    "TaskSucceeded": _output("taskSucceeded"),
    "TaskFailed": _plain("taskFailed"),
    "TaskTimedOut": _plain("taskTimedOut"),
    "TaskStateAborted": Kind(None),
    "WaitStateAborted": Kind(None),
    "LambdaFunctionScheduled": Kind("lambdaFunctionScheduledEventDetails", "input", "inputDetails"),
    "LambdaFunctionScheduleFailed": _plain("lambdaFunctionScheduleFailed"),
    "LambdaFunctionStarted": Kind(None),
    "LambdaFunctionStartFailed": _plain("lambdaFunctionStartFailed"),
    "LambdaFunctionSucceeded": _output("lambdaFunctionSucceeded"),
    "LambdaFunctionFailed": _plain("lambdaFunctionFailed"),
    "LambdaFunctionTimedOut": _plain("lambdaFunctionTimedOut"),
    "ActivityScheduled": Kind("activityScheduledEventDetails", "input", "inputDetails"),
    "ActivityScheduleFailed": _plain("activityScheduleFailed"),
    "ActivityStarted": _plain("activityStarted"),
    "ActivitySucceeded": _output("activitySucceeded"),
    "ActivityFailed": _plain("activityFailed"),
    "ActivityTimedOut": _plain("activityTimedOut"),
    "ParallelStateStarted": Kind(None),
    "ParallelStateSucceeded": Kind(None),
    "ParallelStateFailed": Kind(None),
    "ParallelStateAborted": Kind(None),
    "MapStateStarted": _plain("mapStateStarted"),
    "MapStateSucceeded": Kind(None),
    "MapStateFailed": Kind(None),
    "MapStateAborted": Kind(None),
    "MapIterationStarted": _plain("mapIterationStarted"),
    "MapIterationSucceeded": _plain("mapIterationSucceeded"),
    "MapIterationFailed": _plain("mapIterationFailed"),
    "MapIterationAborted": _plain("mapIterationAborted"),
    "MapRunStarted": _plain("mapRunStarted"),
    "MapRunSucceeded": Kind(None),
    "MapRunFailed": _plain("mapRunFailed"),
    "MapRunAborted": Kind(None),
    "MapRunRedriven": _plain("mapRunRedriven"),
    "EvaluationFailed": _plain("evaluationFailed"),
}

TERMINAL: Mapping[str, str] = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}
"""The events that end an execution, and the status that each gives it."""


def error_details(error: str | None, cause: str | None) -> dict[str, Json]:
    """The details of a failure: only those of the two that there are, as text that can be stored."""
    return {
        name: well_formed(text) for name, text in (("error", error), ("cause", cause)) if text is not None
    }


def execution_started(
    input: Payload, role_arn: str, at: int, *, qualified: Mapping[str, str] | None = None
) -> HistoryEvent:
    """The first event of every execution: it is written by StartExecution, not by a worker.

    `qualified` holds stateMachineAliasArn and stateMachineVersionArn, when it was started by such.
    """
    return HistoryEvent(
        1, 0, at, "ExecutionStarted", payload=input, details={"roleArn": role_arn, **(qualified or {})}
    )


def execution_redriven(last_id: int, count: int, at: int) -> HistoryEvent:
    """The event of redrive number `count`: it is written by RedriveExecution, and comes after the
    execution's end.
    """
    # As of what else comes from outside (ExecutionAborted), 0 is its previous event.
    return HistoryEvent(last_id + 1, 0, at, "ExecutionRedriven", details={"redriveCount": count})


def ended_from_outside(
    type: str, last_id: int, error: str | None, cause: str | None, at: int
) -> HistoryEvent:
    """The end of an execution that none of its states brought: an ExecutionAborted, by StopExecution for
    instance, or an ExecutionFailed. `last_id` is the id of its last event.
    """
    # Observed: AWS records 0 as the previous event of ExecutionAborted; so does sfn for any end from outside.
    return HistoryEvent(last_id + 1, 0, at, type, details=error_details(error, cause))


def api_event(event: HistoryEvent, *, include_data: bool = True) -> dict[str, Any]:
    """The event as GetExecutionHistory answers it; `timestamp` is milliseconds since 1970."""
    kind = KINDS[event.type]
    shown: dict[str, Any] = {
        "timestamp": event.at,
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous_event_id,
    }
    if kind.details_member is not None:
        details = dict(event.details or {})
        if not include_data:
            details.pop(VARIABLES, None)
        if kind.payload_member is not None and event.payload is not None:
            if include_data:
                details[kind.payload_member] = event.payload.text
            if kind.payload_details_member is not None:
                details[kind.payload_details_member] = {"truncated": False}
        shown[kind.details_member] = details
    return shown
