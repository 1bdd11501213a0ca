"""The optimised integrations of services that need no more than one call: SQS, SNS, DynamoDB, EventBridge.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.integrations import aws_call
from sfn_cli.integrations.aws_call import Answered, Manner
from sfn_cli.integrations.aws_errors import Naming
from sfn_cli.integrations.aws_shapes import capitalised
from sfn_cli.integrations.sdk import metadata
from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, Errand, Integration, World
    from sfn_cli.interpreter.execution import OpenTask

_HEADERS = {name.lower(): name for name in ("Content-Length", "Content-Type", "Date", "Server", "x-amzn-RequestId")}


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


def _with_origin(request: dict[str, Any], task: OpenTask) -> None:
    """Events tell which execution they come from."""


def _called(service: str, manner: Manner) -> Integration:
    def call(errand: Errand, world: World) -> Cancel:
        task = errand.task
        action = task.resource.action.partition(".")[0]
        return aws_call.in_background(errand, world, lambda: aws_call.call(service, action, manner, task, world))

    return call


sqs = _called("sqs", Manner(Naming("SQS", "AmazonSQS", "AmazonSQS"), capitalised, shape=_with_metadata))
sns = _called("sns", Manner(Naming("SNS", "AmazonSNS", "AmazonSNS"), capitalised, shape=_with_metadata))
dynamodb = _called("dynamodb", Manner(Naming("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDB"), capitalised, shape=_with_metadata))
events = _called("events", Manner(Naming("EventBridge", "AmazonEventBridge", "AmazonEventBridge"), capitalised, _with_origin, _all_entries))
