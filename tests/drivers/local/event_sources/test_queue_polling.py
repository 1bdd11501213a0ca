"""Delivery of queue messages to functions: real queues, functions and stacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from sfn_cli.drivers.local.event_sources.queue_polling import MAPPING_TYPE, QueuePolling
from sfn_cli.drivers.local.offload import Offload
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import TaskContext
from sfn_cli.store.records.stacks import StoredResource, StoredStack
from sfn_cli.store.sqlite.stacks.stacks import SqliteStacks
from tests.functions.workbench import Workbench
from tests.processes import stop_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service

pytestmark = pytest.mark.slow

SHOWN = """
    import json
    def handler(event, context):
        count = "ApproximateReceiveCount"
        print(json.dumps([[one["body"], one["attributes"][count]] for one in event["Records"]]))
"""
FAILS_FIRST = f"""{SHOWN}
        assert event["Records"][0]["attributes"][count] == "2"
"""
FAILS_ITEM = f"""{SHOWN}
        return {{"batchItemFailures": [
            {{"itemIdentifier": one["messageId"]}} for one in event["Records"]
            if one["body"] == "b" and one["attributes"][count] == "1"
        ]}}
"""


class Delivery:
    """The parts of a worker that polling needs: a pool, threads, and the local AWS services."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.log.clear()
        self.clients = Clients(bench.settings)
        self.sqs = self.clients.get("sqs")
        self.stacks = SqliteStacks(bench.database)
        self.reports: list[str] = []
        offload: Offload[Any] = Offload(bench.selector)
        service = cast("Service", None)  # no operation is called here
        context = TaskContext(
            bench.settings, bench.pool, service, bench.clock, offload.calls, self.clients, {}
        )
        self.polling = QueuePolling(self.stacks, context, self.reports.append)

    def queue(self, name: str, **attributes: str) -> str:
        """Creates a queue. Returns its URL."""
        return str(self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def map(self, name: str, **properties: Any) -> None:
        """Stores a stack with the mapping of a queue to the function, both of this name."""
        self.stacks.save(StoredStack(name, "", "", "", "", "CREATE_COMPLETE", None, {}, [], {}, 1, 1))
        source = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        properties = {"EventSourceArn": source, "FunctionName": name, **properties}
        self.stacks.save_resource(
            name,
            StoredResource(
                1, "M", MAPPING_TYPE, f"id-{name}", "CREATE_COMPLETE", properties, "", {}, None, "", False
            ),
        )

    def left(self, url: str) -> int:
        """The number of messages in a queue, including hidden ones."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(count) for count in counts.values())

    @property
    def shown(self) -> list[Any]:
        """[body, receive count] of each message of each batch that functions received."""
        return [json.loads(line) for line in self.bench.log if line.startswith("[[")]

    def until_delivered(self, batches: int) -> None:
        """Runs until functions have received and handled this many batches."""

        def is_delivered() -> bool:
            self.polling.check()
            return len(self.shown) >= batches and not self.polling.is_busy

        self.bench.until(is_delivered)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    bench = Workbench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.close()
    stop_services(bench.settings.home)


@pytest.fixture
def delivery(bench: Workbench) -> Iterator[Delivery]:
    delivery = Delivery(bench)
    yield delivery
    for stack in delivery.stacks.page("", 100):
        delivery.stacks.delete(stack.name)
    bench.until(delivery.polling.pause)


def test_handled_messages_are_deleted(delivery: Delivery) -> None:
    """Waiting messages are delivered in batches of up to BatchSize, and deleted when handled."""
    url = delivery.queue("handled")
    delivery.bench.function(SHOWN, "handled")
    for body in "abc":
        delivery.sqs.send_message(QueueUrl=url, MessageBody=body)
    delivery.map("handled", BatchSize=2)
    delivery.until_delivered(2)
    assert sorted(delivery.shown) == [[["a", "1"], ["b", "1"]], [["c", "1"]]]
    assert (delivery.left(url), delivery.reports) == (0, [])


def test_a_failed_batch_is_delivered_again(delivery: Delivery) -> None:
    """A function that fails gets its batch again, after the queue's visibility timeout."""
    url = delivery.queue("failing", VisibilityTimeout="1")
    delivery.bench.function(FAILS_FIRST, "failing")
    delivery.map("failing")
    delivery.sqs.send_message(QueueUrl=url, MessageBody="a")
    delivery.until_delivered(2)
    assert delivery.shown == [[["a", "1"]], [["a", "2"]]]
    assert delivery.left(url) == 0
    arn = "arn:aws:sqs:us-east-1:123456789012:failing"
    assert delivery.reports == [f"function failing failed for messages of {arn}: AssertionError"]


def test_reported_failures_are_delivered_again(delivery: Delivery) -> None:
    """With ReportBatchItemFailures, only the messages that failed stay in the queue."""
    url = delivery.queue("partial", VisibilityTimeout="1")
    delivery.bench.function(FAILS_ITEM, "partial")
    for body in "ab":
        delivery.sqs.send_message(QueueUrl=url, MessageBody=body)
    delivery.map("partial", FunctionResponseTypes=["ReportBatchItemFailures"])
    delivery.until_delivered(2)
    assert delivery.shown == [[["a", "1"], ["b", "1"]], [["b", "2"]]]
    assert (delivery.left(url), delivery.reports) == (0, [])


def test_one_queue_does_not_delay_another(delivery: Delivery) -> None:
    """A missing queue and a missing function are one line each in the log."""
    delivery.map("gone")
    delivery.map("lonely")
    lonely = delivery.queue("lonely")
    delivery.sqs.send_message(QueueUrl=lonely, MessageBody="a")
    url = delivery.queue("well")
    delivery.bench.function(SHOWN, "well")
    delivery.map("well")
    delivery.sqs.send_message(QueueUrl=url, MessageBody="a")
    delivery.until_delivered(1)
    delivery.bench.until(lambda: len(delivery.reports) == 2)
    failures = {
        report.partition(":123456789012:")[2].partition(" ")[0].rstrip(":") for report in delivery.reports
    }
    assert failures == {"gone", "lonely"}
    assert (delivery.left(url), delivery.left(lonely)) == (0, 1)


def test_a_deleted_stack_delivers_nothing(delivery: Delivery) -> None:
    """The same is true of a disabled mapping. A worker that exits waits for its running polls."""
    delivery.queue("deleted")
    delivery.map("deleted")
    delivery.polling.check()
    assert not delivery.polling.pause()
    delivery.bench.until(delivery.polling.pause)
    delivery.polling.resume()
    delivery.map("deleted", Enabled=False)
    delivery.polling.check()
    assert delivery.polling.pause()
    delivery.polling.resume()
    delivery.map("deleted")
    delivery.stacks.delete("deleted")
    delivery.polling.check()
    assert delivery.polling.pause()
