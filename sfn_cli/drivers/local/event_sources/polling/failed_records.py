"""What the destination of failures gets for records of a stream that were given up.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.deliveries import NewDelivery
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.shard_batch import GivenUp
    from sfn_cli.drivers.local.event_sources.polling.stream_reads import StreamView

_INFO = {"dynamodb": "DDBStreamBatchInfo", "kinesis": "KinesisBatchInfo"}


def failed_record_delivery(
    mapping: PolledMapping, stream: StreamView, shard: str, given_up: GivenUp
) -> NewDelivery | None:
    """Returns the delivery to the destination; None if there is no destination or no record."""
    records = given_up.records
    destination = mapping.failure_destination
    if destination is None or not records:
        return None
    result = given_up.result
    request_id = result.request_id if result is not None else ""
    invocation: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": mapping.target,
            "condition": given_up.condition,
            "approximateInvokeCount": given_up.tries,
        },
    }
    if result is not None and result.outcome is not None:
        invocation["responseContext"] = {
            "statusCode": 200,
            "executedVersion": result.outcome.version,
            "functionError": "Unhandled",
        }
    body = {
        **invocation,
        "version": "1.0",
        "timestamp": _iso_time(records[-1].arrived_at),
        _INFO[mapping.service]: {
            "shardId": shard,
            "startSequenceNumber": records[0].id,
            "endSequenceNumber": records[-1].id,
            "approximateArrivalOfFirstRecord": _iso_time(records[0].arrived_at),
            "approximateArrivalOfLastRecord": _iso_time(records[-1].arrived_at),
            "batchSize": len(records),
            "streamArn": stream.arn,
        },
    }
    event_id = f"{stream.identity} {shard} {records[0].id}-{records[-1].id}"
    options: dict[str, Any] = {}
    if destination.split(":")[2:3] == ["s3"]:
        body["payload"] = dumps({"Records": [record.record for record in records]})
        day, _, time = _iso_time(records[-1].arrived_at).partition("T")
        name = f"{day}T{time[:8].replace(':', '.')}-{derived_uuid(event_id)}"
        key = f"aws/lambda/{mapping.name}/{shard}/{day.replace('-', '/')}/{name}"
        options["S3Parameters"] = {"Key": key}
    return NewDelivery(event_id, mapping.label, destination, "OnFailure", dumps(body), options)


def _iso_time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
