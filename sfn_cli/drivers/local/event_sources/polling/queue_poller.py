"""Polls one queue, and passes its messages to a function or a pipe's target in batches.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

Rule 1: A message is deleted once its batch has been handled. Those of a failure stay in the queue, whose
visibility timeout and redrive policy then apply; the timeout also returns the messages of a worker that
died, and keeps two workers from handling a message twice.
Rule 2: Messages of a FIFO queue are received one batch at a time: the queue withholds further messages of
a group while one is in flight.
"""

from __future__ import annotations

import os
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.polling.polling_context import polling_monotonic_ms
from sfn_cli.drivers.local.event_sources.polling.queue_event import queue_record, receive_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.polling_context import PollingContext
    from sfn_cli.drivers.local.event_sources.polling.source_records import (
        BatchResult,
        SourceRecord,
        SourceSink,
    )

RECEIVED_AT_ONCE = 10
"""The maximum number of messages in one request."""

FIRST_AT_ONCE = 5
"""How many batches are handled at a time at first, as on Lambda."""

RAISE_MS, SLOW_BATCH_MS = 1_000, 1_000
"""In a backlog of batches that take this long, one more is handled at a time each second.

But only while this machine has free cores: otherwise, more processes would only take time to start.
"""

LONG_POLL_SECONDS = 1
"""How long a poll waits at an endpoint that does not announce arrivals; it delays a worker's exit."""

PAUSE_MS = 2_000
"""How long to wait before polling again after an error."""

EVENT_BYTES = 6_000_000
"""The largest event of an invocation, as the sum of its messages' bodies."""

_RETURNED_AT_ONCE = 10
"""In virtual time, a message that failed this often waits for its visibility timeout again."""


class QueuePoller:
    """The queue of one mapping, and this worker's requests and batches."""

    def __init__(self, mapping: PolledMapping, sink: SourceSink, polling: PollingContext) -> None:
        self.mapping = mapping
        self.sink = sink
        self._polling = polling
        self._may_have = True
        self._is_receiving = False
        self._wakes = 0
        """Counts the reasons to poll: one during a request may be newer than its answer."""
        self._retry_at = 0
        self._gathered: deque[SourceRecord] = deque()
        self._gathered_at = 0
        self._sent: list[int] = []
        """When each batch was sent that is being handled."""
        self._at_once = FIRST_AT_ONCE
        self._raised_at = 0
        self._to_delete: list[str] = []
        self._deletes = 0
        self._returns = 0
        self._url: tuple[str, str] | None = None
        self._reserved = sink.most_at_once()

    def configure(self, mapping: PolledMapping, sink: SourceSink) -> None:
        """Takes over changed settings."""
        self.mapping = mapping
        self.sink = sink
        self._reserved = sink.most_at_once()

    @property
    def is_busy(self) -> bool:
        """Whether messages are being handled or deleted."""
        return len(self._sent) > 0 or self._deletes > 0 or self._returns > 0 or bool(self._gathered)

    @property
    def is_polling(self) -> bool:
        """Whether a request for messages is in progress."""
        return self._is_receiving

    @property
    def wake_at(self) -> int | None:
        """When `tick` is due: a batching window ends, or a pause."""
        times = []
        if self._gathered and len(self._sent) < self._limit():
            times.append(self._gathered_at + self.mapping.window_ms)
        if self._may_have and self._retry_at > polling_monotonic_ms():
            times.append(self._retry_at)
        return min(times, default=None)

    def wake(self) -> None:
        """Polls: the queue may have messages."""
        self._wakes += 1
        self._may_have = True
        self.tick()

    def tick(self) -> None:
        """Sends the batches that are due, and asks for more messages."""
        self._send_due()
        self._receive()

    # Messages in

    def _limit(self) -> int:
        limit = min(self._at_once, self.mapping.batches_at_once)
        return limit if self._reserved is None else min(limit, self._reserved)

    def _receive(self) -> None:
        now = polling_monotonic_ms()
        client = "sqs"
        endpoint = self._polling.endpoint(client)
        if (
            endpoint is None
            or self._polling.is_exiting
            or self._is_receiving
            or not self._may_have
            or self._retry_at > now
        ):
            return
        slots = self._limit() - len(self._sent)
        if slots <= 0:
            self._raise_limit(now)
            return
        size = self.mapping.batch_size
        wanted = size if self.mapping.is_fifo else size * slots - len(self._gathered)
        if wanted <= 0:
            return
        self._is_receiving = True
        self._polling.context.background(
            partial(self._request, endpoint, min(RECEIVED_AT_ONCE, wanted)),
            partial(self._on_received, self._wakes),
            may_wait=True,
        )

    def _raise_limit(self, now: int) -> None:
        is_slow = bool(self._sent) and now - min(self._sent) >= SLOW_BATCH_MS
        has_free_cores = os.getloadavg()[0] < (os.cpu_count() or 1)
        if (
            is_slow
            and has_free_cores
            and now - self._raised_at >= RAISE_MS
            and self._at_once < self.mapping.batches_at_once
        ):
            self._raised_at = now
            self._at_once += 1

    def _request(self, endpoint: str, most: int) -> list[dict[str, Any]]:
        """Returns messages. Runs in a thread."""
        client = self._polling.client("sqs", endpoint)
        answer = client.receive_message(
            QueueUrl=self._queue_url(client, endpoint),
            MaxNumberOfMessages=most,
            WaitTimeSeconds=0 if self._polling.announces("sqs") else LONG_POLL_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages") or ())

    def _queue_url(self, client: Any, endpoint: str) -> str:
        if self._url is None or self._url[0] != endpoint:
            url = client.get_queue_url(QueueName=self.mapping.source_name)["QueueUrl"]
            self._url = endpoint, url
        return self._url[1]

    def _on_received(self, wakes: int, outcome: list[dict[str, Any]] | Exception) -> None:
        self._is_receiving = False
        if isinstance(outcome, Exception):
            self._url = None
            self._retry_at = polling_monotonic_ms() + PAUSE_MS
            self._polling.report_once(f"queue {self.mapping.source_arn} cannot be polled: {outcome}")
            return
        if not outcome:
            self._may_have = wakes != self._wakes or not self._polling.announces("sqs")
            self._at_once = max(FIRST_AT_ONCE, self._at_once - 1)
        for message in outcome:
            record = queue_record(self.mapping.source_arn, message)
            if self.mapping.filter is not None and not self.mapping.filter.passes(record.record):
                self._to_delete.append(record.receipt)
                continue
            if not self._gathered:
                self._gathered_at = polling_monotonic_ms()
            self._gathered.append(record)
        self._delete()
        self.tick()

    # Batches out

    def _send_due(self) -> None:
        while self._gathered and len(self._sent) < self._limit():
            is_due = (
                len(self._gathered) >= self.mapping.batch_size
                or polling_monotonic_ms() >= self._gathered_at + self.mapping.window_ms
                or (self._polling.is_virtual and not self._may_have)
                or self._polling.is_exiting
            )
            if not is_due:
                return
            batch = self._next_batch()
            self._gathered_at = polling_monotonic_ms()
            self._sent.append(polling_monotonic_ms())
            self.sink.send(batch, {}, partial(self._on_handled, batch, self._sent[-1]))

    def _next_batch(self) -> list[SourceRecord]:
        batch = [self._gathered.popleft()]
        size = len(batch[0].record["body"])
        while self._gathered and len(batch) < self.mapping.batch_size:
            size += len(self._gathered[0].record["body"])
            if size > EVENT_BYTES:
                break
            batch.append(self._gathered.popleft())
        return batch

    def _on_handled(self, batch: Sequence[SourceRecord], sent_at: int, result: BatchResult) -> None:
        """Deletes the messages that were handled; the queue delivers the others again."""
        self._sent.remove(sent_at)
        self._polling.note_batch(self.mapping, batch, result)
        failed = [record for record in batch if record.id in result.failed]
        self._to_delete += [record.receipt for record in batch if record.id not in result.failed]
        self._delete()
        if self._polling.is_virtual and result.was_handled:
            self._return([record for record in failed if receive_count(record) < _RETURNED_AT_ONCE])
        self.tick()

    def _delete(self) -> None:
        """Deletes handled messages, up to ten per request, which gather while a request runs."""
        endpoint = self._polling.endpoint("sqs")
        if not self._to_delete or endpoint is None:
            self._to_delete = []  # the queue is gone, with its messages
            return
        if self._deletes and len(self._to_delete) < RECEIVED_AT_ONCE:
            return
        receipts = self._to_delete[:RECEIVED_AT_ONCE]
        del self._to_delete[:RECEIVED_AT_ONCE]
        self._deletes += 1
        self._polling.context.background(
            partial(self._change, endpoint, "delete_message_batch", receipts, {}), self._on_deleted
        )

    def _change(self, endpoint: str, operation: str, receipts: Sequence[str], more: dict[str, Any]) -> None:
        """Deletes or changes messages. Runs in a thread."""
        client = self._polling.client("sqs", endpoint)
        entries = [
            {"Id": str(number), "ReceiptHandle": receipt, **more} for number, receipt in enumerate(receipts)
        ]
        getattr(client, operation)(QueueUrl=self._queue_url(client, endpoint), Entries=entries)

    def _on_deleted(self, outcome: Exception | None) -> None:
        self._deletes -= 1
        if self.mapping.is_fifo:  # the next messages of the group are free
            self._wakes += 1
            self._may_have = True
        if outcome is not None:
            self._polling.report_once(f"messages of {self.mapping.source_arn} cannot be deleted: {outcome}")
        self._delete()
        self.tick()

    def _return(self, failed: Sequence[SourceRecord]) -> None:
        """Makes messages visible again at once: in virtual time, nothing waits for their timeout."""
        endpoint = self._polling.endpoint("sqs")
        for start in range(0, len(failed) if endpoint is not None else 0, RECEIVED_AT_ONCE):
            receipts = [record.receipt for record in failed[start : start + RECEIVED_AT_ONCE]]
            assert endpoint is not None
            self._returns += 1
            self._polling.context.background(
                partial(
                    self._change,
                    endpoint,
                    "change_message_visibility_batch",
                    receipts,
                    {"VisibilityTimeout": 0},
                ),
                self._on_returned,
            )

    def _on_returned(self, outcome: Exception | None) -> None:
        self._returns -= 1
        self.wake()
