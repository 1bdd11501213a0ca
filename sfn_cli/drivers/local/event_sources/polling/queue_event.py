"""The record of a queue's message in the event of a function.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.polling.source_records import SourceRecord

if TYPE_CHECKING:
    from collections.abc import Mapping


def queue_record(queue_arn: str, message: Mapping[str, Any]) -> SourceRecord:
    """Returns the record of a message as ReceiveMessage returns it."""
    attributes = message.get("Attributes") or {}
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message.get("Body", ""),
        "attributes": attributes,
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
    return SourceRecord(
        message["MessageId"],
        record,
        int(attributes.get("SentTimestamp") or 0),
        str(attributes.get("MessageGroupId") or ""),
        message["ReceiptHandle"],
    )


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return {**attribute, "dataType": value.get("DataType", "String")}


def receive_count(record: SourceRecord) -> int:
    """Returns how often a message has been received."""
    return int(record.record["attributes"].get("ApproximateReceiveCount") or 1)
