"""A queue whose messages a function stores in a table; and what idle sources and schedules cost."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.table import Result
from tests.processes import ROLE, local_client, sfn_json, stop_services, until, worker_pids
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MESSAGES, SENT_AT_ONCE = 1_000, 10
LIMIT_SECONDS = 120
SCHEDULES, IDLE_SECONDS = 10, 20

HANDLER = """
import boto3

table = boto3.resource("dynamodb").Table("results")

def handler(event, context):
    for record in event["Records"]:
        table.put_item(Item={"id": record["messageId"], "body": record["body"]})
"""
TABLE = {
    "TableName": "results",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Times 1,000 messages from the first that is sent to the last item that is stored.

    One message beforehand starts a worker and the function. The local services, the local
    endpoint and the sender share the machine's cores with the function.
    """
    home = folder / "home"
    project = folder / "project"
    (project / "fn").mkdir(parents=True)
    (project / "fn" / "app.py").write_text(HANDLER)
    (project / "template.json").write_text(json.dumps({"Resources": _resources(project / "fn")}))
    sfn_json(home, "deploy", str(project))
    sqs, dynamodb = local_client(home, "sqs"), local_client(home, "dynamodb")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]

    def left() -> int:
        """The messages in the queue, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(map(int, counts.values()))

    try:
        sqs.send_message(QueueUrl=url, MessageBody="first")
        until(lambda: not left(), "the first item")
        before, began = _cpu_of_home(home), time.monotonic()
        for start in range(0, MESSAGES, SENT_AT_ONCE):
            numbers = range(start, start + SENT_AT_ONCE)
            entries = [{"Id": str(number), "MessageBody": str(number)} for number in numbers]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        while left():
            assert time.monotonic() - began < LIMIT_SECONDS
            time.sleep(0.1)  # a closer look would take time from what is measured
        took = time.monotonic() - began
        cpu = _cpu_of_home(home) - before
        stored = dynamodb.describe_table(TableName="results")["Table"]["ItemCount"]
        assert stored == MESSAGES + 1, stored
        yield Result(f"{MESSAGES:,} messages: queue, function, table", took, "s", "<= 10")
        yield Result("CPU time of all processes of the home", cpu, "s", "<= 16")

        before = _cpu_of_home(home)
        time.sleep(IDLE_SECONDS)
        idle = (_cpu_of_home(home) - before) / IDLE_SECONDS * 100
        yield Result(f"idle, with 3 sources and {SCHEDULES} schedules", idle, "%", "<= 1")
    finally:
        stop_services(home)


def _resources(code: Path) -> dict[str, Any]:
    function = {"Fn::GetAtt": ["Fn", "Arn"]}
    stream = {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}
    sources = {
        "Jobs": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Changes": {"Fn::GetAtt": ["Other", "StreamArn"]},
        "Clicks": {"Fn::GetAtt": ["Stream", "Arn"]},
    }
    mappings = {
        f"Of{name}": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": function,
                "EventSourceArn": source,
                **({} if name == "Jobs" else {"StartingPosition": "LATEST"}),
            },
        }
        for name, source in sources.items()
    }
    schedules = {
        f"Rule{number}": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(1 day)",
                "Targets": [{"Id": "fn", "Arn": function}],
            },
        }
        for number in range(SCHEDULES)
    }
    return {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "Other": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, "TableName": "other", **stream}},
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
        "Fn": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": RUNTIME,
                "Handler": "app.handler",
                "Role": ROLE,
                "Timeout": 60,
                "Code": str(code),
            },
        },
        **mappings,
        **schedules,
    }


def _cpu_of_home(home: Path) -> float:
    """CPU seconds of the worker, its functions, the local services and the local endpoint."""
    return sum(cpu_seconds(pid) for pid in _pids_of_home(home))


def _pids_of_home(home: Path) -> list[int]:
    """The processes whose environment names the home, or whose parent is one of its workers."""
    workers, wanted = set(worker_pids(home)), f"SFN_HOME={home}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                is_own = wanted in file.read().split(b"\0")
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if is_own or parent in workers:
            found.append(int(name))
    return found
