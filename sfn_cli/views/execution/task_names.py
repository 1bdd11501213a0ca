"""Short names of the resources that tasks call: activities, functions, operations, executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from sfn_cli.views.execution.state_visit import Attempt

_PATTERNS = (".waitForTaskToken", ".sync:2", ".sync")


def name_of_activity(resource: str) -> str:
    """Returns the name of the activity with this ARN."""
    return resource.rpartition(":activity:")[2]


def name_of_work(attempt: Attempt) -> str:
    """Returns the name of the task's resource: "function Bank", "dynamodb:putItem", "glue:startJobRun"."""
    resource = attempt.resource or ""
    if ":function:" in resource:
        return f"function {_name_of_function(resource)}"
    name = resource.removeprefix("arn:aws:states:::")
    for pattern in _PATTERNS:
        name = name.removesuffix(pattern)
    function = _parameter_of_attempt(attempt, "FunctionName") if name == "lambda:invoke" else None
    return name if function is None else f"function {_name_of_function(function)}"


def name_of_child(attempt: Attempt, resource: str) -> str | None:
    """Returns the execution that the task started: "order/Child-1"; None if it started none."""
    if not resource.startswith("arn:aws:states:::states:startExecution"):
        return None
    arn = (attempt.child_arn or "").split(":")
    if len(arn) >= 8:
        return f"{arn[6]}/{arn[7]}"
    machine = _parameter_of_attempt(attempt, "StateMachineArn")
    return "its execution" if machine is None else f"an execution of {machine.rpartition(':')[2]}"


def _name_of_function(text: str) -> str:
    """Returns the name in a function's ARN, partial ARN or name, with its version or alias."""
    return text.rpartition(":function:")[2] if ":function:" in text else text


def _parameter_of_attempt(attempt: Attempt, name: str) -> str | None:
    if attempt.parameters is None:
        return None
    try:
        parameters: Any = loads(attempt.parameters)
    except (ValueError, RecursionError):  # truncated, in a history from elsewhere
        return None
    value = parameters.get(name) if isinstance(parameters, dict) else None
    return value if isinstance(value, str) else None
