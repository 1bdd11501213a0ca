"""The record of a message, and a function's answer to a batch."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.drivers.local.event_sources.polling.queue_event import queue_record
from sfn_cli.drivers.local.event_sources.polling.source_records import failed_record_ids

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"


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
    assert [queue_record(QUEUE, one).record for one in (message, bare)] == [
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
    assert failed_record_ids(answer, {"a", "b"}) == set(failed)
