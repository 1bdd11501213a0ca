"""A function's ARN as Resource: it is called with the arguments, and its response is the result.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn, json_text, quotas
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, Payload, loads, serialized_payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun
    from sfn_cli.integrations.task_order import Task


def call_function(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Calls the function that the Resource names."""
    task = task_run.task

    def done(outcome: Outcome) -> None:
        task_run.answer(
            lambda_function_signal(task, outcome, task.resource.arn, context, lambda result: result)
        )

    return context.pool.invoke(task.resource.arn, task.arguments.text, done).cancel


def lambda_function_signal(
    task: Task, outcome: Outcome, function_ref: str, context: TaskContext, shape: Callable[[Json], Json]
) -> TaskSucceeded | TaskFailed:
    """Converts an outcome to a signal; `shape` converts the response to the task's result."""
    if outcome.kind != "succeeded":
        return _lambda_function_failure(task, outcome, function_ref, context)
    try:
        return TaskSucceeded(task.id, serialized_payload(shape(json_text.read_json(outcome.payload))))
    except (RecursionError, ValueError) as error:
        if len(outcome.payload) > quotas.PAYLOAD_BYTES:
            # Recorded: bytes that are no JSON, but too many. The interpreter refuses the size.
            return TaskSucceeded(task.id, serialized_payload(shape(outcome.payload)))
        return TaskFailed(task.id, "States.Runtime", f"The function's response is not valid JSON: {error}")


def _lambda_function_failure(
    task: Task, outcome: Outcome, function_ref: str, context: TaskContext
) -> TaskFailed:
    """Returns the failure of the task, named for the exception that the function raised."""
    if outcome.kind == "not_found":
        return TaskFailed(
            task.id,
            "Lambda.ResourceNotFoundException",
            _lambda_function_not_found_cause(function_ref, outcome, context),
        )
    if outcome.kind == "throttled":
        cause = (
            f"{outcome.message} (Service: AWSLambda; Status Code: 429; "
            f"Error Code: {outcome.error}; Request ID: {outcome.request_id}; Proxy: null)"
        )
        return TaskFailed(task.id, f"Lambda.{outcome.error}", cause)
    if outcome.kind == "unusable":
        return TaskFailed(task.id, outcome.error, outcome.message)
    # Observed: here, the cause is the function's report verbatim; with lambda:invoke, it is compact JSON.
    cause = outcome.payload if task.resource.kind == "lambda" else Payload(loads(outcome.payload)).text
    return TaskFailed(task.id, outcome.error or "States.TaskFailed", cause)


def _lambda_function_not_found_cause(function_ref: str, outcome: Outcome, context: TaskContext) -> str:
    name = function_ref.rpartition(":function:")[2]
    qualified = name if ":" in name else f"{name}:$LATEST"
    full = arn.function_arn(context.settings.region, context.settings.account_id, qualified)
    return (
        f"Function not found: {full} (Service: AWSLambda; Status Code: 404; "
        f"Error Code: ResourceNotFoundException; Request ID: {outcome.request_id}; Proxy: null)"
    )
