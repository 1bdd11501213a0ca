"""Queues, topics, streams, tables and buckets as triggers: a real message, record, item or object.

It takes the way of every other one: through the event source mappings, subscriptions and notifications
that are there. Its name is that of a resource of a stack.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ConfigurationError
from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.jsonvalue import loads
from sfn_cli.stacks.triggers.trigger import Fired, Trigger, TriggerError
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.stacks.triggers.trigger import Firing
    from sfn_cli.store.records.stacks import StoredResource

_SAMPLE_KEY = "example.json"


def service_triggers(resource: StoredResource) -> Iterator[Trigger]:
    """Yields the trigger that a resource of a stack is, if it is one."""
    if resource.type not in _KINDS:
        return
    kind, send = _KINDS[resource.type]
    if kind == "table" and not resource.properties.get("StreamSpecification"):
        return  # nothing notices a change
    name = resource.physical_id.rpartition(":")[2]
    yield Trigger(
        kind, (resource.logical_id, name, resource.physical_id), "", partial(_fire_service, send, resource)
    )


def _fire_service(
    send: Callable[[Firing, StoredResource, str], str], resource: StoredResource, firing: Firing
) -> Fired:
    try:
        return Fired(send(firing, resource, firing.event if firing.event is not None else "{}"))
    except (ConfigurationError, TriggerError):
        raise
    except Exception as error:  # botocore's, which is imported by the call
        raise TriggerError(f"{resource.physical_id}: {error}") from error


def _send_to_queue(firing: Firing, resource: StoredResource, event: str) -> str:
    client = firing.clients.get("sqs")
    name = resource.physical_id.rpartition("/")[2]
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    sent = client.send_message(QueueUrl=url, MessageBody=event, **_fifo_members(name))
    return f"sent the message {sent['MessageId']} to the queue {name}"


def _publish(firing: Firing, resource: StoredResource, event: str) -> str:
    client = firing.clients.get("sns")
    arn = resource.physical_id
    sent = client.publish(TopicArn=arn, Message=event, **_fifo_members(arn))
    return f"published the message {sent['MessageId']} to the topic {arn.rpartition(':')[2]}"


def _fifo_members(name: str) -> dict[str, str]:
    """Returns what a message to a FIFO queue or topic needs."""
    if not name.endswith(".fifo"):
        return {}
    return {"MessageGroupId": "example", "MessageDeduplicationId": random_uuid()}


def _put_record(firing: Firing, resource: StoredResource, event: str) -> str:
    client = firing.clients.get("kinesis")
    name = resource.physical_id.rpartition("/")[2]
    put = client.put_record(StreamName=name, Data=event.encode(), PartitionKey="example")
    return f"put a record with the sequence number {put['SequenceNumber']} into the stream {name}"


def _put_item(firing: Firing, resource: StoredResource, event: str) -> str:
    name = resource.physical_id.rpartition("/")[2]
    try:
        item = loads(event)
    except (RecursionError, ValueError) as error:
        raise TriggerError(f"The event is not JSON: {error}") from error
    if not isinstance(item, dict) or not item:
        raise TriggerError(f'Pass the item for the table {name} with --event, such as \'{{"id": "1"}}\'.')
    firing.clients.get("dynamodb").put_item(
        TableName=name, Item={key: _attribute(value) for key, value in item.items()}
    )
    return f"put an item into the table {name}"


def _attribute(value: Any) -> dict[str, Any]:
    """Returns a DynamoDB attribute: a plain value, or one that is written as an attribute already."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _ATTRIBUTE_TYPES:
        return value
    match value:
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case int() | float():
            return {"N": json.dumps(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [_attribute(one) for one in value]}
        case _:
            return {"M": {key: _attribute(one) for key, one in value.items()}}


_ATTRIBUTE_TYPES = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))


def _put_object(firing: Firing, resource: StoredResource, event: str) -> str:
    """Puts an object: {"key": …, "body": …}, {"key": …, "file": PATH}, or the event itself."""
    key, body = _SAMPLE_KEY, event.encode()
    try:
        given = loads(event)
    except (RecursionError, ValueError):
        given = None
    if isinstance(given, dict) and isinstance(given.get("key"), str):
        if given.keys() == {"key", "file"}:
            key, body = given["key"], _object_file(Path(str(given["file"])))
        elif given.keys() <= {"key", "body"}:
            key, text = given["key"], given.get("body", "")
            body = (text if isinstance(text, str) else json.dumps(text)).encode()
    bucket = resource.physical_id
    firing.clients.get("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return f"put the object {key} into the bucket {bucket}"


def _object_file(path: Path) -> bytes:
    """Returns the content of a file for an object. Raises TriggerError."""
    try:
        return read_input_bytes(path, RESOURCE_FILE_BYTES)
    except OSError as error:
        raise TriggerError(f"Cannot read {path}: {error.strerror or error}") from None


_KINDS: dict[str, tuple[str, Callable[[Firing, StoredResource, str], str]]] = {
    "AWS::DynamoDB::GlobalTable": ("table", _put_item),
    "AWS::DynamoDB::Table": ("table", _put_item),
    "AWS::Kinesis::Stream": ("stream", _put_record),
    "AWS::S3::Bucket": ("bucket", _put_object),
    "AWS::SNS::Topic": ("topic", _publish),
    "AWS::SQS::Queue": ("queue", _send_to_queue),
}
