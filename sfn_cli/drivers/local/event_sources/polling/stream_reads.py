"""Requests to DynamoDB streams and Kinesis streams: their shards and records. They run in threads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.drivers.local.event_sources.polling.stream_event import kinesis_record, table_record
from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.polling_context import PollingContext
    from sfn_cli.drivers.local.event_sources.polling.source_records import SourceRecord

READ_AT_ONCE = 1_000
"""The maximum number of records in one request."""


class StreamMissingError(SfnError):
    """A table has no stream."""


class ShardView(NamedTuple):
    """A shard as its stream describes it."""

    id: str
    parent: str | None
    is_open: bool


class StreamView(NamedTuple):
    """A stream and its shards."""

    arn: str
    identity: str
    """Differs from that of a stream that was created again under the same name."""
    created_at: int
    """Milliseconds since 1970."""
    shards: list[ShardView]


class ShardRead(NamedTuple):
    """The records of one request, and the iterator of the next; None after the end of a closed shard."""

    records: list[SourceRecord]
    next: str | None


def look_at_stream(polling: PollingContext, mapping: PolledMapping, endpoint: str) -> StreamView:
    if mapping.service == "kinesis":
        return _look_at_kinesis(polling, mapping, endpoint)
    table = polling.client("dynamodb", endpoint).describe_table(TableName=mapping.source_name)["Table"]
    # Not the mapping's ARN: a table that was created again may have another stream.
    arn = table.get("LatestStreamArn")
    if not arn:
        raise StreamMissingError(f"the table {mapping.source_name} has no stream")
    client = polling.client("dynamodbstreams", endpoint)
    shards: list[ShardView] = []
    request: dict[str, Any] = {"StreamArn": arn}
    while True:
        found = client.describe_stream(**request)["StreamDescription"]
        shards += map(_shard_view, found.get("Shards") or ())
        if not (last := found.get("LastEvaluatedShardId")):
            break
        request["ExclusiveStartShardId"] = last
    created_at = _milliseconds(found.get("CreationRequestDateTime"))
    return StreamView(arn, f"{arn} {created_at}", created_at, shards)


def _look_at_kinesis(polling: PollingContext, mapping: PolledMapping, endpoint: str) -> StreamView:
    client = polling.client("kinesis", endpoint)
    name = mapping.source_name
    found = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    shards: list[ShardView] = []
    request: dict[str, Any] = {"StreamName": name}
    while True:
        page = client.list_shards(**request)
        shards += map(_shard_view, page["Shards"])
        if not page.get("NextToken"):
            break
        request = {"NextToken": page["NextToken"]}
    created_at = _milliseconds(found.get("StreamCreationTimestamp"))
    return StreamView(found["StreamARN"], f"{found['StreamARN']} {created_at}", created_at, shards)


def _shard_view(shard: Any) -> ShardView:
    is_open = not shard.get("SequenceNumberRange", {}).get("EndingSequenceNumber")
    return ShardView(shard["ShardId"], shard.get("ParentShardId"), is_open)


def _milliseconds(value: Any) -> int:
    return 0 if value is None else round(value.timestamp() * 1000)


def read_shard(
    polling: PollingContext,
    mapping: PolledMapping,
    endpoint: str,
    stream: StreamView,
    shard: str,
    position: str | None,
    iterator: str | None,
    limit: int,
) -> ShardRead:
    """Returns records: those at `iterator`; without it, those after `position`, or the first."""
    is_kinesis = mapping.service == "kinesis"
    client = polling.client("kinesis" if is_kinesis else "dynamodbstreams", endpoint)
    if iterator is None:
        start = _iterator_start(mapping, stream, position)
        named = {"StreamName": mapping.source_name} if is_kinesis else {"StreamArn": stream.arn}
        iterator = client.get_shard_iterator(**named, ShardId=shard, **start)["ShardIterator"]
    answer = client.get_records(ShardIterator=iterator, Limit=max(1, min(limit, READ_AT_ONCE)))
    raw = answer.get("Records") or ()
    if is_kinesis:
        records = [kinesis_record(stream.arn, shard, record) for record in raw]
    else:
        records = [table_record(stream.arn, record) for record in raw]
    return ShardRead(records, answer.get("NextShardIterator"))


def _iterator_start(mapping: PolledMapping, stream: StreamView, position: str | None) -> dict[str, Any]:
    """Returns the start of an iterator.

    LATEST means what arrives after the mapping was created. A DynamoDB stream has no iterator for a
    time: its older records are skipped (`is_before_start`).
    """
    if position is not None:
        return {
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            ("StartingSequenceNumber" if mapping.service == "kinesis" else "SequenceNumber"): position,
        }
    at = _start_time(mapping)
    if mapping.service == "kinesis" and at is not None and stream.created_at < at:
        return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": datetime.fromtimestamp(at / 1000, UTC)}
    return {"ShardIteratorType": "TRIM_HORIZON"}


def _start_time(mapping: PolledMapping) -> int | None:
    if mapping.starts_at == "LATEST":
        return mapping.created_at
    return mapping.starts_at_time if mapping.starts_at == "AT_TIMESTAMP" else None


def is_before_start(mapping: PolledMapping, record: SourceRecord) -> bool:
    """Whether a record is older than the start of the mapping; a stream's times may be whole seconds."""
    at = _start_time(mapping)
    return at is not None and record.arrived_at < at // 1000 * 1000
