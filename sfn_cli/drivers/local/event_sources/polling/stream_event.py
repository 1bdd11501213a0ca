"""The records of DynamoDB streams and Kinesis streams in the event of a function.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.polling.source_records import SourceRecord
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping


def table_record(stream_arn: str, record: Mapping[str, Any]) -> SourceRecord:
    """Returns the record of a change of an item, as GetRecords of DynamoDB Streams returns it."""
    change = dict(record["dynamodb"])
    at = _stream_time(change.get("ApproximateCreationDateTime"))
    change["ApproximateCreationDateTime"] = at // 1000
    for member in ("Keys", "NewImage", "OldImage"):
        if member in change:
            change[member] = {name: _item_attribute(value) for name, value in change[member].items()}
    shown = {
        "eventID": record.get("eventID", ""),
        "eventName": record.get("eventName", ""),
        "eventVersion": record.get("eventVersion", "1.1"),
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    if record.get("userIdentity"):
        identity = record["userIdentity"]
        shown["userIdentity"] = {"type": identity.get("Type"), "principalId": identity.get("PrincipalId")}
    return SourceRecord(str(change["SequenceNumber"]), shown, at, dumps(change.get("Keys") or {}))


def _item_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an attribute's value with bytes in base64."""
    ((kind, content),) = value.items()
    if kind == "B":
        content = base64.b64encode(content).decode()
    elif kind == "BS":
        content = [base64.b64encode(each).decode() for each in content]
    elif kind == "L":
        content = [_item_attribute(each) for each in content]
    elif kind == "M":
        content = {name: _item_attribute(each) for name, each in content.items()}
    elif kind in ("SS", "NS"):
        content = list(content)
    return {kind: content}


def kinesis_record(stream_arn: str, shard: str, record: Mapping[str, Any]) -> SourceRecord:
    """Returns a record as GetRecords of Kinesis returns it."""
    at = _stream_time(record.get("ApproximateArrivalTimestamp"))
    sequence = str(record["SequenceNumber"])
    shown = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": sequence,
            "data": base64.b64encode(record["Data"]).decode(),
            "approximateArrivalTimestamp": at / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{stream_arn.split(':')[4]}:role/sfn",
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }
    return SourceRecord(sequence, shown, at, str(record["PartitionKey"]))


def _stream_time(value: Any) -> int:
    """Returns milliseconds since 1970 from botocore's time."""
    return 0 if value is None else round(value.timestamp() * 1000)
