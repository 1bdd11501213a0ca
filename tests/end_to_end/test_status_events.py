"""Status changes of executions: shown by `sfn events tail`, and delivered to EventBridge."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sfn_cli.integrations.aws import embedded_aws
from tests.processes import (
    ROLE,
    SFN,
    create_machine,
    ended,
    environment_of,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Oops", "Cause": "it was to be"}}}
LATE = {"StartAt": "W", "TimeoutSeconds": 1, "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
LONG = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}


def shown(home: Path, *options: str) -> list[dict[str, Any]]:
    done = sfn(home, "events", "tail", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def name_and_status(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["detail"]["name"], event["detail"]["status"]) for event in events]


def test_the_form(home: Path) -> None:
    """The envelope and the detail are AWS's, with null for absent values."""
    execution = start_execution(home, create_machine(home, "M", PASS), "--name", "e", "--input", '{"a": "ä"}')
    described = ended(home, execution)
    start, end = shown(home)
    detail = {
        "executionArn": execution, "stateMachineArn": f"{ARN}:stateMachine:M", "name": "e",
        "status": "RUNNING", "startDate": start["detail"]["startDate"], "stopDate": None,
        "input": '{"a": "ä"}', "output": None,
        "stateMachineVersionArn": None, "stateMachineAliasArn": None,
        "redriveCount": 0, "redriveDate": None, "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
        "inputDetails": {"included": True}, "outputDetails": None, "error": None, "cause": None,
    }  # fmt: skip
    assert start == {
        "version": "0", "id": start["id"], "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states", "account": "123456789012", "time": described["startDate"][:19] + "Z",
        "region": "us-east-1", "resources": [execution],
        "detail": detail,
    }  # fmt: skip
    assert end["detail"] == detail | {
        "status": "SUCCEEDED", "stopDate": end["detail"]["stopDate"],
        "output": described["output"], "outputDetails": {"included": True},
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }  # fmt: skip
    assert start["detail"]["startDate"] <= end["detail"]["stopDate"]
    assert len({start["id"], end["id"]}) == 2
    assert shown(home) == [start, end]


@pytest.mark.slow
def test_every_end(home: Path) -> None:
    """Each end has its status; a redrive's changes are sent, too, and earlier events stay listed.

    EXPRESS machines send nothing.
    """
    for name, definition in {"Pass": PASS, "Fail": FAIL, "Late": LATE, "Long": LONG}.items():
        start_execution(home, create_machine(home, name, definition), "--name", name.lower())
    ended(home, f"{ARN}:execution:Fail:fail")
    ended(home, f"{ARN}:execution:Late:late")
    ended(home, f"{ARN}:execution:Pass:pass")
    sfn_json(home, "redrive-execution", "--execution-arn", "Fail/fail")
    ended(home, f"{ARN}:execution:Fail:fail")
    sfn_json(home, "stop-execution", "--execution-arn", "Long/long", "--error", "Enough")
    text = ("--type", "EXPRESS", "--definition", json.dumps(PASS))
    sfn_json(home, "create-state-machine", "--name", "Fast", "--role-arn", ROLE, *text)
    sfn_json(home, "start-sync-execution", "--state-machine-arn", "Fast")
    events = shown(home)
    of = {
        name: [status for one, status in name_and_status(events) if one == name]
        for name in ("pass", "fail", "late", "long")
    }
    assert of == {
        "pass": ["RUNNING", "SUCCEEDED"],
        "fail": ["RUNNING", "FAILED", "RUNNING", "FAILED"],
        "late": ["RUNNING", "TIMED_OUT"],
        "long": ["RUNNING", "ABORTED"],
    }
    assert len(events) == 10
    redriven = [event["detail"] for event in events if event["detail"]["name"] == "fail"]
    assert [detail["redriveCount"] for detail in redriven] == [0, 0, 1, 1]
    assert [detail["redriveDate"] is None for detail in redriven] == [True, True, False, False]
    assert [detail["stopDate"] is None for detail in redriven] == [True, False, True, False]
    assert [(detail["error"], detail["redriveStatus"]) for detail in redriven[1::2]] == [
        ("Oops", "REDRIVABLE")
    ] * 2
    assert name_and_status(shown(home, "--status", "FAILED", "--status", "ABORTED")) == [
        ("fail", "FAILED")
    ] * 2 + [("long", "ABORTED")]
    assert name_and_status(shown(home, "--state-machine-arn", "Late")) == [
        ("late", "RUNNING"),
        ("late", "TIMED_OUT"),
    ]
    assert (
        shown(home, "--since", events[-1]["time"], "--status", "RUNNING", "--state-machine-arn", "Pass") == []
    )
    refused = sfn(home, "events", "tail", "--state-machine-arn", "Nope")
    assert (refused.returncode, "(InvalidArn)" in refused.stderr) == (254, True)


@pytest.mark.slow
def test_long_data(home: Path) -> None:
    """Data beyond EventBridge's limit is left out, the input first."""
    machine = create_machine(home, "M", PASS)
    text = json.dumps("x" * 140_000)
    (home.parent / "input.json").write_text(text)
    ended(home, start_execution(home, machine, "--input", f"file://{home.parent}/input.json"))
    start, end = (event["detail"] for event in shown(home))
    assert (start["input"], start["inputDetails"]) == (text, {"included": True})
    assert (end["input"], end["inputDetails"]) == (None, {"included": False})
    assert (end["output"], end["outputDetails"]) == (text, {"included": True})
    quotes = json.dumps('"' * 65_000)  # escaped, it is four times as long
    (home.parent / "input.json").write_text(quotes)
    ended(home, start_execution(home, machine, "--input", f"file://{home.parent}/input.json"))
    last = shown(home)[-1]["detail"]
    assert (last["output"], last["outputDetails"], last["inputDetails"]) == (
        None,
        {"included": False},
        {"included": False},
    )


@pytest.mark.slow
def test_versions_and_aliases(home: Path) -> None:
    """An event names the version or alias that started its execution, and can be filtered by it."""
    machine = create_machine(home, "M", PASS)
    answer = sfn_json(home, "publish-state-machine-version", "--state-machine-arn", machine)
    version = answer["stateMachineVersionArn"]
    routing = f"stateMachineVersionArn={version},weight=100"
    alias = sfn_json(
        home, "create-state-machine-alias", "--name", "live", "--routing-configuration", routing
    )["stateMachineAliasArn"]
    for qualified in (machine, version, alias):
        ended(home, start_execution(home, qualified))
    named = [
        (event["detail"]["stateMachineVersionArn"], event["detail"]["stateMachineAliasArn"])
        for event in shown(home)
    ]
    assert set(named) == {(None, None), (version, None), (version, alias)}
    assert [len(shown(home, "--state-machine-arn", name)) for name in ("M", "M:1", "M:live")] == [6, 4, 2]


@pytest.mark.slow
def test_follow(home: Path) -> None:
    """Each event is shown once, when it happens; Ctrl-C ends the command."""
    long = create_machine(home, "Long", LONG)
    start_execution(home, long, "--name", "before")
    with subprocess.Popen(
        [SFN, "events", "tail", "--follow"], env=environment_of(home), stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None

        def next_one() -> tuple[str, str]:
            assert following.stdout is not None
            return name_and_status([json.loads(following.stdout.readline())])[0]

        assert next_one() == ("before", "RUNNING")
        start_execution(home, create_machine(home, "Pass", PASS), "--name", "short")
        assert [next_one(), next_one()] == [("short", "RUNNING"), ("short", "SUCCEEDED")]
        sfn_json(home, "stop-execution", "--execution-arn", "Long/before")
        assert next_one() == ("before", "ABORTED")
        sfn_json(home, "redrive-execution", "--execution-arn", "Long/before")
        assert next_one() == ("before", "RUNNING")
        sfn_json(home, "stop-execution", "--execution-arn", "Long/before")
        assert next_one() == ("before", "ABORTED")
        following.send_signal(signal.SIGINT)
        assert (following.stdout.read(), following.wait()) == ("", 0)


class Bus:
    """A server that accepts events as EventBridge does, or fails on request."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: tuple[int, object] = (200, None)
        self.requests = 0
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL_EVENTBRIDGE": f"http://127.0.0.1:{self.port}"}

    def details(self) -> list[tuple[str, str]]:
        return [
            (detail["name"], detail["status"])
            for detail in (json.loads(event["Detail"]) for event in self.events)
        ]

    def listen(self) -> None:
        bus = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["X-Amz-Target"] == "AWSEvents.PutEvents"
                entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
                assert 1 <= len(entries) <= 10
                status, answer = bus.answer
                if status == 200:
                    bus.events += entries
                    answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                bus.requests += 1

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    bus.listen()
    yield bus
    bus.close()


@pytest.mark.slow
def test_delivery(home: Path, bus: Bus) -> None:
    """Each change is delivered once, and those of an execution in order.

    A bus that is named later gets the rest.
    """
    machine, long = create_machine(home, "Pass", PASS), create_machine(home, "Long", LONG)
    for number in range(12):
        start_execution(home, machine, "--name", f"e{number}", environment=bus.environment)
    start_execution(home, long, "--name", "long", environment=bus.environment)
    until(lambda: len(bus.events) == 25, "the events")
    sfn_json(home, "stop-execution", "--execution-arn", "Long/long", environment=bus.environment)
    until(lambda: len(bus.events) == 26, "the event of a stop")
    short = [(f"e{n}", status) for n in range(12) for status in ("RUNNING", "SUCCEEDED")]
    assert sorted(bus.details()) == sorted([*short, ("long", "ABORTED"), ("long", "RUNNING")])
    assert all(
        bus.details().index((f"e{n}", "RUNNING")) < bus.details().index((f"e{n}", "SUCCEEDED"))
        for n in range(12)
    )
    by_arn = {(event["resources"][0], event["detail"]["status"]): event for event in shown(home)}
    for put in bus.events:
        detail = json.loads(put["Detail"])
        event = by_arn[put["Resources"][0], detail["status"]]
        assert (put["Source"], put["DetailType"], detail) == (
            event["source"],
            event["detail-type"],
            event["detail"],
        )


@pytest.mark.slow
def test_an_unreachable_bus(home: Path, bus: Bus) -> None:
    """If the bus is unreachable, executions continue and no event is lost.

    That holds when the worker is killed, too. The worker's log names the error.
    """
    bus.close()
    environment = bus.environment | {"SFN_WORKER_IDLE_SECONDS": "300"}
    machine = create_machine(home, "Pass", PASS)
    for number in range(3):
        execution = start_execution(home, machine, "--name", f"e{number}", environment=environment)
        assert ended(home, execution)["status"] == "SUCCEEDED"
    until(lambda: "events cannot be delivered" in sfn(home, "worker", "log").stdout, "what the log says")
    kill_workers(home)
    bus.listen()
    start_execution(home, machine, "--name", "last", environment=environment)
    until(lambda: len(bus.events) == 8, "all the events")
    assert bus.details()[:6] == [
        (f"e{number}", status) for number in range(3) for status in ("RUNNING", "SUCCEEDED")
    ]


@pytest.mark.slow
def test_a_bus_that_fails(home: Path, bus: Bus) -> None:
    """A transient error is retried; a permanent refusal is not, and blocks no other event."""
    machine = create_machine(home, "Pass", PASS)
    bus.answer = (500, {"__type": "InternalFailure"})
    start_execution(home, machine, "--name", "again", environment=bus.environment)
    until(lambda: bus.requests, "a try")
    bus.answer = (200, None)
    until(lambda: bus.details() == [("again", "RUNNING"), ("again", "SUCCEEDED")], "another try")
    bus.answer = (400, {"__type": "UnknownOperationException"})
    requests = bus.requests
    ended(home, start_execution(home, machine, "--name", "refused", environment=bus.environment))
    until(lambda: bus.requests > requests and notes(home) == 0, "the refusal")
    bus.answer = (200, None)
    start_execution(home, machine, "--name", "after", environment=bus.environment)
    until(lambda: bus.details()[-1] == ("after", "SUCCEEDED"), "the next one")
    assert "refused" not in dict(bus.details())


@pytest.mark.slow
def test_no_endpoint_for_events(home: Path, bus: Bus) -> None:
    """Without an endpoint nothing is recorded and nothing is started.

    Records for an endpoint that is no longer named are dropped.
    """
    machine = create_machine(home, "Pass", PASS)
    ended(home, start_execution(home, machine, "--name", "quiet"))
    assert (notes(home), (home / embedded_aws.LOCK_NAME).exists()) == (0, False)
    stop_workers(home)
    bus.close()
    ended(home, start_execution(home, machine, "--name", "noted", environment=bus.environment))
    assert notes(home) == 2
    stop_workers(home)
    ended(home, start_execution(home, machine, "--name", "quiet-again"))
    assert notes(home) == 0
    stop_workers(home)
    for environment in (
        {"AWS_ENDPOINT_URL_EVENTBRIDGE": "https://events.us-east-1.amazonaws.com"},
        {"SFN_AWS": "real"},
        {**bus.environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    ):
        ended(home, start_execution(home, machine, environment=environment))
        assert notes(home) == 0
        stop_workers(home)


def notes(home: Path) -> int:
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.stepfunctions.outbox import SqliteOutbox

    database = Database(home)
    try:
        return len(SqliteOutbox(database).pending(100))
    finally:
        database.close()


def test_rules_of_local_services(home: Path) -> None:
    """While the local services run, their rules receive the events.

    The event of the start that started the worker is among them.
    """
    url = sfn(home, "aws", "endpoint").stdout.strip()
    queues, rules = (
        boto3.client(
            service, "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any"
        )
        for service in ("sqs", "events")
    )
    queue = queues.create_queue(QueueName="changes")["QueueUrl"]
    answer = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    rules.put_rule(
        Name="ends",
        EventPattern=json.dumps({"source": ["aws.states"], "detail": {"status": ["RUNNING", "FAILED"]}}),
    )
    rules.put_targets(Rule="ends", Targets=[{"Id": "1", "Arn": arn}])
    start_execution(home, create_machine(home, "Fail", FAIL), "--name", "e")
    received: list[dict[str, Any]] = []

    def both() -> bool:
        messages = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        received.extend(json.loads(message["Body"]) for message in messages)
        return len(received) == 2

    until(both, "the messages")
    assert sorted(name_and_status(received)) == [("e", "FAILED"), ("e", "RUNNING")]
    assert [event["source"] for event in received] == ["aws.states"] * 2
