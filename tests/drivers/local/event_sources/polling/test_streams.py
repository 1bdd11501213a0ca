"""Delivery of the records of DynamoDB streams and Kinesis streams to functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.local.event_sources.polling.source_bench import SourceBench

pytestmark = pytest.mark.slow

SHOWN = """
    import base64, json
    def text(one):
        if "kinesis" in one:
            return base64.b64decode(one["kinesis"]["data"]).decode()
        return one["dynamodb"]["Keys"]["id"]["S"]
    def handler(event, context):
        texts = [text(one) for one in event["Records"]]
        print(json.dumps([texts]))
"""
FAILS = f"""{SHOWN}
        if "bad" in texts:
            raise ValueError("bad record")
"""
FAILS_ITEM = f"""{SHOWN}
        for one in event["Records"]:
            if text(one) == "bad":
                number = one["kinesis"]["sequenceNumber"]
                return {{"batchItemFailures": [{{"itemIdentifier": number}}]}}
"""
COUNTS = """
    import json
    def handler(event, context):
        if event["isFinalInvokeForWindow"]:
            print(json.dumps([["final", event["state"]["count"]]]))
            return None
        count = event["state"].get("count", 0) + len(event["Records"])
        return {"state": {"count": count}}
"""


def texts(sources: SourceBench) -> list[list[str]]:
    return [batch[0] for batch in sources.shown]


def test_changes_of_a_table(sources: SourceBench) -> None:
    """A function receives the changes since the mapping was created, in order."""
    stream = sources.table("orders")
    sources.bench.function(f"""{SHOWN}
        print("RECORD", json.dumps(event["Records"][0]))
    """, "orders")  # fmt: skip
    sources.map("orders", stream, StartingPosition="TRIM_HORIZON", BatchSize=2)
    sources.put("orders", "a", "b", "c")
    sources.until_delivered(2)
    assert texts(sources) == [["a", "b"], ["c"]]
    line = next(line for line in sources.bench.log if line.startswith("RECORD"))
    record = json.loads(line.removeprefix("RECORD"))
    assert isinstance(record["dynamodb"].pop("ApproximateCreationDateTime"), int)
    assert (record.pop("eventID"), record["dynamodb"].pop("SizeBytes")) > ("", 0)
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.0",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            "SequenceNumber": "1100000000017454423009",
            "Keys": {"id": {"S": "a"}},
            "NewImage": {"id": {"S": "a"}},
        },
        "eventSourceARN": stream,
    }
    sources.put("orders", "d")
    sources.until_delivered(3)
    assert texts(sources)[2:] == [["d"]]


def test_records_of_a_kinesis_stream(sources: SourceBench) -> None:
    """Each shard is read from where it has been handled, by the next worker too."""
    stream = sources.stream("clicks")
    sources.bench.function(SHOWN, "clicks")
    sources.put_data("clicks", "before")
    sources.map("clicks", stream, StartingPosition="TRIM_HORIZON")
    sources.until_delivered(1)
    sources.put_data("clicks", "after")
    sources.polling.pause()
    sources.live, sources.polling = {2}, sources.new_polling(worker=2)
    sources.until_delivered(2)
    assert texts(sources) == [["before"], ["after"]]
    mapping = sources.mappings.find("mapping", "clicks")
    assert mapping is not None
    assert mapping.last_result == "OK"


def test_one_worker_reads_a_shard(sources: SourceBench) -> None:
    """While a worker lives, no other one reads its shards."""
    stream = sources.stream("owned")
    sources.bench.function(SHOWN, "owned")
    sources.map("owned", stream, StartingPosition="TRIM_HORIZON")
    other = sources.new_polling(worker=2)
    sources.put_data("owned", "a")
    sources.until_delivered(1)
    other.check(lambda: {1, 2})
    sources.put_data("owned", "b")
    sources.until_delivered(2)
    assert texts(sources) == [["a"], ["b"]]
    assert not other.is_busy


def test_the_latest_records(sources: SourceBench) -> None:
    """LATEST starts when the mapping was created, not when it is first polled."""
    stream = sources.stream("latest")
    sources.bench.function(SHOWN, "latest")
    sources.put_data("latest", "before")
    sources.bench.until(lambda: sources.bench.clock() % 1000 < 900)
    sources.map("latest", stream, StartingPosition="LATEST")
    sources.put_data("latest", "after")
    sources.until_delivered(1)
    assert texts(sources) == [["after"]]


def test_a_bad_record_is_found(sources: SourceBench) -> None:
    """A batch that fails is halved until the bad record is alone; it goes to the destination."""
    stream = sources.stream("halved")
    sources.bench.function(FAILS, "halved")
    sources.polling = sources.new_polling(clock="virtual")
    destination = "arn:aws:sqs:us-east-1:123456789012:failed"
    sources.put_data("halved", "a", "b", "bad", "c")
    sources.map(
        "halved",
        stream,
        StartingPosition="TRIM_HORIZON",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": destination}},
    )
    sources.until_delivered(5)
    assert texts(sources) == [["a", "b", "bad", "c"], ["a", "b"], ["bad", "c"], ["bad"], ["c"]]
    (failed,) = [one for one in sources.deliveries() if one.target == destination]
    body = json.loads(failed.payload)
    assert failed.status == "PENDING"
    assert body["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert body["responseContext"]["functionError"] == "Unhandled"
    facts = body["KinesisBatchInfo"]
    assert (facts["batchSize"], facts["startSequenceNumber"], facts["streamArn"]) == (1, "3", stream)


def test_retries(sources: SourceBench) -> None:
    """A batch is retried as often as the mapping says; then the next one is handled."""
    stream = sources.stream("retried")
    sources.bench.function(FAILS, "retried")
    sources.polling = sources.new_polling(clock="virtual")
    sources.put_data("retried", "bad", "good")
    sources.map("retried", stream, StartingPosition="TRIM_HORIZON", BatchSize=1, MaximumRetryAttempts=2)
    sources.until_delivered(4)
    assert texts(sources) == [["bad"], ["bad"], ["bad"], ["good"]]


def test_reported_failures_of_a_shard(sources: SourceBench) -> None:
    """With ReportBatchItemFailures, the batch continues from the first record that failed."""
    stream = sources.stream("reported")
    sources.bench.function(FAILS_ITEM, "reported")
    sources.polling = sources.new_polling(clock="virtual")
    sources.put_data("reported", "a", "bad", "c")
    sources.map(
        "reported",
        stream,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    sources.until_delivered(2)
    assert texts(sources) == [["a", "bad", "c"], ["bad", "c"]]


def test_old_records(sources: SourceBench) -> None:
    """A record that is older than MaximumRecordAgeInSeconds is given up."""
    stream = sources.stream("old")
    sources.bench.function(SHOWN, "old")
    sources.put_data("old", "a")
    sources.bench.ahead = 120_000
    destination = "arn:aws:sns:us-east-1:123456789012:failed"
    sources.map(
        "old",
        stream,
        StartingPosition="TRIM_HORIZON",
        MaximumRecordAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": destination}},
    )

    def is_given_up() -> bool:
        sources.check()
        return any(one.target == destination for one in sources.deliveries())

    sources.bench.until(is_given_up)
    sources.bench.ahead = 0
    (failed,) = [one for one in sources.deliveries() if one.target == destination]
    assert json.loads(failed.payload)["requestContext"]["condition"] == "RecordAgeExceeded"
    assert sources.shown == []


def test_filtered_records(sources: SourceBench) -> None:
    """The data of a Kinesis record is parsed; a table's record is matched as it is."""
    stream, table = sources.stream("filtered"), sources.table("matched")
    sources.bench.function(SHOWN, "filtered")
    sources.bench.function(SHOWN, "matched")
    of_data = json.dumps({"data": {"total": [{"numeric": [">", 10]}]}})
    of_item = json.dumps({"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": [{"prefix": "x"}]}}}})
    for name, source, pattern in (("filtered", stream, of_data), ("matched", table, of_item)):
        criteria = {"Filters": [{"Pattern": pattern}]}
        sources.map(name, source, StartingPosition="TRIM_HORIZON", FilterCriteria=criteria)
    sources.put_data("filtered", '{"total": 1}', '{"total": 20}', "text")
    sources.put("matched", "a", "x1", "x1")
    sources.until_delivered(2)
    assert sorted(texts(sources)) == [["x1"], ['{"total": 20}']]


def test_parts_of_a_shard(sources: SourceBench) -> None:
    """With a parallelization factor, a bad record holds up only its own partition key."""
    stream = sources.stream("parts")
    sources.bench.function(FAILS, "parts")
    sources.polling = sources.new_polling(clock="virtual")
    sources.put_data("parts", "bad", key="a")
    sources.put_data("parts", "1", key="b")
    sources.put_data("parts", "2", key="b")
    sources.map("parts", stream, StartingPosition="TRIM_HORIZON", ParallelizationFactor=10, BatchSize=1,
                MaximumRetryAttempts=3)  # fmt: skip
    sources.until_delivered(6)
    assert sorted(texts(sources)) == [["1"], ["2"], *[["bad"]] * 4]
    assert [batch for batch in texts(sources) if batch != ["bad"]] == [["1"], ["2"]]


def test_a_tumbling_window(sources: SourceBench) -> None:
    """State is passed from batch to batch, and to the last call of the window."""
    stream = sources.stream("window")
    sources.bench.function(COUNTS, "window")
    sources.polling = sources.new_polling(clock="virtual")
    sources.put_data("window", *"abc")
    sources.map("window", stream, StartingPosition="TRIM_HORIZON", BatchSize=2, TumblingWindowInSeconds=900)
    sources.until_delivered(1)
    assert sources.shown == [[["final", 3]]]


def test_a_stream_that_was_created_again(sources: SourceBench) -> None:
    """A new table has a new stream, which is read from its start; its mapping still has the old ARN."""
    stream = sources.table("again")
    sources.bench.function(SHOWN, "again")
    sources.map("again", stream, StartingPosition="TRIM_HORIZON")
    sources.put("again", "a")
    sources.until_delivered(1)
    sources.clients.get("dynamodb").delete_table(TableName="again")
    assert sources.table("again") != stream
    sources.put("again", "b")
    sources.until_delivered(2)
    assert texts(sources) == [["a"], ["b"]]


def test_a_table_without_a_stream(sources: SourceBench) -> None:
    """It is one line in the log."""
    sources.map(
        "none", "arn:aws:dynamodb:us-east-1:123456789012:table/none/stream/x", StartingPosition="LATEST"
    )

    def is_reported() -> bool:
        sources.check()
        return bool(sources.reports)

    sources.bench.until(is_reported)
    (report,) = sources.reports
    assert report.startswith(
        "stream arn:aws:dynamodb:us-east-1:123456789012:table/none/stream/x cannot be read"
    )
