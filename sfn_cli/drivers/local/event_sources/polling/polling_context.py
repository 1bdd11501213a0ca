"""What pollers share: the store, threads, the endpoint, and the log of results."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.settings import VIRTUAL_CLOCK, is_aws_endpoint
from sfn_cli.store.records.events.deliveries import DELIVERED, FAILED, NewDelivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.source_records import BatchResult, SourceRecord
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.source_mappings import MappingQueue

CLIENTS = {"sqs": "sqs", "dynamodb": "dynamodbstreams", "kinesis": "kinesis"}
"""The client that reads a source, by the service in its ARN."""

_VARIABLES = {
    "sqs": ("SQS",),
    "dynamodbstreams": ("DynamoDB Streams", "DynamoDB"),
    "dynamodb": ("DynamoDB",),
    "kinesis": ("Kinesis",),
}

_MOST_IDS = 100
"""How many ids of a batch's records are stored, for people to see."""


def polling_monotonic_ms() -> int:
    """Milliseconds of the clock for all times of pollers."""
    return time.monotonic_ns() // 1_000_000


class PollingContext:
    """The surroundings of the pollers of one worker. `report` writes a line to the worker's log."""

    def __init__(
        self, mappings: MappingQueue, context: TaskContext, worker: int, report: Callable[[str], None]
    ) -> None:
        self.mappings = mappings
        self.context = context
        self.worker = worker
        self.live: Callable[[], set[int]] = lambda: {worker}
        """Returns the workers that live."""
        self.embedded: str | None = None
        """The endpoint of the local AWS services while they run."""
        self.is_exiting = False
        self.is_virtual = context.settings.clock == VIRTUAL_CLOCK
        """Whether windows and delays are due at once."""
        self._report = report
        self._reported: set[str] = set()
        self._results: list[tuple[NewDelivery, str, str | None]] = []
        self._last_results: dict[int, str] = {}

    def endpoint(self, client: str) -> str | None:
        """Returns the endpoint of a service by botocore's name; None if it cannot be polled now."""
        settings = self.context.settings
        if settings.calls_aws:
            return None  # sources in AWS are left to Lambda
        return named_source_endpoint(settings, client) or self.embedded

    def announces(self, client: str) -> bool:
        """Whether arrivals at the service's sources are announced, so that polls need not wait."""
        return self.endpoint(client) == self.embedded

    def client(self, name: str, endpoint: str) -> Any:
        """Returns botocore's client. Call it in a thread."""
        return self.context.clients.at(name, endpoint)

    def report_once(self, line: str) -> None:
        if line not in self._reported:
            self._reported.add(line)
            self._report(line)

    def note_batch(
        self, mapping: PolledMapping, records: Sequence[SourceRecord], result: BatchResult
    ) -> None:
        """Keeps what came of a batch until `store_results`."""
        if result.failed:
            what = "function" if mapping.pipe is None else "target"
            self.report_once(f"{what} {mapping.target} failed for {mapping.source_arn}: {result.error}")
        payload = dumps({"records": [record.id for record in records[:_MOST_IDS]], "count": len(records)})
        delivery = NewDelivery(
            result.request_id or f"{mapping.name}:{records[0].id}:{polling_monotonic_ms()}",
            mapping.label,
            mapping.target,
            mapping.target,
            payload,
        )
        self._results.append(
            (delivery, FAILED if result.failed else DELIVERED, result.error or result.started or None)
        )
        if mapping.service != "sqs":
            self._last_results[mapping.id] = "PROBLEM: Function call failed" if result.failed else "OK"

    def store_results(self) -> None:
        """Stores what came of the batches since the last call: one transaction."""
        if self._results:
            results, self._results = self._results, []
            last, self._last_results = self._last_results, {}
            self.mappings.note_results(results, last, self.context.clock())


def named_source_endpoint(settings: Settings, client: str) -> str | None:
    """Returns the endpoint that the user has set for a service in place of AWS's and sfn's own."""
    for variable in _VARIABLES[client]:
        if (endpoint := settings.endpoint(variable)) is not None:
            break
    else:
        endpoint = settings.common_endpoint
    return None if is_aws_endpoint(endpoint) else endpoint
