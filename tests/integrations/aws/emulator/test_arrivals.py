"""Waiting for what arrives in queues and streams, in the real local AWS services."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.integrations.aws.arrivals import ArrivalPosition, ArrivalsError, await_arrivals

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integrations.aws.emulator.conftest import LocalServices

LONG = 30.0
"""Longer than any wait for an arrival should take."""

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


def current(local: LocalServices) -> ArrivalPosition:
    """The position after everything that has arrived so far."""
    return await_arrivals(local.settings, local.endpoint, seconds=0).position


def test_a_waiting_client_gets_the_source(local: LocalServices) -> None:
    """A client that waits gets the queue of a new message; then there is nothing new."""
    url = local.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    before = current(local)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(await_arrivals, local.settings, local.endpoint, before, LONG)
        local.client("sqs").send_message(QueueUrl=url, MessageBody="1")
        found = waiting.result()
    assert found.sources == {ARN.format("sqs", "orders")}
    assert await_arrivals(local.settings, local.endpoint, found.position, 0).sources == set()


def _delayed(local: LocalServices, url: str) -> None:
    local.client("sqs").send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)


def _received(local: LocalServices, url: str) -> None:
    local.client("sqs").send_message(QueueUrl=url, MessageBody="again")
    local.client("sqs").receive_message(QueueUrl=url, VisibilityTimeout=1)


def _made_visible(local: LocalServices, url: str) -> None:
    sqs = local.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="at once")
    receipt = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)


@pytest.mark.parametrize("arrive", [_delayed, _received, _made_visible])
def test_messages_that_become_visible_later(
    local: LocalServices, arrive: Callable[[LocalServices, str], None]
) -> None:
    """A message arrives after its delay, and again when its visibility timeout ends."""
    name = f"later{arrive.__name__}"
    url = local.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arrive(local, url)
    position = current(local)
    while not local.client("sqs").receive_message(QueueUrl=url).get("Messages"):
        found = await_arrivals(local.settings, local.endpoint, position, LONG)
        assert found.sources == {ARN.format("sqs", name)}
        position = found.position


def test_records_of_streams(local: LocalServices) -> None:
    """Changes of a table's items and records of a Kinesis stream arrive under the stream's ARN."""
    stream = local.client("dynamodb").create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    local.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    before = current(local)
    local.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "1"}})
    local.client("kinesis").put_record(StreamName="clicks", Data=b"1", PartitionKey="1")
    found = await_arrivals(local.settings, local.endpoint, before, LONG)
    assert found.sources == {stream, ARN.format("kinesis", "stream/clicks")}


def test_a_position_of_another_run(local: LocalServices) -> None:
    """After a restart of the services, any source may have something."""
    assert await_arrivals(local.settings, local.endpoint, ArrivalPosition("another", 7), LONG).sources is None


def test_an_endpoint_that_reports_no_arrivals(local: LocalServices) -> None:
    """No answer, or that of another program, is an error."""
    with pytest.raises(ArrivalsError):
        await_arrivals(local.settings, "http://127.0.0.1:9", seconds=0)
