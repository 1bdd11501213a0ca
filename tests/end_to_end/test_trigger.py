"""`sfn trigger`: what starts machines and functions is fired, and what it starts is followed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import ROLE, sfn, sfn_json, stop_home, until
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

HANDLER = """
import json, os
import boto3

def handler(event, context):
    if event["Records"][0].get("body") == "bad":
        raise ValueError("bad message")
    if event["Records"][0].get("body") == "quiet":
        return
    boto3.client("stepfunctions").start_execution(
        stateMachineArn=os.environ["MACHINE"],
        input=json.dumps([record.get("body") or record["Sns"]["Message"] for record in event["Records"]]),
    )
"""

TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Inbox:
    Type: AWS::SQS::Queue
  News:
    Type: AWS::SNS::Topic
  Ledger:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      BillingMode: PAY_PER_REQUEST
  Work:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {{StartAt: Is, States: {{Is: {{Type: Choice, Default: Done, Choices: [
        {{Variable: $.detail.total, IsPresent: true, Next: Done}},
        {{Variable: $.fail, IsPresent: true, Next: Fail}}]}},
        Done: {{Type: Succeed}}, Fail: {{Type: Fail, Error: Asked}}}}}}
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {{source: [shop], detail: {{total: [{{numeric: [">", 100]}}]}}}}
        Daily:
          Type: Schedule
          Properties: {{Schedule: cron(0 2 * * ? *), Input: '{{"daily": true}}', Enabled: false}}
        Hourly:
          Type: ScheduleV2
          Properties: {{ScheduleExpression: rate(1 hour), Input: '{{"hourly": true}}'}}
        Posted:
          Type: Api
          Properties: {{Path: /orders, Method: post}}
  Fast:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: {{StartAt: Fast, States: {{Fast: {{Type: Succeed}}}}}}
      Events:
        Called:
          Type: Api
          Properties: {{Path: /fast, Method: post}}
        CalledWithId:
          Type: Api
          Properties: {{Path: "/fast/{{id}}", Method: post}}
  Receive:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: app.handler
      CodeUri: receive
      Environment: {{Variables: {{MACHINE: !Ref Work}}}}
      Events:
        Queued:
          Type: SQS
          Properties: {{Queue: !GetAtt Inbox.Arn}}
        Published:
          Type: SNS
          Properties: {{Topic: !Ref News}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the project above, deployed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "receive").mkdir()
    (folder / "receive" / "app.py").write_text(HANDLER)
    home = tmp_path_factory.mktemp("home")
    sfn_json(home, "deploy", str(folder), "--stack", "shop")
    yield home
    stop_home(home)


def test_all_triggers_are_listed(home: Path) -> None:
    listed = {one["Name"]: one["Kind"] for one in sfn_json(home, "trigger")["Triggers"]}
    assert listed == {
        "WorkPlaced": "rule",
        "WorkDaily": "rule",
        "WorkHourly": "schedule",
        "POST /orders": "API route",
        "POST /fast": "API route",
        "POST /fast/{id}": "API route",
        "Inbox": "queue",
        "News": "topic",
    }


@pytest.mark.parametrize(
    "name, event, output",
    [
        ("WorkDaily", None, {"daily": True}),
        ("WorkHourly", None, {"hourly": True}),
        ("WorkHourly", '{"other": 1}', {"other": 1}),
        ("Inbox", "hello", ["hello"]),
        ("ReceiveQueued", '{"order": 1}', ['{"order": 1}']),
        ("News", "hello", ["hello"]),
    ],
)
def test_what_it_starts_is_followed(home: Path, name: str, event: str | None, output: Any) -> None:
    done = sfn(home, "trigger", name, *(() if event is None else ("--event", event)))
    assert done.returncode == 0, done.stderr
    assert "ExecutionStarted" in done.stderr
    assert json.loads(done.stdout) == output


@pytest.mark.parametrize(
    "event, detail",
    [
        (None, {"total": 101}),
        ('{"total": 500}', {"total": 500}),
        ('{"detail": {"total": 200}}', {"total": 200}),
        ('[{"Source": "shop", "DetailType": "T", "Detail": "{\\"total\\": 300}"}]', {"total": 300}),
    ],
)
def test_an_event_is_completed_from_the_pattern(home: Path, event: str | None, detail: Any) -> None:
    """Without an event, one is made that the pattern matches.

    A detail alone is enough, and so is an entry of PutEvents.
    """
    output = sfn_json(home, "trigger", "WorkPlaced", *(() if event is None else ("--event", event)))
    assert (output["source"], output["detail"]) == ("shop", detail)


@pytest.mark.parametrize("path, machine", [("/orders", "Work"), ("/fast", "Fast"), ("/fast/1 2?a=b", "Fast")])
def test_an_api_answers_and_starts_an_execution(home: Path, path: str, machine: str) -> None:
    """Also one of an EXPRESS machine."""
    done = sfn(home, "trigger", f"POST {path}", "--event", '{"order": 1}')
    assert done.returncode == 0, done.stderr
    answer, output = re.fullmatch(r"(\{.*?\})\n(.*)", done.stdout, re.DOTALL).groups()  # type: ignore[union-attr]
    assert f":{machine}" in json.loads(answer)["executionArn"]
    assert json.loads(output) == {"order": 1}


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (("Nightly",), 252, 'No trigger named "Nightly". Triggers: '),
        (("WorkPlaced", "--event", '{"total": 5}'), 255, "The event does not match: "),
        (("WorkPlaced", "--event", "5"), 255, "The event must be a JSON object."),
        (("WorkPlaced", "--event", '[{"Detail": "{"}]'), 255, "The entry's Detail is not JSON: "),
        (("Inbox", "--event", "quiet", "--wait", "1"), 0, "No execution has started."),
        (("Inbox", "--event", "bad"), 255, "Receive-"),
        (("POST /fast/{id}",), 255, 'Use a path without: sfn trigger "POST /fast/1"'),
        (("GET /fast/1",), 252, 'No trigger named "GET /fast/1".'),
        (("WorkDaily", "--event", '{"fail": 1}'), 0, ""),
        (("WorkHourly", "--event", '{"fail": 1}'), 255, "The execution failed: Asked"),
    ],
)
def test_exit_codes(home: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = sfn(home, "trigger", *arguments)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr


def test_executions_of_other_schedules_are_not_followed(home: Path) -> None:
    """A schedule that is due by chance is not what the event has started."""
    [work] = [
        one["stateMachineArn"]
        for one in sfn_json(home, "list-state-machines")["stateMachines"]
        if "Work" in one["name"]
    ]

    def executions() -> int:
        return len(sfn_json(home, "list-executions", "--state-machine-arn", work)["executions"])

    before, at = executions(), datetime.now(UTC) + timedelta(seconds=2)
    sfn_json(
        home, "scheduler", "create-schedule", "--name", "soon",
        "--schedule-expression", f"at({at:%Y-%m-%dT%H:%M:%S})", "--flexible-time-window", "Mode=OFF",
        "--target", f"Arn={work},RoleArn={ROLE}", "--action-after-completion", "DELETE",
    )  # fmt: skip
    done = sfn(home, "trigger", "Inbox", "--event", "quiet", "--wait", "4")
    assert (done.returncode, "No execution has started." in done.stderr) == (0, True), done.stderr
    until(lambda: executions() == before + 1, "the execution of the schedule")


def test_deliveries_are_shown(home: Path) -> None:
    sfn(home, "trigger", "WorkHourly", "--event", '{"fail": 2}')
    lines = sfn(home, "events", "tail", "--status", "DELIVERED", "--since", "1h").stdout.splitlines()
    last = json.loads(lines[-1])
    assert (last["source"], last["status"], last["tries"]) == ("schedule/default/WorkHourly", "DELIVERED", 1)
    assert ":stateMachine:Work" in last["target"]
    assert ":execution:Work" in last["result"]
