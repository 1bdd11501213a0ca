"""The optimised integrations of services that need no more than one call: SQS, SNS, DynamoDB, EventBridge.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.integrations.aws import call
from sfn_cli.integrations.aws.call import Answered, Manner
from sfn_cli.integrations.aws.errors import Naming
from sfn_cli.integrations.aws.sdk import metadata
from sfn_cli.integrations.aws.shapes import capitalised
from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, Errand, World

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


def _ask(service: str, manner: Manner, errand: Errand, world: World) -> Cancel:
    task = errand.task
    action = task.resource.action.partition(".")[0]
    return call.in_background(errand, world, lambda: call.call(service, action, manner, task, world))


def dynamodb(errand: Errand, world: World) -> Cancel:
    return _ask(
        "dynamodb",
        Manner(Naming("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDB"), capitalised, shape=_with_metadata),
        errand,
        world,
    )


def sns(errand: Errand, world: World) -> Cancel:
    return _ask(
        "sns",
        Manner(Naming("SNS", "AmazonSNS", "AmazonSNS"), capitalised, shape=_with_metadata),
        errand,
        world,
    )


def sqs(errand: Errand, world: World) -> Cancel:
    return _ask(
        "sqs",
        Manner(Naming("SQS", "AmazonSQS", "AmazonSQS"), capitalised, shape=_with_metadata),
        errand,
        world,
    )


def events(errand: Errand, world: World) -> Cancel:
    """Each event tells of the execution that it comes from and its state machine, beside the
    resources that the task names.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    execution = world.service.executions.find(errand.execution_arn)
    origin = () if execution is None else (execution.arn, execution.state_machine_arn)

    def tell_origin(request: dict[str, Any]) -> None:
        for entry in request.get("Entries", ()):
            entry["Resources"] = [*entry.get("Resources", ()), *origin]

    naming = Naming("EventBridge", "AmazonEventBridge", "AmazonEventBridge")
    return _ask("events", Manner(naming, capitalised, tell_origin, _all_entries), errand, world)
