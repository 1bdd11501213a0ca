"""arn:aws:states:::states:startExecution: starts an execution, and may wait for it.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
A task starts its execution only once: a worker that resumes finds the existing one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.model import load_model
from sfn_cli.api.protocol.constraints import check_constraints
from sfn_cli.api.stepfunctions.executions import start_child_execution, to_execution_description
from sfn_cli.asl.retry import RUNTIME
from sfn_cli.errors import ApiError, StatesError
from sfn_cli.integrations.aws.response_metadata import response_metadata_date, sdk_response_metadata
from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, Payload, dumps, dumps_payload, loads
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.integrations.task_order import Task
    from sfn_cli.store.records.executions import Execution

_MEMBERS = {"StateMachineArn": "stateMachineArn", "Name": "name", "TraceHeader": "traceHeader"}


def start_execution(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Starts an execution with Parameters' StateMachineArn, Input, Name and TraceHeader."""
    task, execution_arn, answer = task_run
    request_id = random_uuid()
    try:
        request = _start_execution_request(task.arguments.value)
        check_constraints(load_model("stepfunctions", "StartExecution").input, request)
        started = start_child_execution(
            context.service, request, execution_arn, task.id, awaited=task.awaits_child, at=task.at
        )
    except StatesError as error:
        answer(TaskFailed(task.id, error.error, error.cause))
        return nothing_to_cancel
    except ApiError as error:
        details = (
            f"Service: AWSStepFunctions; Status Code: 400; Error Code: {error.code}; "
            f"Request ID: {request_id}; Proxy: null"
        )
        answer(
            TaskFailed(
                task.id,
                f"StepFunctions.{error.code.removesuffix('Exception')}Exception",
                f"{error.message} ({details})",
            )
        )
        return nothing_to_cancel
    answer(TaskSucceeded(task.id, Payload(_start_execution_response(started, request_id, context.clock()))))
    return nothing_to_cancel


def _start_execution_request(arguments: Json) -> dict[str, Json]:
    """Returns the request of StartExecution.

    Raises ApiError ValidationException, or StatesError for a field of the wrong type.
    """
    if not isinstance(arguments, dict) or not isinstance(arguments.get("StateMachineArn"), str):
        raise ApiError("ValidationException", "The field 'StateMachineArn' is required but was missing")
    request = {
        member: arguments[name] for name, member in _MEMBERS.items() if arguments.get(name) is not None
    }
    for name, member in _MEMBERS.items():
        if not isinstance(request.get(member, ""), str):
            raise StatesError(RUNTIME, f"The value for the field '{name}' must be a STRING")
    input = arguments.get("Input")
    if input is not None:
        request["input"] = input if isinstance(input, str) else dumps_payload(input)
    return request


def _start_execution_response(started: Mapping[str, Json], request_id: str, now: int) -> dict[str, Json]:
    headers = {
        "connection": "keep-alive",
        "Content-Length": str(len(dumps(started))),
        "Content-Type": "application/x-amz-json-1.0",
        "Date": response_metadata_date(now),
        "x-amzn-RequestId": request_id,
    }
    return {
        "ExecutionArn": started["executionArn"],
        **sdk_response_metadata(request_id, headers),
        "StartDate": started["startDate"],
    }


def started_execution_result(task: Task, child: Execution) -> TaskSucceeded | TaskFailed:
    """Returns the result of a .sync task whose execution has ended."""
    described: dict[str, Json] = {
        name[0].upper() + name[1:]: value
        for name, value in to_execution_description(child).items()
        if value is not None
    }
    for details in ("InputDetails", "OutputDetails"):
        if details in described:
            described[details] = {"Included": True}
    if child.status == "TIMED_OUT":
        # Observed (floci): the description of an execution that timed out names no error.
        described.pop("Error", None)
        described.pop("Cause", None)
    if child.status != "SUCCEEDED":
        return TaskFailed(
            task.id, "States.TaskFailed", dumps(dict(sorted(described.items()))), child.stopped_at or 0
        )
    if task.resource.pattern == "sync:2":
        described |= {name: loads(described[name]) for name in ("Input", "Output")}
    return TaskSucceeded(task.id, Payload(dict(sorted(described.items()))), child.stopped_at or 0)
