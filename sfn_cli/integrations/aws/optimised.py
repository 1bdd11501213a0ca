"""The optimised integrations of services that need no more than one call: SQS, SNS, DynamoDB, EventBridge.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.integrations.aws.call import Answered, Manner, call_operation, in_background
from sfn_cli.integrations.aws.errors import Naming
from sfn_cli.integrations.aws.sdk import metadata
from sfn_cli.integrations.aws.shapes import capitalise
from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun

_HEADERS = {
    name.lower(): name for name in ("Content-Length", "Content-Type", "Date", "Server", "x-amzn-RequestId")
}


def _with_metadata(result: Json, answered: Answered) -> Json:
    assert isinstance(result, dict)
    told = answered["ResponseMetadata"]
    headers = {_HEADERS.get(name, name): value for name, value in told.get("HTTPHeaders", {}).items()}
    return dict(sorted({**result, **metadata(told.get("RequestId", ""), headers)}.items()))


def _all_entries(result: Json, answered: Answered) -> Json:
    """Raises StatesError when one of the events was refused."""
    assert isinstance(result, dict)
    told = {"Entries": result["Entries"], "FailedEntryCount": result.get("FailedEntryCount", 0)}
    if told["FailedEntryCount"]:
        raise StatesError("EventBridge.FailedEntry", dumps(told))
    return told


def _ask(service: str, manner: Manner, task_run: TaskRun, context: TaskContext) -> Cancel:
    task = task_run.task
    action = task.resource.action.partition(".")[0]
    return in_background(task_run, context, lambda: call_operation(service, action, manner, task, context))


def dynamodb(task_run: TaskRun, context: TaskContext) -> Cancel:
    return _ask(
        "dynamodb",
        Manner(Naming("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDB"), capitalise, shape=_with_metadata),
        task_run,
        context,
    )


def sns(task_run: TaskRun, context: TaskContext) -> Cancel:
    return _ask(
        "sns",
        Manner(Naming("SNS", "AmazonSNS", "AmazonSNS"), capitalise, shape=_with_metadata),
        task_run,
        context,
    )


def sqs(task_run: TaskRun, context: TaskContext) -> Cancel:
    return _ask(
        "sqs",
        Manner(Naming("SQS", "AmazonSQS", "AmazonSQS"), capitalise, shape=_with_metadata),
        task_run,
        context,
    )


def events(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Puts events. Each names the execution that it comes from and its state machine, beside the
    resources that the task names.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    execution = context.service.executions.find(task_run.execution_arn)
    origin = () if execution is None else (execution.arn, execution.state_machine_arn)

    def tell_origin(request: dict[str, Any]) -> None:
        for entry in request.get("Entries", ()):
            entry["Resources"] = [*entry.get("Resources", ()), *origin]

    naming = Naming("EventBridge", "AmazonEventBridge", "AmazonEventBridge")
    return _ask("events", Manner(naming, capitalise, tell_origin, _all_entries), task_run, context)
