"""Mappings of queues, the event of a batch, and a function's answer to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.drivers.local.event_sources.queue_event import failed_message_ids, queue_event, queue_mapping
from sfn_cli.store.records.stacks import StoredResource

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
MAPPED = {"EventSourceArn": QUEUE, "FunctionName": "price"}


def mapping_resource(properties: dict[str, Any], status: str = "CREATE_COMPLETE") -> StoredResource:
    return StoredResource(
        1, "M", "AWS::Lambda::EventSourceMapping", "id", status, properties, "id", {}, None, "", False
    )


@pytest.mark.parametrize(
    "properties, batch_size, batches_at_once",
    [
        ({}, 10, 5),
        ({"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 2}}, 1, 2),
        ({"BatchSize": "3"}, 3, 5),  # the value of a parameter is a string
        ({"BatchSize": 10000, "MaximumBatchingWindowInSeconds": 60}, 10, 5),
        ({"Enabled": True, "ScalingConfig": {"MaximumConcurrency": 100}}, 10, 5),
    ],
)
def test_a_mapping(properties: dict[str, Any], batch_size: int, batches_at_once: int) -> None:
    """Its numbers are Lambda's, within a worker's limits."""
    mapping = queue_mapping(mapping_resource({**MAPPED, **properties}))
    assert mapping is not None
    assert (mapping.queue_name, mapping.function) == ("orders", "price")
    assert (mapping.batch_size, mapping.batches_at_once) == (batch_size, batches_at_once)
    assert not mapping.reports_items


@pytest.mark.parametrize(
    "properties, status",
    [
        ({"Enabled": False}, "CREATE_COMPLETE"),
        ({"Enabled": "false"}, "CREATE_COMPLETE"),
        ({"EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "CREATE_COMPLETE"),
        ({"EventSourceArn": None}, "CREATE_COMPLETE"),
        ({"FunctionName": None}, "CREATE_COMPLETE"),
        ({}, "DELETE_IN_PROGRESS"),
    ],
)
def test_no_mapping(properties: dict[str, Any], status: str) -> None:
    """A mapping that is disabled, incomplete, being deleted, or has no queue is not polled."""
    assert queue_mapping(mapping_resource({**MAPPED, **properties}, status)) is None


def test_the_event() -> None:
    """A record has the members that Lambda documents."""
    message = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": "{}",
        "MD5OfBody": "5",
        "MD5OfMessageAttributes": "6",
        "Attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000"},
        "MessageAttributes": {
            "Text": {"StringValue": "x", "DataType": "String"},
            "Bytes": {"BinaryValue": b"\x00\x01", "DataType": "Binary"},
        },
    }
    bare = {"MessageId": "n", "ReceiptHandle": "s", "Body": "b", "MD5OfBody": "7"}
    source = {"eventSource": "aws:sqs", "eventSourceARN": QUEUE, "awsRegion": "us-east-1"}
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert json.loads(queue_event(QUEUE, [message, bare])) == {
        "Records": [
            {
                "messageId": "m",
                "receiptHandle": "r",
                "body": "{}",
                "attributes": message["Attributes"],
                "messageAttributes": {
                    "Text": {"stringValue": "x", **lists, "dataType": "String"},
                    "Bytes": {"binaryValue": "AAE=", **lists, "dataType": "Binary"},
                },
                "md5OfBody": "5",
                "md5OfMessageAttributes": "6",
                **source,
            },
            {
                "messageId": "n",
                "receiptHandle": "s",
                "body": "b",
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "7",
                **source,
            },
        ]
    }


@pytest.mark.parametrize(
    "answer, failed",
    [
        ("null", ""),
        ("", ""),
        ("{}", ""),
        ('{"batchItemFailures": []}', ""),
        ('{"batchItemFailures": null}', ""),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}]}', "a"),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": ""}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": null}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": ["a"]}]}', "ab"),
        ('{"batchItemFailures": [{"id": "a"}]}', "ab"),
        ('{"batchItemFailures": ["a"]}', "ab"),
        ('{"batchItemFailures": "a"}', "ab"),
        ('"done"', "ab"),
        ("{", "ab"),
    ],
)
def test_an_answer(answer: str, failed: str) -> None:
    """An answer in an unknown form fails the whole batch."""
    assert failed_message_ids(answer, {"a", "b"}) == set(failed)
