"""Asynchronous invocations (type Event): stored, handled by a worker's pool and retried."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.local.event_sources.invocation_policy import invocation_policy
from sfn_cli.drivers.local.lambda_events import LambdaEvents
from sfn_cli.store.records.functions import CONCURRENCY, EVENT_INVOKE, FunctionSetting
from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries
from sfn_cli.store.sqlite.functions.events import SqliteFunctionEvents
from sfn_cli.store.sqlite.functions.settings import SqliteFunctionSettings
from tests.functions.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.store.records.events.deliveries import Delivery

WORKER = 7


class Worker:
    """The parts of a worker that events need: a pool, a manual clock, and a log."""

    def __init__(self, folder: Path) -> None:
        self.bench = Workbench(folder)
        self.events = SqliteFunctionEvents(self.bench.database)
        self.settings = SqliteFunctionSettings(self.bench.database)
        self.reports: list[str] = []
        self.invocations = self.invocations_of(WORKER)

    def invocations_of(self, worker: int) -> LambdaEvents:
        bench = self.bench
        return LambdaEvents(
            self.events,
            bench.pool,
            worker,
            bench.clock,
            self.reports.append,
            lambda ref: invocation_policy(ref, bench.functions, self.settings, bench.settings),
        )

    def configure(self, kind: str, **value: Any) -> None:
        """Stores a setting of the function."""
        setting = FunctionSetting(kind, "$LATEST", "", value, self.bench.clock())
        assert self.settings.put("fn", setting)

    def deliveries(self) -> list[Delivery]:
        return SqliteDeliveries(self.bench.database).changed_since(0)

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


QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"


def test_a_destination_of_failures(worker: Worker) -> None:
    """An event that is given up goes to the destination as a record, and to the dead-letter queue."""
    worker.bench.function("def handler(event, context): raise ValueError('no')")
    worker.bench.update(DeadLetterConfig={"TargetArn": f"{QUEUE}-letters"})
    destinations = {"OnFailure": {"Destination": QUEUE}, "OnSuccess": {"Destination": BUS}}
    worker.configure(EVENT_INVOKE, MaximumRetryAttempts=0, DestinationConfig=destinations)
    worker.send()
    worker.check()
    worker.until_idle()
    assert (worker.tries(), worker.events.any(), worker.reports) == (["r"], False, [])
    failed, letter = worker.deliveries()
    assert (failed.event_id, failed.source, failed.target) == ("r", "function/fn", QUEUE)
    record = json.loads(failed.payload)
    assert record.pop("timestamp") < "3"
    assert record["responsePayload"]["errorType"] == "ValueError"
    assert record["requestContext"] == {
        "requestId": "r",
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    context = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["requestPayload"], record["responseContext"]) == ({}, context)
    assert (letter.target, letter.payload) == (f"{QUEUE}-letters", "{}")
    attributes: Any = letter.options["MessageAttributes"]
    assert attributes["RequestID"]["StringValue"] == "r"


def test_a_destination_of_successes(worker: Worker) -> None:
    """The answer goes to an event bus as the detail of an event from lambda."""
    worker.bench.function("def handler(event, context): return [1]")
    worker.configure(EVENT_INVOKE, DestinationConfig={"OnSuccess": {"Destination": BUS}})
    worker.send()
    worker.check()
    worker.until_idle()
    (succeeded,) = worker.deliveries()
    record = json.loads(succeeded.payload)
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", [1])
    what = {"Source": "lambda", "DetailType": "Lambda Function Invocation Result - Success"}
    assert succeeded.options == {"EventBridgeParameters": what}


def test_an_event_that_becomes_too_old(worker: Worker) -> None:
    """An event that would be retried after MaximumEventAgeInSeconds is given up."""
    worker.bench.function("def handler(event, context): raise ValueError('no')")
    destination = {"OnFailure": {"Destination": QUEUE}}
    worker.configure(EVENT_INVOKE, MaximumEventAgeInSeconds=59, DestinationConfig=destination)
    worker.send()
    worker.check()
    worker.until_idle()
    (failed,) = worker.deliveries()
    assert json.loads(failed.payload)["requestContext"]["condition"] == "EventAgeExceeded"


def test_a_throttled_function(worker: Worker) -> None:
    """Without free concurrency, the event stays, and its tries are not counted."""
    worker.bench.function("def handler(event, context): return event")
    worker.configure(CONCURRENCY, ReservedConcurrentExecutions=0)
    worker.send()
    worker.check()
    worker.until_idle()
    assert worker.tries() == []
    worker.configure(CONCURRENCY, ReservedConcurrentExecutions=1)
    worker.bench.ahead += 1000
    worker.check()
    worker.until_idle()
    assert (worker.tries(), worker.events.any()) == (["r"], False)
