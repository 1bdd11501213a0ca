"""A mapping as its poller sees it: one set of names for event source mappings and pipes.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.drivers.local.event_sources.polling.batch_filter import BatchFilter
from sfn_cli.store.records.events.source_mappings import PIPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.store.records.events.source_mappings import SourceMapping

MOST_AT_ONCE = 1_000
"""Lambda's limit of MaximumConcurrency."""

_PIPE_PARAMETERS = {
    "sqs": "SqsQueueParameters",
    "dynamodb": "DynamoDBStreamParameters",
    "kinesis": "KinesisStreamParameters",
}


class PolledMapping(NamedTuple):
    """The settings of one mapping or pipe. Times are milliseconds."""

    id: int
    kind: str
    name: str
    source_arn: str
    service: str
    """sqs, dynamodb or kinesis."""
    target: str
    created_at: int
    batch_size: int
    window_ms: int
    filter: BatchFilter | None
    reports_items: bool
    """Whether the target's answer names the records that failed (ReportBatchItemFailures)."""
    batches_at_once: int
    """The largest number of batches of a queue, or of parts of a shard, that are handled at a time."""
    starts_at: str
    starts_at_time: int | None
    bisects: bool
    max_retries: int
    """-1: without limit."""
    max_age_ms: int
    """-1: without limit."""
    failure_destination: str | None
    tumbling_ms: int
    pipe: Mapping[str, Any] | None
    """The pipe's other members; None for a mapping of a function."""

    @property
    def source_name(self) -> str:
        """The name of the queue, table or stream."""
        if self.service == "sqs":
            return self.source_arn.rpartition(":")[2]
        return self.source_arn.split(":", 5)[5].split("/")[1]

    @property
    def label(self) -> str:
        """The source's name in deliveries."""
        return f"{self.kind}/{self.name}"

    @property
    def is_fifo(self) -> bool:
        return self.service == "sqs" and self.source_arn.endswith(".fifo")


def polled_mapping(mapping: SourceMapping) -> PolledMapping:
    """Returns the settings of a stored mapping or pipe."""
    service = mapping.source_arn.split(":")[2]
    is_pipe = mapping.kind == PIPE
    given: Mapping[str, Any] = _pipe_settings(mapping, service) if is_pipe else mapping.configuration
    is_queue = service == "sqs"
    limit = (given.get("ScalingConfig") or {}).get("MaximumConcurrency") or MOST_AT_ONCE
    destination = (given.get("DestinationConfig") or {}).get("OnFailure") or {}
    age = given.get("MaximumRecordAgeInSeconds", -1)
    return PolledMapping(
        id=mapping.id,
        kind=mapping.kind,
        name=mapping.name,
        source_arn=mapping.source_arn,
        service=service,
        target=mapping.target,
        created_at=mapping.created_at,
        batch_size=given.get("BatchSize") or (10 if is_queue else 100),
        window_ms=(given.get("MaximumBatchingWindowInSeconds") or 0) * 1000,
        filter=BatchFilter(given["FilterCriteria"], service) if given.get("FilterCriteria") else None,
        reports_items=is_pipe or "ReportBatchItemFailures" in (given.get("FunctionResponseTypes") or ()),
        batches_at_once=limit if is_queue else given.get("ParallelizationFactor") or 1,
        starts_at=given.get("StartingPosition") or "TRIM_HORIZON",
        starts_at_time=given.get("StartingPositionTimestamp"),
        bisects=bool(given.get("BisectBatchOnFunctionError")),
        max_retries=given.get("MaximumRetryAttempts", -1),
        max_age_ms=age * 1000 if age >= 0 else -1,
        failure_destination=destination.get("Destination") or None,
        tumbling_ms=(given.get("TumblingWindowInSeconds") or 0) * 1000,
        pipe=mapping.configuration if is_pipe else None,
    )


def _pipe_settings(mapping: SourceMapping, service: str) -> dict[str, Any]:
    """Returns a pipe's SourceParameters in the words of event source mappings."""
    parameters: Mapping[str, Any] = mapping.configuration.get("SourceParameters") or {}
    given = dict(parameters.get(_PIPE_PARAMETERS.get(service, "")) or {})
    given["FilterCriteria"] = parameters.get("FilterCriteria")
    if given.pop("OnPartialBatchItemFailure", None) == "AUTOMATIC_BISECT":
        given["BisectBatchOnFunctionError"] = True
    letter = given.pop("DeadLetterConfig", None) or {}
    if letter.get("Arn"):
        given["DestinationConfig"] = {"OnFailure": {"Destination": letter["Arn"]}}
    return given
