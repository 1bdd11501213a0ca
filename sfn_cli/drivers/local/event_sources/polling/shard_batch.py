"""One batch of a shard until it is handled or given up: retries, bisection, partial failures, age.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.drivers.local.event_sources.polling.polling_context import polling_monotonic_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.polling_context import PollingContext
    from sfn_cli.drivers.local.event_sources.polling.source_records import (
        BatchResult,
        SourceRecord,
        SourceSink,
    )

RETRY_MS, MOST_RETRY_MS = 1_000, 60_000
"""The delay before the first retry, which doubles, and the longest one."""

VIRTUAL_RETRY_MS, MOST_VIRTUAL_RETRY_MS = 10, 1_000
"""The same in virtual time: short, but a batch that fails forever must not keep a core busy."""


class GivenUp(NamedTuple):
    """Records that were given up, for the destination of failures."""

    records: Sequence[SourceRecord]
    condition: str
    """RetryAttemptsExhausted or RecordAgeExceeded."""
    tries: int
    result: BatchResult | None


class _Part(NamedTuple):
    records: list[SourceRecord]
    failures: int
    result: BatchResult | None


class ShardBatch:
    """Handles consecutive records, in order. `done` is called once with what was given up."""

    def __init__(
        self,
        mapping: PolledMapping,
        sink: SourceSink,
        polling: PollingContext,
        records: Sequence[SourceRecord],
        more: Mapping[str, Any],
        done: Callable[[list[GivenUp], BatchResult | None], None],
    ) -> None:
        """`more` are further members of the event."""
        self._mapping = mapping
        self._sink = sink
        self._polling = polling
        self._more = more
        self._done = done
        size = mapping.batch_size
        starts = range(0, len(records), size) if records else (0,)
        self._parts = deque(_Part(list(records[start : start + size]), 0, None) for start in starts)
        self._given_up: list[GivenUp] = []
        self._refusals = 0
        self._last: BatchResult | None = None
        self.retry_at: int | None = None
        """When `run` continues after a failure; None while the target handles records."""

    def run(self) -> None:
        """Continues with the first part that is not handled yet."""
        self.retry_at = None
        while self._parts:
            part = self._parts[0]
            records = self._young(part)
            passing = [
                record
                for record in records
                if self._mapping.filter is None or self._mapping.filter.passes(record.record)
            ]
            if passing or (not records and not part.records and self._more):
                part = self._parts[0] = part._replace(records=records)

                def handled(result: BatchResult, passing: list[SourceRecord] = passing) -> None:
                    self._on_handled(passing, result)

                self._sink.send(passing, self._more, handled)
                return
            self._parts.popleft()
        self._done(self._given_up, self._last)

    def _young(self, part: _Part) -> list[SourceRecord]:
        """Returns the records that are not too old; gives up the others."""
        if self._mapping.max_age_ms < 0 or not part.records:
            return part.records
        oldest = self._polling.context.clock() - self._mapping.max_age_ms
        young = [record for record in part.records if record.arrived_at >= oldest]
        if len(young) < len(part.records):
            old = [record for record in part.records if record.arrived_at < oldest]
            self._given_up.append(GivenUp(old, "RecordAgeExceeded", part.failures, part.result))
        return young

    def _on_handled(self, sent: list[SourceRecord], result: BatchResult) -> None:
        if sent:
            self._polling.note_batch(self._mapping, sent, result)
        part = self._parts.popleft()
        failed = bool(result.failed) or (not sent and (result.outcome is None or bool(result.error)))
        if not failed:
            self._refusals = 0
            self._last = result
            self.run()
            return
        if not result.was_handled:
            self._refusals += 1
            self._parts.appendleft(part)
            self._retry(self._refusals)
            return
        failures = part.failures + 1
        left = self._from_first_failure(part.records, result)
        # A smaller batch is no retry: a single bad record is found, whatever the limit.
        is_narrowed = self._mapping.bisects and len(part.records) > 1
        if 0 <= self._mapping.max_retries < failures and not is_narrowed:
            self._given_up.append(GivenUp(left, "RetryAttemptsExhausted", failures, result))
            self.run()
            return
        if is_narrowed and len(left) == len(part.records):
            middle = (len(left) + 1) // 2
            self._parts.appendleft(_Part(left[middle:], part.failures, result))
            left = left[:middle]
        self._parts.appendleft(_Part(left, part.failures if is_narrowed else failures, result))
        self._retry(failures)

    def _from_first_failure(self, records: list[SourceRecord], result: BatchResult) -> list[SourceRecord]:
        """Returns the records from the first that failed on: they are handled again, in order."""
        first = next((at for at, record in enumerate(records) if record.id in result.failed), 0)
        return records[first:]

    def _retry(self, failures: int) -> None:
        is_virtual = self._polling.is_virtual
        first, most = (VIRTUAL_RETRY_MS, MOST_VIRTUAL_RETRY_MS) if is_virtual else (RETRY_MS, MOST_RETRY_MS)
        self.retry_at = polling_monotonic_ms() + min(most, first * 2 ** min(failures - 1, 10))
