"""Delivery of queue messages to functions: real queues, functions and mappings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.local.event_sources.polling.source_bench import SourceBench

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


def test_handled_messages_are_deleted(sources: SourceBench) -> None:
    """Waiting messages are delivered in batches of up to BatchSize, and deleted when handled.

    What came of each batch is stored, for people to see.
    """
    url = sources.queue("handled")
    sources.bench.function(SHOWN, "handled")
    sources.send(url, *"abc")
    sources.map_queue("handled", BatchSize=2)
    sources.until_delivered(2)
    assert sorted(sources.shown) == [[["a", "1"], ["b", "1"]], [["c", "1"]]]
    assert (sources.left(url), sources.reports) == (0, [])
    delivered = [(one.source, one.status, json.loads(one.payload)["count"]) for one in sources.deliveries()]
    assert sorted(delivered) == [("mapping/handled", "DELIVERED", 1), ("mapping/handled", "DELIVERED", 2)]


def test_a_message_that_arrives_later(sources: SourceBench) -> None:
    """An idle queue is polled when something arrives, after the message's delay too."""
    url = sources.queue("later")
    sources.bench.function(SHOWN, "later")
    sources.map_queue("later")
    sources.check()
    sources.send(url, "a")
    sources.until_delivered(1)
    sources.sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=1)
    sources.until_delivered(2)
    assert sources.shown == [[["a", "1"]], [["b", "1"]]]


def test_a_failed_batch_is_delivered_again(sources: SourceBench) -> None:
    """A function that fails gets its batch again, after the queue's visibility timeout."""
    url = sources.queue("failing", VisibilityTimeout="1")
    sources.bench.function(FAILS_FIRST, "failing")
    sources.map_queue("failing")
    sources.send(url, "a")
    sources.until_delivered(2)
    assert sources.shown == [[["a", "1"]], [["a", "2"]]]
    assert sources.left(url) == 0
    arn = "arn:aws:sqs:us-east-1:123456789012:failing"
    (report,) = sources.reports
    assert report.endswith(f":failing failed for {arn}: AssertionError")


def test_virtual_time(sources: SourceBench) -> None:
    """A failed message is visible again at once, and a batching window does not wait."""
    url = sources.queue("virtual", VisibilityTimeout="3600")
    sources.bench.function(FAILS_FIRST, "virtual")
    sources.polling = sources.new_polling(clock="virtual")
    sources.map_queue("virtual", BatchSize=100, MaximumBatchingWindowInSeconds=300)
    sources.send(url, "a", "b")
    sources.until_delivered(2)
    assert sources.shown == [[["a", "1"], ["b", "1"]], [["a", "2"], ["b", "2"]]]


def test_a_dead_letter_queue(sources: SourceBench) -> None:
    """The queue's redrive policy moves a message that fails too often."""
    dead = sources.queue("dead")
    policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 2}
    url = sources.queue("doomed", VisibilityTimeout="0", RedrivePolicy=json.dumps(policy))
    sources.bench.function("""
    def handler(event, context):
        raise ValueError
    """, "doomed")  # fmt: skip
    sources.map_queue("doomed")
    sources.send(url, "a")

    def is_moved() -> bool:
        sources.check()
        return sources.left(dead) == 1

    sources.bench.until(is_moved)
    assert sources.left(url) == 0


def test_reported_failures_are_delivered_again(sources: SourceBench) -> None:
    """With ReportBatchItemFailures, only the messages that failed stay in the queue."""
    url = sources.queue("partial", VisibilityTimeout="3600")
    sources.polling = sources.new_polling(clock="virtual")
    sources.bench.function(FAILS_ITEM, "partial")
    sources.send(url, *"ab")
    sources.map_queue("partial", FunctionResponseTypes=["ReportBatchItemFailures"])
    sources.until_delivered(2)
    assert sources.shown == [[["a", "1"], ["b", "1"]], [["b", "2"]]]
    assert sources.left(url) == 0


def test_a_batching_window(sources: SourceBench) -> None:
    """Messages gather until the batch is full, or until the window is over."""
    url = sources.queue("window")
    sources.bench.function(SHOWN, "window")
    sources.send(url, *map(str, range(12)))
    sources.map_queue("window", BatchSize=12, MaximumBatchingWindowInSeconds=300)
    sources.until_delivered(1)
    assert [len(batch) for batch in sources.shown] == [12]
    sources.send(url, "late")
    sources.map_queue("window", BatchSize=12, MaximumBatchingWindowInSeconds=1)
    sources.until_delivered(2)
    assert sources.shown[1] == [["late", "1"]]


def test_a_filter(sources: SourceBench) -> None:
    """A message that no filter matches is deleted; a body that is JSON is parsed."""
    url = sources.queue("filtered")
    sources.bench.function(SHOWN, "filtered")
    sources.send(url, '{"total": 5}', '{"total": 50}', "text")
    pattern = json.dumps({"body": {"total": [{"numeric": [">", 10]}]}})
    sources.map_queue("filtered", FilterCriteria={"Filters": [{"Pattern": pattern}]})
    sources.until_delivered(1)
    assert sources.shown == [[['{"total": 50}', "1"]]]
    sources.bench.until(lambda: sources.left(url) == 0)


def test_groups_of_a_fifo_queue(sources: SourceBench) -> None:
    """The messages of a group are handled in order, one batch after another."""
    url = sources.queue("ordered.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    sources.bench.function(SHOWN, "ordered")
    sources.send(url, *"abc", MessageGroupId="g")
    sources.map("ordered", "arn:aws:sqs:us-east-1:123456789012:ordered.fifo", BatchSize=1)
    sources.until_delivered(3)
    assert sources.shown == [[["a", "1"]], [["b", "1"]], [["c", "1"]]]


def test_one_queue_does_not_delay_another(sources: SourceBench) -> None:
    """A missing queue and a missing function are one line each in the log."""
    sources.map_queue("gone")
    sources.map_queue("lonely")
    lonely = sources.queue("lonely")
    sources.send(lonely, "a")
    url = sources.queue("well")
    sources.bench.function(SHOWN, "well")
    sources.map_queue("well")
    sources.send(url, "a")
    sources.until_delivered(1)
    sources.bench.until(lambda: len(sources.reports) == 2)
    gone, lonely_report = sorted(sources.reports, key=lambda report: "lonely" in report)
    assert gone.startswith("queue arn:aws:sqs:us-east-1:123456789012:gone cannot be polled")
    assert "ResourceNotFoundException Function not found" in lonely_report
    assert (sources.left(url), sources.left(lonely)) == (0, 1)


def test_a_mapping_that_is_not_polled(sources: SourceBench) -> None:
    """A mapping that is disabled or deleted is not polled. A worker that exits waits for its polls."""
    sources.queue("deleted")
    sources.map_queue("deleted")
    sources.check()
    assert not sources.polling.pause()
    sources.bench.until(sources.polling.pause)
    sources.polling.resume()
    sources.map_queue("deleted", is_enabled=False)
    sources.check()
    assert sources.polling.pause()
    sources.polling.resume()
    sources.map_queue("deleted")
    sources.mappings.delete("mapping", "deleted")
    sources.check()
    assert sources.polling.pause()
