"""Actions on one execution: stop, redrive, and answers to its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.waiting_tasks import take_waiting_task, waiting_tasks
from sfn_cli.errors import ApiError
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_execution import opened_execution_arn
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.views.console.addresses import console_address, execution_address
from sfn_cli.views.console.task_answers import APPROVED, REJECTED

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.waiting_tasks import WaitingTask
    from sfn_cli.server.console.messages import ConsoleRequest

WORKER_NAME = "sfn console"
"""The worker's name in the history of an activity's task that the console takes."""


def stop_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    arn = opened_execution_arn(service, request)
    given = {name: request.form[name] for name in ("error", "cause") if request.form.get(name)}
    call_states_operation(service, "StopExecution", {"executionArn": arn, **given})
    return ConsoleRedirect(execution_address(arn), "Stopped.")


def redrive_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    arn = opened_execution_arn(service, request)
    call_states_operation(service, "RedriveExecution", {"executionArn": arn})
    return ConsoleRedirect(execution_address(arn), "Redriven.")


def answer_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Approves or rejects a task, or records a heartbeat of it: fields `handle` and `answer`."""
    arn = opened_execution_arn(service, request)
    form = request.form
    task = _waiting_task(service, arn, form.get("handle", ""))
    match form.get("answer"):
        case "approve":
            operation, answer = "SendTaskSuccess", {"output": form.get("output") or APPROVED}
            done = "Approved"
        case "reject":
            operation, answer = "SendTaskFailure", {"error": form.get("error") or REJECTED}
            if form.get("cause"):
                answer["cause"] = form["cause"]
            done = "Rejected"
        case "heartbeat":
            operation, answer, done = "SendTaskHeartbeat", {}, "Recorded a heartbeat of"
        case _:
            raise ApiError("ValidationException", "The field `answer` is approve, reject or heartbeat.")
    call_states_operation(service, operation, {"taskToken": _token(service, task), **answer})
    address = console_address("tasks") if form.get("back_to") == "tasks" else execution_address(arn)
    return ConsoleRedirect(address, f"{done} {task.name}.")


def _waiting_task(service: Service, execution_arn: str, handle: str) -> WaitingTask:
    for task in waiting_tasks(service, execution_arn=execution_arn):
        if task.handle == handle:
            return task
    raise ApiError(
        "TaskDoesNotExist", "The task does not wait any more: it was answered, or its execution ended."
    )


def _token(service: Service, task: WaitingTask) -> str:
    token = task.task_token or take_waiting_task(service, task, WORKER_NAME)
    if token is None:
        raise ApiError("TaskTimedOut", f"Another worker has just taken {task.name}.")
    return token
