"""`kill -9` of the worker and of the local services while functions handle messages and records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    ROLE,
    kill_local_services,
    kill_workers,
    local_client,
    sfn_json,
    stop_home,
    until,
)
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # a deploy, three sources and several workers

HANDLER = """
import base64, os, time

def text(one):
    if "body" in one:
        return one["body"]
    if "kinesis" in one:
        return base64.b64decode(one["kinesis"]["data"]).decode()
    return one["dynamodb"]["Keys"]["id"]["S"]

def note(name, texts):
    with open(os.path.join(os.environ["SEEN"], name), "a") as file:
        file.write("".join(f"{each}\\n" for each in texts))

def handler(event, context):
    texts = [text(one) for one in event["Records"]]
    note("begun", texts)
    while os.path.exists(os.path.join(os.environ["SEEN"], "hold")):
        time.sleep(0.02)
    note("done", texts)
"""


def mapped(source: Any, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": "Fn"}, "EventSourceArn": source, **properties},
    }


def template(seen: Path, code: Path) -> dict[str, Any]:
    stream = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 2}
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "VisibilityTimeout": 1}},
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "t",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
                },
            },
            "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "s", "ShardCount": 1}},
            "Fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "fn",
                    "Runtime": RUNTIME,
                    "Handler": "app.handler",
                    "Role": ROLE,
                    "Timeout": 60,
                    "Code": str(code),
                    "Environment": {"Variables": {"SEEN": str(seen)}},
                },
            },
            "OfQueue": mapped({"Fn::GetAtt": ["Queue", "Arn"]}, BatchSize=2),
            "OfTable": mapped({"Fn::GetAtt": ["Table", "StreamArn"]}, **stream),
            "OfStream": mapped({"Fn::GetAtt": ["Stream", "Arn"]}, **stream),
        }
    }


class Sources:
    """A deployed stack whose function handles a queue, a table's changes and a stream."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.seen = folder / "seen"
        self.seen.mkdir(parents=True)
        (folder / "fn").mkdir()
        (folder / "fn" / "app.py").write_text(HANDLER)
        (folder / "template.json").write_text(json.dumps(template(self.seen, folder / "fn")))
        sfn_json(home, "deploy", str(folder), "--stack", "sources")

    def send(self, prefix: str) -> set[str]:
        """Sends three events to each source. Returns their texts, once all are acknowledged."""
        sqs, dynamodb, kinesis = (local_client(self.home, name) for name in ("sqs", "dynamodb", "kinesis"))
        url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
        sent = set()
        for number in range(3):
            sqs.send_message(QueueUrl=url, MessageBody=f"{prefix}-q{number}")
            dynamodb.put_item(TableName="t", Item={"id": {"S": f"{prefix}-t{number}"}})
            kinesis.put_record(StreamName="s", Data=f"{prefix}-s{number}".encode(), PartitionKey="k")
            sent |= {f"{prefix}-{source}{number}" for source in "qts"}
        return sent

    def noted(self, name: str) -> list[str]:
        path = self.seen / name
        return path.read_text().splitlines() if path.exists() else []

    def until_done(self, sent: set[str]) -> None:
        until(lambda: sent <= set(self.noted("done")), f"{sent} handled, not {self.noted('done')}")

    def wake(self) -> None:
        """Starts a worker if none runs."""
        (mapping, *_) = sfn_json(self.home, "lambda", "list-event-source-mappings")["EventSourceMappings"]
        sfn_json(self.home, "lambda", "update-event-source-mapping", "--uuid", mapping["UUID"])


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    folder = tmp_path_factory.mktemp("sources")
    home = folder / "home"
    yield Sources(home, folder / "project")
    stop_home(home)


def test_a_killed_worker(sources: Sources) -> None:
    """Every event that a source has acknowledged is handled by the next worker, those in flight again."""
    hold = sources.seen / "hold"
    hold.touch()
    sent = sources.send("a")
    sources.wake()
    until(lambda: {text[2] for text in sources.noted("begun")} == set("qts"), "a batch of each source")
    begun = sources.noted("begun")
    kill_workers(sources.home)
    assert sources.noted("done") == []
    hold.unlink()
    sources.wake()
    sources.until_done(sent)
    assert len(sources.noted("begun")) > len(begun)


def test_killed_local_services(sources: Sources) -> None:
    """Batches in flight end. After a restart, the sources of the stack are polled again."""
    hold = sources.seen / "hold"
    hold.touch()
    sources.wake()
    sent = sources.send("b")
    in_flight = until(
        lambda: {text for text in sources.noted("begun") if text.startswith("b")}, "a batch in flight"
    )
    kill_local_services(sources.home)
    hold.unlink()
    sources.until_done(in_flight & sent)
    sources.until_done(sources.send("c"))
