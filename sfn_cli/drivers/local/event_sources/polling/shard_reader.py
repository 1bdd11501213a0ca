"""Reads one shard of a stream in order, and stores how far its records have been handled.

Rule 1: The position moves on after the records have been handled or given up, in the transaction that
stores the deliveries to the destination of failures. A worker that is killed has not moved it: the next
worker handles the records again.
Rule 2: One worker at a time owns a shard.
Rule 3: With a parallelization factor, records of one partition key are handled in order.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.event_sources.polling.failed_records import failed_record_delivery
from sfn_cli.drivers.local.event_sources.polling.polling_context import CLIENTS, polling_monotonic_ms
from sfn_cli.drivers.local.event_sources.polling.shard_batch import ShardBatch
from sfn_cli.drivers.local.event_sources.polling.stream_reads import ShardRead, is_before_start, read_shard
from sfn_cli.drivers.local.event_sources.polling.tumbling_window import TumblingWindow
from sfn_cli.store.records.events.source_mappings import ShardPosition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.polling_context import PollingContext
    from sfn_cli.drivers.local.event_sources.polling.shard_batch import GivenUp
    from sfn_cli.drivers.local.event_sources.polling.source_records import (
        BatchResult,
        SourceRecord,
        SourceSink,
    )
    from sfn_cli.drivers.local.event_sources.polling.stream_reads import ShardView, StreamView

PAUSE_MS = 2_000
"""How long to wait before reading again after an error."""

READ_MS = 1_000
"""How often a stream is read at an endpoint that does not announce arrivals, as Lambda does."""


class ShardReader:
    """One shard of one mapping in this worker."""

    def __init__(
        self,
        mapping: PolledMapping,
        sink: SourceSink,
        polling: PollingContext,
        stream: StreamView,
        shard: ShardView,
    ) -> None:
        self.mapping = mapping
        self.sink = sink
        self.shard = shard
        self.stream = stream
        self.is_exhausted = False
        """Whether all records of a closed shard have been handled."""
        self._polling = polling
        self._is_owned = False
        self._position: str | None = None
        self._window = TumblingWindow(mapping.tumbling_ms)
        self._iterator: str | None = None
        self._may_have = True
        self._is_reading = False
        self._wakes = 0
        """Counts the reasons to read: one during a request may be newer than its answer."""
        self._retry_at = 0
        self._gathered: list[SourceRecord] = []
        self._gathered_at = 0
        self._batches: list[ShardBatch] = []
        self._open_batches = 0
        self._given_up: list[GivenUp] = []

    @property
    def is_busy(self) -> bool:
        return bool(self._batches or self._gathered)

    @property
    def is_reading(self) -> bool:
        return self._is_reading

    @property
    def wake_at(self) -> int | None:
        if not self._is_owned:
            return None
        times = [batch.retry_at for batch in self._batches if batch.retry_at is not None]
        if self._gathered and not self._batches:
            times.append(self._gathered_at + self.mapping.window_ms)
        if self._retry_at > polling_monotonic_ms():
            times.append(self._retry_at)
        if not self._batches and (ends_in := self._window.ends_in(self._polling.context.clock())) is not None:
            times.append(polling_monotonic_ms() + max(0, ends_in))
        return min(times, default=None)

    def wake(self) -> None:
        self._wakes += 1
        self._may_have = True
        self.tick()

    def tick(self) -> None:
        """Takes the shard, continues failed batches, reads, and sends what is due."""
        if self.is_exhausted or not self._take():
            return
        now = polling_monotonic_ms()
        for batch in list(self._batches):
            if batch.retry_at is not None and batch.retry_at <= now:
                batch.run()
        self._send_due()
        self._read()

    def _take(self) -> bool:
        if not self._is_owned:
            taken = self._polling.mappings.take_shard(
                self.mapping.id,
                self.stream.identity,
                self.shard.id,
                self._polling.worker,
                self._polling.live(),
            )
            if taken is None:
                return False
            self._is_owned = True
            self._position = taken.position
            self._window.restore(taken.state)
        return True

    # Records in

    def _read(self) -> None:
        endpoint = self._polling.endpoint(CLIENTS[self.mapping.service])
        wanted = self.mapping.batch_size * self._factor - len(self._gathered)
        if (
            endpoint is None
            or self._polling.is_exiting
            or self._is_reading
            or self._batches
            or not self._may_have
            or self._retry_at > polling_monotonic_ms()
            or wanted <= 0
        ):
            return
        self._is_reading = True
        last = self._gathered[-1].id if self._gathered else self._position
        self._polling.context.background(
            partial(
                read_shard, self._polling, self.mapping, endpoint, self.stream, self.shard.id, last,
                self._iterator, wanted,
            ),
            partial(self._on_read, self._wakes),
            may_wait=True,
        )  # fmt: skip

    @property
    def _factor(self) -> int:
        return 1 if self.mapping.tumbling_ms else self.mapping.batches_at_once

    def _on_read(self, wakes: int, outcome: ShardRead | Exception) -> None:
        self._is_reading = False
        if isinstance(outcome, Exception):
            self._iterator = None
            self._retry_at = polling_monotonic_ms() + PAUSE_MS
            self._polling.report_once(f"stream {self.mapping.source_arn} cannot be read: {outcome}")
            return
        self._iterator = outcome.next
        if not outcome.records:
            if self._polling.announces(CLIENTS[self.mapping.service]):
                self._may_have = wakes != self._wakes
            else:
                self._retry_at = polling_monotonic_ms() + READ_MS
            self.is_exhausted = not self.shard.is_open and not self.is_busy
        elif not self._gathered:
            self._gathered_at = polling_monotonic_ms()
        self._gathered += outcome.records
        self.tick()

    # Batches out

    def _send_due(self) -> None:
        if self._batches:
            return
        if self._position is None:
            old = [record for record in self._gathered if is_before_start(self.mapping, record)]
            if old:
                self._gathered = self._gathered[len(old) :]
                self._advance(old[-1].id, [])
        if self.mapping.tumbling_ms and self._send_window():
            return
        size = self.mapping.batch_size * self._factor
        is_due = self._gathered and (
            len(self._gathered) >= size
            or polling_monotonic_ms() >= self._gathered_at + self.mapping.window_ms
            or (self._polling.is_virtual and not self._may_have)
            or self._polling.is_exiting
        )
        if is_due:
            records = self._gathered[:size]
            self._gathered = self._gathered[size:]
            self._gathered_at = polling_monotonic_ms()
            self._start(records)

    def _start(self, records: Sequence[SourceRecord]) -> None:
        """Starts a batch for each part of the records that is independent of the others."""
        lanes: dict[int, list[SourceRecord]] = {}
        for record in records:
            lanes.setdefault(zlib.crc32(record.key.encode()) % self._factor, []).append(record)
        self._given_up = []
        self._open_batches = len(lanes)
        last = records[-1].id
        self._batches = [self._new_batch(lane, last) for lane in lanes.values()]
        for batch in list(self._batches):
            batch.run()

    def _new_batch(self, records: Sequence[SourceRecord], last: str | None) -> ShardBatch:
        more = self._window.event_members(self.shard.id, self.stream.arn) if self.mapping.tumbling_ms else {}
        return ShardBatch(self.mapping, self.sink, self._polling, records, more, partial(self._on_done, last))

    def _send_window(self) -> bool:
        """Sends the records of one tumbling window, or its end. Returns whether it did either."""
        now = self._polling.context.clock()
        is_idle = self._polling.is_virtual and not self._may_have
        ready, is_end = self._window.next(self._gathered, now, self.mapping.batch_size, is_idle=is_idle)
        if ready:
            self._gathered = self._gathered[len(ready) :]
            self._start(ready)
        elif is_end:
            self._window.is_final = True
            self._given_up, self._open_batches = [], 1
            self._batches = [self._new_batch((), self._position)]
            self._batches[0].run()
        return bool(ready) or is_end or bool(self._gathered)

    def _on_done(self, last: str | None, given_up: list[GivenUp], result: BatchResult | None) -> None:
        """Moves on once all batches are done."""
        self._given_up += given_up
        self._open_batches -= 1
        if self.mapping.tumbling_ms:
            self._window.on_handled(result)
        if self._open_batches:
            return
        self._batches = []
        self._advance(last, self._given_up)
        self.tick()

    def _advance(self, position: str | None, given_up: Sequence[GivenUp]) -> None:
        deliveries = [
            delivery
            for one in given_up
            if (delivery := failed_record_delivery(self.mapping, self.stream, self.shard.id, one)) is not None
        ]
        for one in given_up:
            self._polling.report_once(
                f"{self.mapping.label}: records of {self.mapping.source_arn} given up: {one.condition}"
            )
        self._is_owned = self._polling.mappings.advance(
            self.mapping.id,
            self.stream.identity,
            self.shard.id,
            self._polling.worker,
            ShardPosition(position, self._window.stored()),
            deliveries,
            self._polling.context.clock(),
        )
        self._position = position
        if not self._is_owned:
            self._gathered, self._iterator = [], None
