"""The Context Object of a tested state: TestState's `context`, and the default without it.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.states.task_state import TaskState
from sfn_cli.errors import ApiError
from sfn_cli.interpreter.context_object import context_object
from sfn_cli.jsonvalue import Json, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.states.state import State
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame

_STRING: tuple[tuple[type, ...], str] = ((str,), "a string")
_NUMBER: tuple[tuple[type, ...], str] = ((int, float), "a number")
_ANY: tuple[tuple[type, ...], str] = ((object,), "")

_FIELDS: Mapping[str, Mapping[str, tuple[tuple[type, ...], str]]] = {
    "Execution": {
        "Id": _STRING,
        "Input": _ANY,
        "Name": _STRING,
        "RoleArn": _STRING,
        "StartTime": _STRING,
        "RedriveCount": _NUMBER,
        "RedriveTime": _STRING,
    },
    "State": {"EnteredTime": _STRING, "Name": _STRING, "RetryCount": _NUMBER},
    "StateMachine": {"Id": _STRING, "Name": _STRING},
    "Task": {"Token": _STRING},
}


def parse_tested_context(text: str, state: State) -> dict[str, Any]:
    """Parses the Context Object of a request. Raises ApiError ValidationException."""
    try:
        context = loads(text)
    except (RecursionError, ValueError):
        raise _invalid_tested_context("Context object must be valid JSON") from None  # (ours)
    if not isinstance(context, dict):
        raise _invalid_tested_context("Context object must be a JSON object")  # (ours)
    if "Map" in context:
        raise _invalid_tested_context("'Map' field is not supported when mocking a Context object")
    for name, value in context.items():
        if name not in _FIELDS:
            raise _invalid_tested_context(f"Field '{name}' is not allowed")
        _check_context_part(name, value)
    if "Task" in context and not _tested_state_is_answered_from_outside(state):
        raise _invalid_tested_context(
            "Context object contains 'Task' when state is not a Task state with a '.sync' "
            "or '.waitForTaskToken' service integration pattern"
        )
    return context


def _check_context_part(part: str, value: Json) -> None:
    if not isinstance(value, dict):
        raise _invalid_tested_context(f"{part} must be an object")  # (ours)
    for name, item in value.items():
        if name not in _FIELDS[part]:
            raise _invalid_tested_context(f"Field '{name}' is not allowed")
        types, wanted = _FIELDS[part][name]
        if not isinstance(item, types) or (wanted == "a number" and isinstance(item, bool)):
            raise _invalid_tested_context(f"{part}.{name} must be {wanted}")


def _tested_state_is_answered_from_outside(state: State) -> bool:
    return isinstance(state, TaskState) and state.resource is not None and state.resource.pattern != ""


def default_tested_context(
    execution: Execution, frame: Frame, role_arn: str | None, attempt: int
) -> dict[str, Any]:
    """Returns the Context Object for a request without one.

    Observed: it is that of a synchronous EXPRESS execution; the role may be null.
    """
    context = context_object(execution, frame, attempt)
    about = {**context["Execution"], "RoleArn": role_arn}
    about.pop("RedriveCount", None)
    return {**context, "Execution": dict(sorted(about.items()))}


def _invalid_tested_context(reason: str) -> ApiError:
    return ApiError("ValidationException", f"Invalid Context object provided: {reason}")
