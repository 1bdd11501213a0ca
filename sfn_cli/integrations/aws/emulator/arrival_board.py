"""What has arrived in queues and streams: pollers wait for it here (integrations/aws/arrivals.py).

Each arrival has a number. A client sends the last number that it has seen, and gets the sources of
later arrivals, at once or when there are some. Messages that become visible later, after a delay or
a visibility timeout, arrive then.
"""

from __future__ import annotations

import heapq
import json
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ARRIVALS_PATH = "/_sfn/arrivals"

MAX_WAIT_SECONDS = 60.0

_DUE_STEP_MS = 50
"""The times at which messages become visible are rounded up to this, to keep few of them."""


class ArrivalBoard:
    """The arrivals of one run of the local AWS services. Thread-safe."""

    def __init__(self) -> None:
        self.run = random_uuid()
        """Identifies this run: the numbers of another one mean nothing here."""
        self._changed = threading.Condition()
        self._number = 0
        self._last: dict[str, int] = {}
        """The number of each source's last arrival."""
        self._due: list[tuple[int, str]] = []
        self._is_due: dict[tuple[int, str], Callable[[], bool]] = {}
        self._waiting = 0
        self._waited_at = time.monotonic()

    def note_arrival(self, source: str) -> None:
        """Records that something has arrived at a source, which is an ARN."""
        with self._changed:
            self._note(source)

    def note_later_arrival(self, source: str, at: float, has_arrived: Callable[[], bool]) -> None:
        """Records that something arrives at `at` (ms since 1970), if `has_arrived` is true then."""
        when = (int(at) // _DUE_STEP_MS + 1) * _DUE_STEP_MS, source
        with self._changed:
            if when not in self._is_due:
                self._is_due[when] = has_arrived
                heapq.heappush(self._due, when)
                self._changed.notify_all()

    def wait(self, run: str, after: int, seconds: float) -> dict[str, Any]:
        """Returns {"run", "number", "sources"}: the sources of the arrivals after that number.

        Waits for the first for up to `seconds`. `sources` is null, which means all, if the number is
        of another run.
        """
        until = time.monotonic() + seconds
        with self._changed:
            if run != self.run:
                return self._described(None)
            self._waiting += 1
            try:
                while True:
                    self._note_due()
                    if self._number > after:
                        found = [source for source, number in self._last.items() if number > after]
                        return self._described(found)
                    if (left := until - time.monotonic()) <= 0:
                        return self._described([])
                    self._changed.wait(min(left, self._next_due_seconds()))
            finally:
                self._waiting -= 1
                self._waited_at = time.monotonic()

    def unwatched_seconds(self) -> float:
        """Returns for how long no client has waited for arrivals."""
        with self._changed:
            return 0.0 if self._waiting else time.monotonic() - self._waited_at

    def _described(self, sources: list[str] | None) -> dict[str, Any]:
        return {"run": self.run, "number": self._number, "sources": sources}

    def _note(self, source: str) -> None:
        self._number += 1
        self._last[source] = self._number
        self._changed.notify_all()

    def _note_due(self) -> None:
        now = time.time() * 1000
        while self._due and self._due[0][0] <= now:
            when = heapq.heappop(self._due)
            if self._is_due.pop(when)():
                self._note(when[1])

    def _next_due_seconds(self) -> float:
        return max(0.0, self._due[0][0] / 1000 - time.time()) if self._due else MAX_WAIT_SECONDS


def answer_arrivals(
    board: ArrivalBoard, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answers a request for ARRIVALS_PATH, a WSGI request."""
    query = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    try:
        after, seconds = int(query["after"][0]), float(query["seconds"][0])
        found = board.wait(query["run"][0], after, max(0.0, min(seconds, MAX_WAIT_SECONDS)))
        status, body = "200 OK", json.dumps(found).encode()
    except (KeyError, ValueError):
        status, body = "400 Bad Request", b'{"message": "run, after and seconds are required"}'
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def note_arrivals_of_moto(board: ArrivalBoard) -> None:
    """Changes moto in this process so that it records arrivals in queues and streams."""
    _note_queue_arrivals(board)
    _note_stream_arrivals(board)


def _note_queue_arrivals(board: ArrivalBoard) -> None:
    from moto.sqs.models import Queue, SQSBackend

    add, receive, change = Queue.add_message, SQSBackend.receive_message, SQSBackend.change_message_visibility

    def add_message(queue: Any, message: Any) -> None:
        add(queue, message)
        if message.delayed:
            later(queue, message.delayed_until)
        else:
            board.note_arrival(queue.queue_arn)

    def receive_message(backend: Any, queue_name: str, *arguments: Any, **options: Any) -> Any:
        messages = receive(backend, queue_name, *arguments, **options)
        for at in {message.visible_at for message in messages}:
            later(backend.get_queue(queue_name), at)
        return messages

    def change_message_visibility(
        backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        change(backend, queue_name, receipt_handle, visibility_timeout)
        # Also with 0: moto's messages become visible in the next millisecond.
        later(backend.get_queue(queue_name), time.time() * 1000 + int(visibility_timeout) * 1000)

    def later(queue: Any, at: float) -> None:
        board.note_later_arrival(queue.queue_arn, at, lambda: bool(queue.messages))

    _replace_moto_method(Queue, add_message)
    _replace_moto_method(SQSBackend, receive_message)
    _replace_moto_method(SQSBackend, change_message_visibility)


def _note_stream_arrivals(board: ArrivalBoard) -> None:
    from moto.dynamodb.models.table import StreamShard
    from moto.kinesis.models import Stream

    add_item, put = StreamShard.add, Stream.put_record

    def add(shard: Any, old: Any, new: Any) -> None:
        add_item(shard, old, new)
        board.note_arrival(f"{shard.table.table_arn}/stream/{shard.table.latest_stream_label}")

    def put_record(stream: Any, *arguments: Any, **options: Any) -> Any:
        answer = put(stream, *arguments, **options)
        board.note_arrival(stream.arn)
        return answer

    _replace_moto_method(StreamShard, add)
    _replace_moto_method(Stream, put_record)


def _replace_moto_method(owner: type, method: Callable[..., Any]) -> None:
    setattr(owner, method.__name__, method)
