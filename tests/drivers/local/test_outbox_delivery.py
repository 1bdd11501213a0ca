"""Delivery of status changes to an event bus: at least once, and in order."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.driven_store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.drivers.local.outbox_delivery import OutboxDelivery

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


class EventBus(ThreadingHTTPServer):
    """An EventBridge endpoint that answers requests with `statuses`, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def changes(self) -> list[tuple[str, str]]:
        """(name of the state machine, status) of each accepted event."""
        details = [json.loads(entry["Detail"]) for entry in self.taken]
        return [(detail["stateMachineArn"].rpartition(":")[2], detail["status"]) for detail in details]


class _Handler(BaseHTTPRequestHandler):
    server: EventBus

    def do_POST(self) -> None:
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        body: dict[str, Any] = {"__type": "InternalException"}
        if status == 200:
            self.server.taken += entries
            body = {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in entries]}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Writes no log."""


@pytest.fixture
def bus() -> Iterator[EventBus]:
    server = EventBus()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path, bus: EventBus) -> Iterator[Store]:
    opened = Store(tmp_path, AWS_ENDPOINT_URL_EVENTBRIDGE=bus.url, AWS_MAX_ATTEMPTS="1")
    yield opened
    opened.service.close()


def run_all(store: Store, *names: str) -> None:
    """Creates a machine for each name, and runs an execution of it to its end."""
    scheduler = store.scheduler()
    for name in names:
        store.start(store.machine(name, PASS), ["{}"])
    scheduler.claim_new()
    store.work(scheduler, lambda: scheduler.driven == 0)


def deliver(store: Store, outbox: OutboxDelivery) -> None:
    """Sends the pending events, and waits for the answer."""
    outbox.deliver()
    while outbox.is_sending:
        store.answer_threads(30)


def test_each_change_is_sent_once(store: Store, bus: EventBus) -> None:
    """Changes are sent in order, those of many executions in one request."""
    outbox = store.outbox()
    outbox.check()
    run_all(store, "A", "B")
    for _ in range(2):
        deliver(store, outbox)
    assert bus.changes == [
        ("A", "RUNNING"),
        ("B", "RUNNING"),
        ("A", "SUCCEEDED"),
        ("B", "SUCCEEDED"),
    ]


def test_earlier_changes_are_not_sent(store: Store, bus: EventBus) -> None:
    """An execution that ended before there was an event bus sends no events."""
    run_all(store, "Before")
    outbox = store.outbox()
    outbox.check()
    run_all(store, "After")
    deliver(store, outbox)
    assert {name for name, _ in bus.changes} == {"After"}


def test_a_failing_bus_gets_the_events_later(store: Store, bus: EventBus) -> None:
    """No event is lost: the failure is reported once, and the next worker sends the events."""
    first = store.outbox()
    first.check()
    run_all(store, "A")
    bus.statuses = [503] * 10
    deliver(store, first)
    assert bus.taken == []
    assert [line for line in store.reports if "events refused by" in line] == store.reports
    bus.statuses = []
    first.release()
    second = store.outbox()
    second.check()
    deliver(store, second)
    assert bus.changes == [("A", "RUNNING"), ("A", "SUCCEEDED")]


def test_one_worker_delivers(store: Store, bus: EventBus) -> None:
    """Another worker leaves the delivery to the holder of the lock."""
    first, other = store.outbox(), store.outbox()
    first.check()
    other.check()
    run_all(store, "A")
    deliver(store, other)
    assert bus.taken == []
    deliver(store, first)
    assert len(bus.taken) == 2
