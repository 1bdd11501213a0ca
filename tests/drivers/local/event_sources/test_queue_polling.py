"""Messages on their way from queues to functions: real queues, functions and stacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from sfn_cli.drivers.local.event_sources.queue_polling import MAPPING_TYPE, QueuePolling
from sfn_cli.drivers.local.offload import Offload
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import TaskContext
from sfn_cli.store.records.stacks import StoredResource, StoredStack
from sfn_cli.store.sqlite.stacks.stacks import SqliteStacks
from tests.functions.workbench import Workbench

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


class Carrier:
    """A worker as its polls see it: a pool, threads, and the local services."""

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
        """How many messages a queue has, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(count) for count in counts.values())

    @property
    def shown(self) -> list[Any]:
        """[body, receive count] of each message of each batch that functions were given."""
        return [json.loads(line) for line in self.bench.log if line.startswith("[[")]

    def until_carried(self, batches: int) -> None:
        """Works until functions have been given so many batches, and handled them."""

        def is_carried() -> bool:
            self.polling.look()
            return len(self.shown) >= batches and not self.polling.is_busy

        self.bench.until(is_carried)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    bench = Workbench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.close()
    embedded_aws.stop_embedded_aws(bench.settings.home)


@pytest.fixture
def carrier(bench: Workbench) -> Iterator[Carrier]:
    carrier = Carrier(bench)
    yield carrier
    for stack in carrier.stacks.page("", 100):
        carrier.stacks.delete(stack.name)
    bench.until(carrier.polling.leave)


def test_what_is_handled_is_deleted(carrier: Carrier) -> None:
    """Messages that wait make a batch, of BatchSize at most."""
    url = carrier.queue("handled")
    carrier.bench.function(SHOWN, "handled")
    for body in "abc":
        carrier.sqs.send_message(QueueUrl=url, MessageBody=body)
    carrier.map("handled", BatchSize=2)
    carrier.until_carried(2)
    assert sorted(carrier.shown) == [[["a", "1"], ["b", "1"]], [["c", "1"]]]
    assert (carrier.left(url), carrier.reports) == (0, [])


def test_what_fails_comes_again(carrier: Carrier) -> None:
    """A function that fails gets its batch again, after the queue's visibility timeout."""
    url = carrier.queue("failing", VisibilityTimeout="1")
    carrier.bench.function(FAILS_FIRST, "failing")
    carrier.map("failing")
    carrier.sqs.send_message(QueueUrl=url, MessageBody="a")
    carrier.until_carried(2)
    assert carrier.shown == [[["a", "1"]], [["a", "2"]]]
    assert carrier.left(url) == 0
    arn = "arn:aws:sqs:us-east-1:123456789012:failing"
    assert carrier.reports == [f"failing fails with messages of {arn}: AssertionError"]


def test_what_an_answer_names_comes_again(carrier: Carrier) -> None:
    """With ReportBatchItemFailures, only the messages that failed are kept."""
    url = carrier.queue("partial", VisibilityTimeout="1")
    carrier.bench.function(FAILS_ITEM, "partial")
    for body in "ab":
        carrier.sqs.send_message(QueueUrl=url, MessageBody=body)
    carrier.map("partial", FunctionResponseTypes=["ReportBatchItemFailures"])
    carrier.until_carried(2)
    assert carrier.shown == [[["a", "1"], ["b", "1"]], [["b", "2"]]]
    assert (carrier.left(url), carrier.reports) == (0, [])


def test_one_queue_does_not_hold_up_another(carrier: Carrier) -> None:
    """A queue that is not there, and a function that is not, are one line each in the log."""
    carrier.map("gone")
    carrier.map("lonely")
    lonely = carrier.queue("lonely")
    carrier.sqs.send_message(QueueUrl=lonely, MessageBody="a")
    url = carrier.queue("well")
    carrier.bench.function(SHOWN, "well")
    carrier.map("well")
    carrier.sqs.send_message(QueueUrl=url, MessageBody="a")
    carrier.until_carried(1)
    carrier.bench.until(lambda: len(carrier.reports) == 2)
    failures = {
        report.partition(":123456789012:")[2].partition(" ")[0].rstrip(":") for report in carrier.reports
    }
    assert failures == {"gone", "lonely"}
    assert (carrier.left(url), carrier.left(lonely)) == (0, 1)


def test_a_deleted_stack_carries_nothing(carrier: Carrier) -> None:
    """Nor does a disabled mapping; a worker that leaves waits for the polls that are going on."""
    carrier.queue("deleted")
    carrier.map("deleted")
    carrier.polling.look()
    assert not carrier.polling.leave()
    carrier.bench.until(carrier.polling.leave)
    carrier.polling.stay()
    carrier.map("deleted", Enabled=False)
    carrier.polling.look()
    assert carrier.polling.leave()
    carrier.polling.stay()
    carrier.map("deleted")
    carrier.stacks.delete("deleted")
    carrier.polling.look()
    assert carrier.polling.leave()
