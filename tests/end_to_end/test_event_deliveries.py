"""Events on their way to targets: through real workers, which are killed at any moment."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from tests.faults import failing, why_no_disk_fails
from tests.processes import (
    ROLE,
    boto3_client,
    create_function,
    create_machine,
    kill_workers,
    sfn,
    sfn_json,
    stop_workers,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
EVENTS = "arn:aws:events:us-east-1:123456789012"
STATES = "arn:aws:states:us-east-1:123456789012"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"
JOBS = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"


class Endpoint(ThreadingHTTPServer):
    """An HTTP API that remembers requests, and answers with `statuses`, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.statuses: list[int] = []
        self.arrived = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def bodies(self, count: int) -> list[Any]:
        """Waits for a number of requests. Returns their bodies."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, 60), self.requests
            return [body for *_, body in self.requests]


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.arrived:
            status = self.server.statuses.pop(0) if self.server.statuses else 200
            self.server.requests.append((self.command, self.path, dict(self.headers.items()), body))
            self.server.arrived.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Writes no log."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    home.mkdir(mode=0o700)
    service = build_app(Settings(home=home, region="us-east-1", account_id="123456789012"))
    yield service
    service.close()


def ask(service: Service, operation: str, **request: Any) -> dict[str, Any]:
    return api.call_api(service, model.load_model("events", operation), request)


def put_rule(service: Service, name: str, *targets: str, bus: str = "default", **more: Any) -> None:
    given = more.pop("pattern", {"source": ["orders"]})
    ask(service, "PutRule", Name=name, EventBusName=bus, EventPattern=json.dumps(given))
    entries = [{"Id": str(number), "Arn": target, **more} for number, target in enumerate(targets)]
    ask(service, "PutTargets", Rule=name, EventBusName=bus, Targets=entries)


def put_events(service: Service, *numbers: int, bus: str = "default") -> list[str]:
    """Puts an event for each number. Returns their ids."""
    entries = [
        {
            "Source": "orders",
            "DetailType": "Placed",
            "Detail": json.dumps({"number": number}),
            "EventBusName": bus,
        }
        for number in numbers
    ]
    return [entry["EventId"] for entry in ask(service, "PutEvents", Entries=entries)["Entries"]]


def statuses(service: Service) -> Counter[str]:
    return Counter(one.status for one in service.deliveries.changed_since(0))


def executions(home: Path) -> Counter[int]:
    """How many executions there are for each number."""
    with closing(sqlite3.connect(home / "sfn.db")) as store:
        inputs = store.execute("SELECT input FROM execution").fetchall()
    return Counter(json.loads(text)["detail"]["number"] for (text,) in inputs)


def create_destination(service: Service, url: str) -> str:
    key = {"ApiKeyName": "x-key", "ApiKeyValue": "secret"}
    connection = ask(
        service,
        "CreateConnection",
        Name="c",
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": key},
    )
    destination = ask(
        service,
        "CreateApiDestination",
        Name="d",
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=url,
        HttpMethod="POST",
    )
    return str(destination["ApiDestinationArn"])


def test_targets(home: Path, service: Service, endpoint: Endpoint, tmp_path: Path) -> None:
    """An event reaches machines, functions, log groups, API destinations, and through another bus."""
    (tmp_path / "app.py").write_text("def handler(event, context):\n    print('got', event['detail'])\n")
    create_function(home, "fn", tmp_path)
    create_machine(home, "M", PASS)
    sfn_json(home, "logs", "create-log-group", "--log-group-name", "/events")
    ask(service, "CreateEventBus", Name="shop")
    destination = create_destination(service, f"{endpoint.url}/orders/*")
    put_rule(service, "all", f"{STATES}:stateMachine:M", f"{LAMBDA}:fn", f"{LOGS}:/events", bus="shop")
    put_rule(service, "forward", f"{EVENTS}:event-bus/shop")
    put_rule(
        service,
        "http",
        destination,
        InputPath="$.detail",
        HttpParameters={"PathParameterValues": ["new"], "QueryStringParameters": {"q": "1"}},
    )
    (id,) = put_events(service, 7)
    assert endpoint.bodies(1) == [{"number": 7}]
    _, path, headers, _ = endpoint.requests[0]
    assert (path, headers["x-key"]) == ("/orders/new?q=1", "secret")
    until(lambda: statuses(service) == {"DELIVERED": 5}, "the deliveries")
    until(lambda: "got {'number': 7}" in sfn(home, "logs", "tail", "fn").stdout, "the function")
    (line,) = sfn_json(home, "logs", "filter-log-events", "--log-group-name", "/events")["events"]
    assert (line["logStreamName"], json.loads(line["message"])["id"]) == ("rule/shop/all", id)
    assert executions(home) == {7: 1}
    (started,) = sfn_json(home, "list-executions", "--state-machine-arn", "M")["executions"]
    assert started["name"].startswith(f"{id}_")


def test_status_changes(home: Path, service: Service) -> None:
    """The status events of executions reach rules, also those that were put after the machine ran."""
    machine = create_machine(home, "M", PASS)
    create_machine(home, "Next", PASS)
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine], "status": ["SUCCEEDED"]}}
    paths = {"name": "$.detail.name"}
    put_rule(
        service,
        "succeeded",
        f"{STATES}:stateMachine:Next",
        pattern=pattern,
        InputTransformer={"InputPathsMap": paths, "InputTemplate": '{"after": <name>}'},
    )
    for name in ("a", "b"):
        sfn_json(home, "start-execution", "--state-machine-arn", machine, "--name", name)

    def inputs() -> list[Any]:
        listed = sfn_json(home, "list-executions", "--state-machine-arn", "Next")["executions"]
        arns = [one["executionArn"] for one in listed]
        return [
            json.loads(sfn_json(home, "describe-execution", "--execution-arn", arn)["input"]) for arn in arns
        ]

    until(lambda: len(inputs()) == 2, "both executions")
    assert sorted(one["after"] for one in inputs()) == ["a", "b"]


def test_failures(home: Path, service: Service, endpoint: Endpoint) -> None:
    """A failure that may pass is retried; others end the delivery, and affect no other."""
    os.environ["SFN_CLOCK"] = "virtual"  # retries are due at once
    try:
        endpoint.statuses = [500, 503, 429, 200, 404]
        put_rule(
            service,
            "r",
            create_destination(service, endpoint.url),
            f"{STATES}:stateMachine:Gone",
            f"{LAMBDA}:gone",
            JOBS,
        )
        put_events(service, 1)
        until(lambda: statuses(service) == {"DELIVERED": 1, "FAILED": 3}, "the end of all")
        found = {one.target_key: one for one in service.deliveries.changed_since(0)}
        assert found["0"].tries == 4
        assert [found[key].result for key in "123"] == [
            f"StateMachineDoesNotExist: State Machine Does Not Exist: '{STATES}:stateMachine:Gone'",
            f"ResourceNotFoundException: Function not found: {LAMBDA}:gone",
            f"UnsupportedTarget: sfn does not deliver events to {JOBS}.",
        ]
        endpoint.statuses = [500] * 10
        ask(
            service,
            "PutTargets",
            Rule="r",
            Targets=[
                {
                    "Id": "0",
                    "Arn": f"{EVENTS}:api-destination/d/x",
                    "RetryPolicy": {"MaximumRetryAttempts": 2},
                }
            ],
        )
        (id,) = put_events(service, 2)
        until(lambda: all(one.status != "PENDING" for one in service.deliveries.find(id)), "the last try")
        (given_up,) = (one for one in service.deliveries.find(id) if one.target_key == "0")
        assert (given_up.status, given_up.tries) == ("FAILED", 3)
    finally:
        del os.environ["SFN_CLOCK"]
        stop_workers(home)


@pytest.mark.slow
def test_killed_workers_lose_and_repeat_nothing(home: Path, service: Service, endpoint: Endpoint) -> None:
    """kill -9 during many deliveries: each event starts one execution, and reaches the endpoint."""
    create_machine(home, "M", PASS)
    put_rule(service, "r", f"{STATES}:stateMachine:M", create_destination(service, endpoint.url))
    numbers = list(range(200))
    for first in range(0, 200, 10):
        put_events(service, *numbers[first : first + 10])
        if first % 30 == 0:
            until(lambda: worker_pids(home), "a worker")
            kill_workers(home)
    put_events(service, 200)
    until(lambda: statuses(service) == {"DELIVERED": 402}, "all deliveries")
    assert executions(home) == dict.fromkeys(range(201), 1)
    assert {body["detail"]["number"] for body in endpoint.bodies(201)} == set(range(201))


@pytest.mark.slow
@pytest.mark.skipif(bool(why_no_disk_fails()), reason=why_no_disk_fails() or "-")
@pytest.mark.parametrize("type, every", [("STANDARD", 1), ("EXPRESS", 2)])
def test_a_worker_killed_at_each_commit(
    home: Path, service: Service, tmp_path: Path, type: str, every: int
) -> None:
    """Whatever commit a worker dies before, the event starts exactly one execution."""
    sfn_json(
        home, "create-state-machine", "--name", "M", "--role-arn", ROLE, "--type", type,
        "--definition", json.dumps(PASS),
    )  # fmt: skip
    put_rule(service, "r", f"{STATES}:stateMachine:M")
    kills = 0
    for number in range(1, 9, every):
        count = tmp_path / f"count-{number}"
        os.environ.update(failing(f"sync:{number}:KILL:worker", count))
        try:
            put_events(service, number)
            until(partial(is_over, home, service, count, number), "the kill, or the end of all work")
        finally:
            for name in ("PYTHONPATH", "FAULT", "FAULT_COUNT"):
                del os.environ[name]
        kills += not is_done(home, service)
        kill_workers(home)
        sfn(home, "list-executions", "--state-machine-arn", "M")  # any command starts the next worker
        until(lambda: is_done(home, service), "the execution")
        assert executions(home) == dict.fromkeys(range(1, number + 1, every), 1)
    assert kills > 0


def is_over(home: Path, service: Service, count: Path, number: int) -> bool:
    """Whether the worker is dead at its nth commit, or has done everything."""
    commits = count.stat().st_size if count.exists() else 0
    return (commits >= number and not worker_pids(home)) or is_done(home, service)


def is_done(home: Path, service: Service) -> bool:
    with closing(sqlite3.connect(home / "sfn.db")) as store:
        running = store.execute("SELECT count(*) FROM execution WHERE status = 'RUNNING'").fetchone()[0]
    return not running and set(statuses(service)) == {"DELIVERED"}


def test_a_schedule_is_sent_by_a_worker(home: Path, service: Service) -> None:
    """A schedule that is due at once starts its machine."""
    machine = create_machine(home, "M", PASS)
    target = {"Arn": machine, "RoleArn": ROLE, "Input": '{"detail": {"number": 1}}'}
    api.call_api(
        service,
        model.load_model("scheduler", "CreateSchedule"),
        {
            "Name": "s",
            "ScheduleExpression": "rate(1 day)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
        },
    )
    until(lambda: executions(home) == {1: 1}, "the execution")


@pytest.mark.slow
def test_queues_topics_streams_and_dead_letters(home: Path, service: Service) -> None:
    """Targets in the local AWS services; an event that cannot be delivered goes to a queue."""
    arn = "arn:aws:{}:us-east-1:123456789012:{}"
    url = sfn(home, "aws", "endpoint").stdout.strip()
    sqs, sns, kinesis = (boto3_client(url, name) for name in ("sqs", "sns", "kinesis"))
    kinesis.create_stream(StreamName="st", ShardCount=1)
    topic = sns.create_topic(Name="t")["TopicArn"]
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("q", "of-topic", "dead")}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn.format("sqs", "of-topic"))
    put_rule(
        service,
        "r",
        arn.format("sqs", "q"),
        topic,
        arn.format("kinesis", "stream/st"),
        arn.format("sqs", "gone"),
        DeadLetterConfig={"Arn": arn.format("sqs", "dead")},
        KinesisParameters={"PartitionKeyPath": "$.detail.number"},
    )
    (id,) = put_events(service, 1)

    def message(queue: str) -> dict[str, Any]:
        received = sqs.receive_message(
            QueueUrl=urls[queue], WaitTimeSeconds=20, MessageAttributeNames=["All"]
        )
        (message,) = received["Messages"]
        return dict(message)

    assert json.loads(message("q")["Body"])["id"] == id
    assert json.loads(json.loads(message("of-topic")["Body"])["Message"])["id"] == id
    dead = message("dead")
    assert json.loads(dead["Body"])["id"] == id
    attributes = {name: value["StringValue"] for name, value in dead["MessageAttributes"].items()}
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"], attributes["ERROR_CODE"]) == (
        f"{EVENTS}:rule/r",
        arn.format("sqs", "gone"),
        "AWS.SimpleQueueService.NonExistentQueue",
    )
    until(lambda: "PENDING" not in statuses(service), "the end of all deliveries")
    found = {one.target_key: one.status for one in service.deliveries.find(id) if one.source[:4] == "rule"}
    assert found == {"0": "DELIVERED", "1": "DELIVERED", "2": "DELIVERED", "3": "FAILED"}
