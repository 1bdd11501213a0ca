"""Asynchronous invocations (type Event): stored, handled by a worker's pool and retried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.local.lambda_events import LambdaEvents
from sfn_cli.store.sqlite.functions.events import SqliteFunctionEvents
from tests.functions.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKER = 7


class Worker:
    """The parts of a worker that events need: a pool, a manual clock, and a log."""

    def __init__(self, folder: Path) -> None:
        self.bench = Workbench(folder)
        self.events = SqliteFunctionEvents(self.bench.database)
        self.reports: list[str] = []
        self.invocations = self.invocations_of(WORKER)

    def invocations_of(self, worker: int) -> LambdaEvents:
        return LambdaEvents(self.events, self.bench.pool, worker, self.bench.clock, self.reports.append)

    def send(self, function_ref: str = "fn", request_id: str = "r", **options: Any) -> None:
        self.events.add(request_id, function_ref, "{}", options.get("client_context"), self.bench.clock())

    def check(self) -> None:
        self.invocations.check(lambda: {WORKER})

    def tries(self) -> list[str]:
        """The ids of the requests that began."""
        return [line.split()[2] for line in self.bench.log if line.startswith("START")]

    def until_idle(self) -> None:
        self.bench.until(lambda: self.invocations.in_progress == 0)
        self.check()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(tmp_path)
    yield worker
    worker.bench.close()


def test_an_event_is_handled_once(worker: Worker) -> None:
    """The event is deleted once it has been handled."""
    worker.bench.function("def handler(event, context): return event")
    worker.check()
    assert not worker.invocations.is_unfinished
    worker.send()
    worker.check()
    worker.check()
    assert worker.invocations.is_unfinished
    worker.until_idle()
    assert (worker.tries(), worker.events.any(), worker.invocations.is_unfinished) == (["r"], False, False)


def test_a_failing_function_is_retried(worker: Worker) -> None:
    """A failed function is retried after one minute and after two more, with the same request id.

    Then the event is dropped, and the worker's log says so.
    """
    worker.bench.function("def handler(event, context): raise ValueError('no')")
    worker.send()
    worker.check()
    worker.until_idle()
    for seconds in (60, 120):
        worker.bench.ahead += 30_000
        worker.check()
        assert (worker.invocations.in_progress, worker.invocations.is_unfinished) == (0, True)  # too early
        worker.bench.ahead += (seconds - 30) * 1000
        worker.check()
        worker.until_idle()
    assert (worker.tries(), worker.events.any(), worker.reports) == (
        ["r"] * 3,
        False,
        ["event r for fn dropped: ValueError"],
    )


def test_a_deleted_function(worker: Worker) -> None:
    """Events of a deleted function are dropped without a retry."""
    worker.send("gone:live")
    worker.check()
    worker.until_idle()
    arn = "arn:aws:lambda:us-east-1:123456789012:function:gone:live"
    assert worker.reports == [
        f"event r for gone:live dropped: ResourceNotFoundException Function not found: {arn}"
    ]


def test_a_worker_that_died(worker: Worker) -> None:
    """Another worker handles the events of a dead one."""
    worker.bench.function("def handler(event, context): return event")
    worker.send()
    dead = 3
    assert [
        event.request_id for event in worker.events.take(dead, {dead, WORKER}, worker.bench.clock(), 10)
    ] == ["r"]
    worker.invocations.check(lambda: {dead, WORKER})
    assert worker.tries() == []
    worker.check()
    worker.until_idle()
    assert worker.tries() == ["r"]


def test_a_worker_that_lost_its_place(worker: Worker) -> None:
    """A worker's report on an event that another has taken over is ignored."""
    worker.send()
    (event,) = worker.events.take(WORKER, {WORKER}, worker.bench.clock(), 10)
    worker.events.take(8, {8}, worker.bench.clock(), 10)
    worker.events.remove(WORKER, event.id)
    worker.events.retry(WORKER, event.id, 0)
    assert worker.events.any()
    assert worker.events.take(8, set(), worker.bench.clock(), 10) == []


def test_a_damaged_event_is_dropped(worker: Worker) -> None:
    """An unreadable row is reported and deleted; the other events are handled."""
    worker.bench.function("def handler(event, context): return event")
    worker.send(request_id="damaged")
    worker.send()
    with worker.bench.database.transaction() as connection:
        connection.execute(
            "UPDATE function_event SET payload = CAST(x'ff' AS TEXT) WHERE request_id = 'damaged'"
        )
    worker.check()
    worker.until_idle()
    assert (worker.tries(), worker.events.any()) == (["r"], False)
    (line,) = worker.reports
    assert "not UTF-8" in line
