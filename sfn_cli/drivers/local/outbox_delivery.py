"""Transactional outbox: sends the status changes of executions to EventBridge, at least once.

An event goes to the rules and archives of this store's default event bus, and, by PutEvents, to the
endpoint that AWS_ENDPOINT_URL_EVENTBRIDGE or AWS_ENDPOINT_URL names, if any. AWS's own endpoints
receive nothing: AWS rejects customers' events with the source aws.states.

While an event has a receiver, one worker holds the delivery lock, and each change is noted in the
transaction that makes it (store/sqlite/stepfunctions/outbox.py). For rules, a note is exchanged for
the deliveries of its event, which have the same id every time. To an endpoint, notes are sent in the
background, oldest first. A note is dropped when its event was accepted, when it was refused for good,
or after a day, as in EventBridge. A dead endpoint is retried with growing delays; executions never
wait.
"""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import detached, file_lock, quotas
from sfn_cli.api.stepfunctions.status_events import status_event
from sfn_cli.errors import ConfigurationError, is_store_error
from sfn_cli.jsonvalue import dumps
from sfn_cli.settings import is_aws_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.driver import Outbox
    from sfn_cli.store.records.stepfunctions.outbox import Note

LOCK_NAME = "events.lock"

NOTES_AT_ONCE = 50
"""How many changes are read from the store, and sent, at a time."""

DAY_MS = 24 * 60 * 60 * 1000
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0

_RETRIED_CODES = ("InternalFailure", "InternalException", "ServiceUnavailable", "ThrottlingException")
"""Error codes of a single event that are retried."""


class _OutboxSent(NamedTuple):
    """The outcome of sending notes.

    `done`: notes that need no further attempt; `problem`: an error message, if any; `again`: whether
    to retry the rest.
    """

    done: Sequence[int]
    problem: str | None = None
    again: bool = False


class OutboxDelivery:
    """The delivery by one worker. `report` writes a line to the worker's log."""

    def __init__(self, outbox: Outbox, context: TaskContext, report: Callable[[str], None]) -> None:
        self._outbox = outbox
        self._context = context
        self._home = context.settings.home
        self._report = report
        self._named = _outbox_endpoint(context.settings)
        self._lock: int | None = None
        self._checked = False
        self._sending = False
        self._again_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._problem: str | None = None

    @property
    def is_sending(self) -> bool:
        """Whether events are being sent."""
        return self._sending

    @property
    def is_busy(self) -> bool:
        """Whether events are being sent to a working endpoint: the worker must not exit then."""
        return self._sending and self._problem is None

    def check(self) -> None:
        """Checks for receivers, and takes over the delivery unless another worker has it."""
        if self._named is not None:
            if self._lock is None and self._take_lock():
                self._outbox.enable(self._context.clock())
        elif not self._checked and self._take_lock():
            dropped = self._outbox.disable()
            if dropped:
                self._report(
                    f"{dropped} events dropped: no EventBridge endpoint is set (AWS_ENDPOINT_URL_EVENTBRIDGE)"
                )
        self._checked = True
        if self._outbox.is_enabled():
            self._take_lock()
        else:
            self.release()

    def deliver(self) -> None:
        """Sends the pending notes, unless a send is in progress or the next try is not due yet."""
        if self._lock is None or self._sending or time.monotonic() < self._again_at:
            return
        notes = self._outbox.pending(NOTES_AT_ONCE)
        if not notes:
            return
        events = [(note.id, event) for note in notes if (event := self._event_of(note)) is not None]
        self._route([event for _, event in events])
        if self._named is None:
            self._outbox.drop([note.id for note in notes])
            return
        entries = [(id, _outbox_entry(event)) for id, event in events]
        missing = {note.id for note in notes} - {id for id, _ in events}
        self._sending = True
        self._context.background(partial(self._send, self._named, entries, sorted(missing)), self._on_sent)

    def _route(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Stores the deliveries of events to the targets of this store's rules."""
        from sfn_cli.api.events.routing import route_events

        routed = [
            (f"arn:aws:events:{event['region']}:{event['account']}:event-bus/default", event)
            for event in events
        ]
        try:
            route_events(self._context.service, routed)
        except Exception as error:
            if is_store_error(error):
                raise
            self._report(f"events of {len(events)} status changes dropped: {error!r}")

    def _event_of(self, note: Note) -> dict[str, Any] | None:
        """Returns the event of a change, or None if the execution was deleted or is unreadable."""
        try:
            execution = self._outbox.execution_after(note)
            return None if execution is None else status_event(execution)
        except Exception as error:
            if is_store_error(error):
                raise
            self._report(f"event of execution {note.execution} dropped: {error!r}")
            return None

    def _send(
        self, endpoint: str, entries: Sequence[tuple[int, dict[str, Any]]], missing: Sequence[int]
    ) -> _OutboxSent:
        """Sends the entries. Runs in a thread."""
        client = self._context.clients.at("events", endpoint)
        from botocore.exceptions import BotoCoreError, ClientError

        done, problem = [*missing], None
        for batch in _outbox_batches(entries):
            ids = [id for id, _ in batch]
            try:
                answers = client.put_events(Entries=[entry for _, entry in batch])["Entries"]
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
                problem = f"events refused by {endpoint}: {error}"
                if status >= 500 or status == 429:
                    return _OutboxSent(done, problem, again=True)
                done += ids
                continue
            except BotoCoreError as error:
                return _OutboxSent(done, f"events cannot be delivered to {endpoint}: {error}", again=True)
            refused = [answer.get("ErrorCode") for answer in answers] + [None] * (len(ids) - len(answers))
            done += [id for id, code in zip(ids, refused, strict=False) if code not in _RETRIED_CODES]
            if code := next((code for code in refused if code is not None), None):
                problem = f"events refused by {endpoint}: {code}"
            if any(code in _RETRIED_CODES for code in refused):
                return _OutboxSent(done, problem, again=True)
        return _OutboxSent(done, problem)

    def _on_sent(self, outcome: _OutboxSent | Exception) -> None:
        self._sending = False
        if isinstance(outcome, Exception):  # of any kind: an error here must not affect executions
            why = str(outcome) if isinstance(outcome, ConfigurationError) else repr(outcome)
            outcome = _OutboxSent((), f"events cannot be delivered: {why}", again=True)
        if outcome.done:
            self._outbox.drop(outcome.done)
        if outcome.again:
            self._again_at = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            dropped = self._outbox.drop_older(self._context.clock() - DAY_MS)
            if dropped:
                self._report(f"{dropped} events dropped: not delivered within a day")
        else:
            self._pause = FIRST_PAUSE_SECONDS
        if outcome.problem != self._problem:
            self._problem = outcome.problem
            self._report(outcome.problem or "event delivery resumed")

    def _take_lock(self) -> bool:
        if self._lock is None:
            self._lock = file_lock.take_file_lock(
                os.path.join(self._home, LOCK_NAME), above=detached.INHERITED
            )
        return self._lock is not None

    def release(self) -> None:
        """Releases the delivery lock for another worker."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _outbox_endpoint(settings: Settings) -> str | None:
    from sfn_cli.integrations.aws.local_services import EVENTS

    endpoint = EVENTS.other_endpoint(settings)
    return None if is_aws_endpoint(endpoint) else endpoint


def _outbox_entry(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an event as a PutEvents entry."""
    return {
        "Time": event["time"],
        "Source": event["source"],
        "Resources": event["resources"],
        "DetailType": event["detail-type"],
        "Detail": dumps(event["detail"]),
    }


def _outbox_batches(
    entries: Sequence[tuple[int, dict[str, Any]]],
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    batch: list[tuple[int, dict[str, Any]]] = []
    size = 0
    for id, entry in entries:
        length = len(entry["Detail"].encode("utf-8", "replace")) + 1024
        if batch and (len(batch) == quotas.PUT_EVENTS_ENTRIES or size + length > quotas.PUT_EVENTS_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((id, entry))
        size += length
    if batch:
        yield batch
