"""The optimised integrations that consist of one call: SQS, SNS, DynamoDB, EventBridge.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.integrations.aws.call import Answered, CallStyle, call_in_background, call_operation
from sfn_cli.integrations.aws.errors import ErrorNaming
from sfn_cli.integrations.aws.local_calls import call_local_operation
from sfn_cli.integrations.aws.local_services import EVENTS
from sfn_cli.integrations.aws.response_metadata import sdk_response_metadata
from sfn_cli.integrations.aws.shapes import capitalise_member
from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun

_HEADERS = {
    name.lower(): name for name in ("Content-Length", "Content-Type", "Date", "Server", "x-amzn-RequestId")
}


def _optimised_result_with_metadata(result: Json, answered: Answered) -> Json:
    assert isinstance(result, dict)
    metadata = answered["ResponseMetadata"]
    headers = {_HEADERS.get(name, name): value for name, value in metadata.get("HTTPHeaders", {}).items()}
    return dict(sorted({**result, **sdk_response_metadata(metadata.get("RequestId", ""), headers)}.items()))


def _optimised_style_with_metadata(naming: ErrorNaming) -> CallStyle:
    return CallStyle(naming, capitalise_member, shape=_optimised_result_with_metadata)


def _optimised_events_result(result: Json, answered: Answered) -> Json:
    """Returns the result. Raises StatesError if an event was refused."""
    assert isinstance(result, dict)
    output = {"Entries": result["Entries"], "FailedEntryCount": result.get("FailedEntryCount", 0)}
    if output["FailedEntryCount"]:
        raise StatesError("EventBridge.FailedEntry", dumps(output))
    return output


def _call_optimised(service: str, style: CallStyle, task_run: TaskRun, context: TaskContext) -> Cancel:
    task = task_run.task
    action = task.resource.operation
    return call_in_background(
        task_run, context, lambda: call_operation(service, action, style, task, context)
    )


def optimised_dynamodb(task_run: TaskRun, context: TaskContext) -> Cancel:
    naming = ErrorNaming("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDB")
    return _call_optimised("dynamodb", _optimised_style_with_metadata(naming), task_run, context)


def optimised_sns(task_run: TaskRun, context: TaskContext) -> Cancel:
    naming = ErrorNaming("SNS", "AmazonSNS", "AmazonSNS")
    return _call_optimised("sns", _optimised_style_with_metadata(naming), task_run, context)


def optimised_sqs(task_run: TaskRun, context: TaskContext) -> Cancel:
    naming = ErrorNaming("SQS", "AmazonSQS", "AmazonSQS")
    return _call_optimised("sqs", _optimised_style_with_metadata(naming), task_run, context)


def optimised_events(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Puts events.

    The state machine and the execution are added to each event's resources, in this order (recorded).
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    execution = context.service.executions.find(task_run.execution_arn)
    origin = () if execution is None else (execution.state_machine_arn, execution.arn)

    def add_origin(request: dict[str, Any]) -> None:
        for entry in request.get("Entries", ()):
            entry["Resources"] = [*entry.get("Resources", ()), *origin]

    naming = ErrorNaming("EventBridge", "AmazonEventBridge", "AmazonEventBridge")
    style = CallStyle(naming, capitalise_member, add_origin, _optimised_events_result)
    if not EVENTS.answers(context.settings):
        return _call_optimised("events", style, task_run, context)
    task = task_run.task
    return call_in_background(
        task_run, context, lambda: call_local_operation(EVENTS, "PutEvents", style, task, context)
    )
