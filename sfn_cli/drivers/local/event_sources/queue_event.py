"""The mapping of a queue to a function, the event of a batch of messages, and the batch's failures.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import arn
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.store.records.stacks import StoredResource

BATCH_SIZE = 10
"""The default BatchSize, and the maximum number of messages per receive request."""

BATCHES_AT_ONCE = 5
"""How many batches of a queue its function handles at a time: Lambda starts with five."""


class QueueMapping(NamedTuple):
    """A mapping whose source is a queue. `id` is the mapping's UUID, `function` a name or an ARN."""

    id: str
    queue_arn: str
    function: str
    batch_size: int
    batches_at_once: int
    reports_items: bool
    """Whether the function's answer names the messages that failed (ReportBatchItemFailures)."""

    @property
    def queue_name(self) -> str:
        return self.queue_arn.rpartition(":")[2]


def queue_mapping(resource: StoredResource) -> QueueMapping | None:
    """Returns the mapping that a resource of a stack describes.

    None if it is disabled, incomplete, or its source is not a queue.
    """
    properties = resource.properties
    source, function = properties.get("EventSourceArn"), properties.get("FunctionName")
    if (
        not resource.status.endswith("_COMPLETE")
        or str(properties.get("Enabled", True)).lower() == "false"
        or not arn.is_queue_arn(source)
        or not isinstance(function, str)
    ):
        return None
    scaling = properties.get("ScalingConfig")
    at_most = scaling.get("MaximumConcurrency") if isinstance(scaling, dict) else None
    return QueueMapping(
        resource.physical_id,
        str(source),
        function,
        _bounded_number(properties.get("BatchSize"), BATCH_SIZE),
        _bounded_number(at_most, BATCHES_AT_ONCE),
        "ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or ()),
    )


def _bounded_number(value: object, most: int) -> int:
    """Returns the value clamped to 1…`most`, or `most` if it is not a number."""
    try:
        return max(1, min(int(str(value)), most))
    except ValueError:
        return most


def queue_event(queue_arn: str, messages: Sequence[Mapping[str, Any]]) -> str:
    """Returns the function's event, as JSON text, for `messages` as returned by ReceiveMessage."""
    return dumps({"Records": [_queue_record(queue_arn, message) for message in messages]})


def _queue_record(queue_arn: str, message: Mapping[str, Any]) -> dict[str, Any]:
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message.get("Body", ""),
        "attributes": message.get("Attributes") or {},
        "messageAttributes": {
            name: _message_attribute(value)
            for name, value in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if md5 := message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = md5
    return record


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return {**attribute, "dataType": value.get("DataType", "String")}


def failed_message_ids(answer: str, ids: set[str]) -> set[str]:
    """Returns the ids of the messages that the function reported as failed.

    `ids` are those of the batch. All have failed if the answer is not of the form
    {"batchItemFailures": [{"itemIdentifier": ID}]}, or if it names a message outside the batch; none
    has failed if the list is empty or the answer is null.
    """
    try:
        read = json.loads(answer or "null")
    except (RecursionError, ValueError):
        return ids
    if read is None:
        return set()
    failures = read.get("batchItemFailures") or [] if isinstance(read, dict) else None
    if not isinstance(failures, list):
        return ids
    failed = set()
    for item in failures:
        id = item.get("itemIdentifier") if isinstance(item, dict) else None
        if not (isinstance(id, str) and id in ids):
            return ids
        failed.add(id)
    return failed
