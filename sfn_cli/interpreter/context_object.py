"""The Context Object: the value of `$$` and `$states.context`.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.states.task_state import TaskState
from sfn_cli.asl.timestamp import format_context_timestamp
from sfn_cli.interpreter.task_token import task_token

if TYPE_CHECKING:
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame


def context_object(execution: Execution, frame: Frame, attempt: int) -> dict[str, Any]:
    """Returns the Context Object of the frame's state in attempt number `attempt`, from 0."""
    context: dict[str, Any] = {
        "Execution": {
            "Id": execution.arn,
            "Input": execution.input.value,
            "StartTime": format_context_timestamp(execution.started_at),
            "Name": execution.name,
            "RoleArn": execution.role_arn,
        },
        "StateMachine": {
            "Id": execution.state_machine_arn,
            "Name": execution.state_machine_arn.rpartition(":")[2],
        },
        "State": {
            "Name": frame.stay.state.name,
            "EnteredTime": format_context_timestamp(frame.stay.entered_at),
        },
    }
    if not execution.is_synchronous:  # observed: one that StartSyncExecution waits for has none
        context["Execution"]["RedriveCount"] = execution.redrive_count
    if execution.redrive_count:
        context["Execution"]["RedriveTime"] = format_context_timestamp(execution.redriven_at)
    if frame.stay.state.counts_retries:
        context["State"]["RetryCount"] = attempt
    item = _context_object_item(frame)
    if item is not None:
        context["Map"] = {"Item": {"Index": item[0], "Value": item[1]}}
    if (
        isinstance(frame.stay.state, TaskState)
        and frame.stay.state.resource is not None
        and frame.stay.state.resource.answerable
    ):
        context["Task"] = {"Token": context_object_token(execution, frame, attempt)}
    return context


def context_object_token(execution: Execution, frame: Frame, attempt: int) -> str:
    """Returns the token of the task that this visit schedules or has scheduled.

    It is known before the task is scheduled, because the task's parameters may contain it. It differs
    for each attempt and each redrive.
    """
    about = f"{execution.arn}/{frame.stay.entered_id}/{attempt}{execution.redrive_mark}"
    return task_token(execution.seed, about, execution.locator)


def _context_object_item(frame: Frame | None) -> tuple[int, Any] | None:
    while frame is not None:
        if frame.item is not None:
            return frame.item
        frame = frame.parent
    return None
