"""Polls one stream: finds its shards, and reads them in the order of their descent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.event_sources.polling.polling_context import CLIENTS, polling_monotonic_ms
from sfn_cli.drivers.local.event_sources.polling.shard_reader import PAUSE_MS, ShardReader
from sfn_cli.drivers.local.event_sources.polling.stream_reads import StreamView, look_at_stream

if TYPE_CHECKING:
    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.polling_context import PollingContext
    from sfn_cli.drivers.local.event_sources.polling.source_records import SourceSink

LOOK_MS = 20_000
"""How often a stream is checked for new shards, and for one that replaced it."""

LOOK_AGAIN_MS = 1_000
"""The same if something has arrived since."""


class StreamPoller:
    """The stream of one mapping, and its shards."""

    def __init__(self, mapping: PolledMapping, sink: SourceSink, polling: PollingContext) -> None:
        self.mapping = mapping
        self.sink = sink
        self._polling = polling
        self._is_looking = False
        self._look_at = 0
        self._looked_at = 0
        self._looked_at_endpoint: str | None = None
        self._stream: StreamView | None = None
        self._readers: dict[str, ShardReader] = {}

    def configure(self, mapping: PolledMapping, sink: SourceSink) -> None:
        """Takes over changed settings; batches in progress end with the old ones."""
        self.mapping = mapping
        self.sink = sink
        for reader in self._readers.values():
            reader.mapping = mapping
            reader.sink = sink

    @property
    def is_busy(self) -> bool:
        return any(reader.is_busy for reader in self._readers.values())

    @property
    def is_polling(self) -> bool:
        return False  # a read that is dropped loses nothing

    @property
    def wake_at(self) -> int | None:
        times = [at for reader in self._readers.values() if (at := reader.wake_at) is not None]
        can_look = not self._is_looking and not self._polling.is_exiting and self._endpoint() is not None
        if can_look and self._look_at < self._looked_at + LOOK_MS:
            times.append(self._look_at)
        return min(times, default=None)

    def wake(self) -> None:
        """Reads: something may have arrived, also in new shards or in a stream that replaced this one."""
        self._look_at = min(self._look_at, self._looked_at + LOOK_AGAIN_MS)
        self._wake_readers()
        self._look()

    def tick(self) -> None:
        self._look()
        for reader in self._current_readers():
            reader.tick()

    def _current_readers(self) -> list[ShardReader]:
        """Returns the readers of shards whose parents have been read."""
        open_ids = {id for id, reader in self._readers.items() if not reader.is_exhausted}
        return [reader for reader in self._readers.values() if reader.shard.parent not in open_ids]

    def _endpoint(self) -> str | None:
        return self._polling.endpoint(CLIENTS[self.mapping.service])

    def _look(self) -> None:
        endpoint = self._endpoint()
        is_new = endpoint != self._looked_at_endpoint
        if (
            endpoint is None
            or self._polling.is_exiting
            or self._is_looking
            or (polling_monotonic_ms() < self._look_at and not is_new)
        ):
            return
        self._is_looking, self._looked_at_endpoint = True, endpoint
        self._polling.context.background(
            partial(look_at_stream, self._polling, self.mapping, endpoint), self._on_looked
        )

    def _on_looked(self, outcome: StreamView | Exception) -> None:
        self._is_looking = False
        if isinstance(outcome, Exception):
            self._look_at = polling_monotonic_ms() + PAUSE_MS
            self._polling.report_once(f"stream {self.mapping.source_arn} cannot be read: {outcome}")
            return
        self._looked_at = polling_monotonic_ms()
        self._look_at = self._looked_at + LOOK_MS
        if self._stream is None or self._stream.identity != outcome.identity:
            self._readers = {}
        self._stream = outcome
        for shard in outcome.shards:
            reader = self._readers.get(shard.id)
            if reader is None:
                self._readers[shard.id] = ShardReader(self.mapping, self.sink, self._polling, outcome, shard)
            else:
                reader.shard = shard
        self._wake_readers()

    def _wake_readers(self) -> None:
        for reader in self._current_readers():
            reader.wake()
