"""The example in each command's help, run as in a shell.

All run in one session, in which later examples use the results of earlier ones.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from sfn_cli.api import model
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.commands import OWN, SPECIAL, Sfn
from tests.processes import (
    ROLE,
    SFN,
    TIMEOUT_SECONDS,
    create_machine,
    environment_of,
    sfn_json,
    start_execution,
    until,
)
from tests.projects import RUNTIME
from tests.reference_pages.commands import command_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # every example of every help text is run

SESSION = [
    *("sts get-caller-identity", "sts get-session-token", "sts assume-role"),
    *("sts assume-role-with-saml", "sts assume-role-with-web-identity"),
    *("create-activity", "list-activities", "describe-activity"),
    *(
        "validate-state-machine-definition",
        "test-state",
        "create-state-machine",
        "list-state-machines",
        "describe-state-machine",
    ),
    *("tag-resource", "list-tags-for-resource", "untag-resource", "update-state-machine"),
    *(
        "publish-state-machine-version",
        "list-state-machine-versions",
        "create-state-machine-alias",
        "update-state-machine-alias",
    ),
    *("describe-state-machine-alias", "list-state-machine-aliases"),
    *(
        "start-execution",
        "get-activity-task",
        "send-task-heartbeat",
        "send-task-success",
        "send-task-failure",
    ),
    *(
        "describe-execution",
        "describe-state-machine-for-execution",
        "get-execution-history",
        "list-executions",
    ),
    *("stop-execution", "redrive-execution", "start-sync-execution"),
    *("list-map-runs", "describe-map-run", "update-map-run"),
    *("lambda publish-layer-version", "lambda list-layers", "lambda list-layer-versions"),
    *("lambda get-layer-version", "lambda delete-layer-version"),
    *(
        "lambda create-function",
        "lambda wait",
        "lambda list-functions",
        "lambda get-function",
        "lambda get-function-configuration",
    ),
    *(
        "lambda publish-version",
        "lambda list-versions-by-function",
        "lambda create-alias",
        "lambda get-alias",
        "lambda list-aliases",
    ),
    *("lambda update-alias", "lambda delete-alias"),
    *("lambda tag-resource", "lambda list-tags", "lambda untag-resource"),
    *("lambda add-permission", "lambda get-policy", "lambda remove-permission"),
    *(
        "lambda get-function-code-signing-config",
        "lambda put-function-concurrency",
        "lambda get-function-concurrency",
        "lambda delete-function-concurrency",
        "lambda put-function-event-invoke-config",
        "lambda get-function-event-invoke-config",
        "lambda list-function-event-invoke-configs",
        "lambda update-function-event-invoke-config",
        "lambda delete-function-event-invoke-config",
        "lambda create-function-url-config",
        "lambda get-function-url-config",
        "lambda list-function-url-configs",
        "lambda update-function-url-config",
        "lambda delete-function-url-config",
        "lambda create-event-source-mapping",
        "lambda list-event-source-mappings",
        "lambda get-event-source-mapping",
        "lambda update-event-source-mapping",
        "lambda delete-event-source-mapping",
    ),
    *("lambda update-function-code", "lambda update-function-configuration", "lambda invoke"),
    "lambda invoke-with-response-stream",
    *(
        "logs create-log-group",
        "logs create-log-stream",
        "logs put-log-events",
        "logs get-log-events",
        "logs put-retention-policy",
    ),
    *("logs tag-resource", "logs list-tags-for-resource", "logs list-tags-log-group", "logs untag-resource"),
    *("logs describe-log-groups", "logs describe-log-streams", "logs filter-log-events", "logs tail"),
    *("logs delete-retention-policy", "logs delete-log-stream", "logs delete-log-group"),
    *(
        "events create-connection",
        "events describe-connection",
        "events list-connections",
        "events update-connection",
    ),
    *(
        "events create-event-bus",
        "events describe-event-bus",
        "events list-event-buses",
        "events update-event-bus",
        "events put-permission",
        "events remove-permission",
        "events tag-resource",
        "events list-tags-for-resource",
        "events untag-resource",
        "events put-rule",
        "events describe-rule",
        "events list-rules",
        "events disable-rule",
        "events enable-rule",
        "events put-targets",
        "events list-targets-by-rule",
        "events list-rule-names-by-target",
        "events create-archive",
        "events describe-archive",
        "events list-archives",
        "events update-archive",
        "events put-events",
        "events test-event-pattern",
        "events start-replay",
        "events describe-replay",
        "events list-replays",
        "events cancel-replay",
        "events delete-archive",
        "events create-api-destination",
        "events describe-api-destination",
        "events list-api-destinations",
        "events update-api-destination",
        "events delete-api-destination",
        "events remove-targets",
        "events delete-rule",
        "events delete-event-bus",
    ),
    *(
        "scheduler create-schedule-group",
        "scheduler get-schedule-group",
        "scheduler list-schedule-groups",
        "scheduler tag-resource",
        "scheduler list-tags-for-resource",
        "scheduler untag-resource",
        "scheduler delete-schedule-group",
        "scheduler create-schedule",
        "scheduler get-schedule",
        "scheduler list-schedules",
        "scheduler update-schedule",
        "scheduler delete-schedule",
    ),
    "events tail",
    *("events deauthorize-connection", "events delete-connection"),
    *(
        "lambda delete-function",
        "delete-state-machine-alias",
        "delete-state-machine-version",
        "delete-state-machine",
        "delete-activity",
    ),
]

ALL_RUN = (
    *("deploy", "run", "export", "stack", "stack list", "stack show", "stack delete", "trigger"),
    *(
        "start-execution",
        "start-executions",
        "ls",
        "ps",
        "tasks list",
        "worker status",
        "aws",
        "aws endpoint",
    ),
)
"""Commands that have several examples, all of which are run."""

OWN_SESSION = [
    *("deploy", "run", "export", "stack", "stack list", "stack show", "stack stop", "stack start"),
    *("trigger", "stack delete"),
    *("start-executions", "ls", "ps", "doctor", "completion", "serve", "console"),
    "graph",
    *("tasks", "tasks list", "tasks heartbeat", "tasks reject", "tasks approve"),
    "show",
    *("watch", "step", "diff"),
    *("aws", "aws endpoint", "aws env", "aws status", "aws stop"),
    *("worker", "worker status", "worker log", "worker stop"),
]
"""sfn's own commands, and the groups of them that have examples."""

REFUSED = {"events cancel-replay": ExitCode.SERVICE}
"""AWS answers with an error that a replay is over."""

ARN = "arn:aws:states:us-east-1:123456789012"
APPROVE = {"Type": "Task", "Resource": f"{ARN}:activity:approve", "End": True}
ORDER = {"StartAt": "Approve", "States": {"Approve": APPROVE}}
QUOTE = {"StartAt": "Quote", "States": {"Quote": {"Type": "Pass", "End": True}}}
SHOP = {
    "Parameters": {"Stage": {"Type": "String", "Default": "test"}},
    "Resources": {
        "OrderFlow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": QUOTE}}
    },
}
SHOP_WITH_EVENTS = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
  NightlyBackup:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      Targets: [{{Id: work, Arn: !Ref Work, RoleArn: {ROLE}}}]
  OrderPlaced:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {{source: [shop]}}
      Targets: [{{Id: work, Arn: !Ref Work, RoleArn: {ROLE}}}]
  Work:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {json.dumps(QUOTE)}
      Events:
        Posted:
          Type: Api
          Properties: {{Path: /orders, Method: post}}
  Receive:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: app.handler
      CodeUri: receive
      Environment: {{Variables: {{MACHINE: !Ref Work}}}}
      Events:
        Ordered:
          Type: SQS
          Properties: {{Queue: !GetAtt Orders.Arn}}
"""
RECEIVE = """\
import os
import boto3

def handler(event, context):
    machine = os.environ["MACHINE"]
    boto3.client("stepfunctions").start_execution(stateMachineArn=machine, input=event["Records"][0]["body"])
"""
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}
EACH = {
    "Type": "Map",
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **WAIT},
    "End": True,
}
PAY = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
    "Parameters": {"StateMachineArn": f"{ARN}:stateMachine:order"},
    "End": True,
}
MANY = {"StartAt": "Each", "States": {"Each": EACH}}


def test_every_command_is_in_the_session() -> None:
    """The session has every command, so a new command's example is run, too."""
    own = [" ".join(command) for command in SPECIAL]
    operations = [
        _words(service, name) for service in model.model_services() for name in model.model_commands(service)
    ]
    assert sorted(SESSION) == sorted({*operations, *own})


def test_every_own_command_is_in_the_session() -> None:
    """Groups of commands have examples too."""
    found = []
    for name in OWN:
        command = Sfn("sfn").get_command(None, name)  # type: ignore[arg-type]
        inner = command.commands if isinstance(command, click.Group) else ()
        found += [name, *(f"{name} {each}" for each in inner)]
    assert sorted(OWN_SESSION) == sorted(found)


@pytest.mark.parametrize("session", [SESSION, OWN_SESSION], ids=["services", "own"])
def test_examples(home: Path, tmp_path: Path, session: list[str]) -> None:
    """Each example succeeds."""
    _write_files(tmp_path)
    given: dict[str, str] = {}
    failed = {}
    examples = _all_examples()
    for command in session:
        given |= dict(_before(home, tmp_path, command))
        for shown in _run_examples(examples[command], command):
            example = shown.replace("3f9a", given.get("HANDLE", ""))
            goes_on = "--follow" in example or command in ("serve", "console")
            done = _followed(home, tmp_path, example) if goes_on else _run(home, tmp_path, example, given)
            if done.returncode != REFUSED.get(command, ExitCode.SUCCESS):
                failed[example] = done.stderr
    assert failed == {}


def _words(service: str, command: str) -> str:
    return command if service == "stepfunctions" else f"{service} {command}"


def _write_files(folder: Path) -> None:
    (folder / "order.asl.json").write_text(json.dumps(ORDER))
    for name in ("input.json", "order.json"):
        (folder / name).write_text("{}")
    for name in ("assertion", "token"):
        (folder / name).write_text("e30=")
    (folder / "layers" / "common" / "python").mkdir(parents=True)
    (folder / "template.yaml").write_text(json.dumps(SHOP))
    (folder / "orders").mkdir()
    (folder / "orders" / "template.yaml").write_text(json.dumps(SHOP))
    (folder / "shop" / "receive").mkdir(parents=True)
    (folder / "shop" / "template.yaml").write_text(SHOP_WITH_EVENTS)
    (folder / "shop" / "receive" / "app.py").write_text(RECEIVE)
    (folder / "orders.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    (folder / "examples").symlink_to(Path(__file__).parents[2] / "examples")
    code = folder / "functions" / "price"
    code.mkdir(parents=True)
    (code / "app.py").write_text(
        "def lambda_handler(event, context):\n    print('hello')\n    return event\n"
    )
    with zipfile.ZipFile(folder / "price.zip", "w") as archive:
        archive.write(code / "app.py", "app.py")


def _before(home: Path, folder: Path, command: str) -> Iterator[tuple[str, str]]:
    """Sets up the example's preconditions; yields the variables that it names."""
    order = f"{ARN}:stateMachine:order"
    create = ("create-state-machine", "--role-arn", ROLE)
    match command:
        case "send-task-heartbeat" | "send-task-failure":
            if command == "send-task-failure":
                start_execution(home, order)
            task = sfn_json(home, "get-activity-task", "--activity-arn", f"{ARN}:activity:approve")
            yield "TOKEN", task["taskToken"]
        case "get-activity-task":
            start_execution(home, order, "--name", "second")
        case "start-execution":
            friday = start_execution(home, order, "--name", "friday")
            history = ("get-execution-history", "--execution-arn", friday)
            until(lambda: len(sfn_json(home, *history)["events"]) > 1, "its state")
        case "describe-execution":
            start_execution(home, order, "--name", "first")
        case "start-sync-execution":
            sfn_json(home, *create, "--name", "quote", "--type", "EXPRESS", "--definition", json.dumps(QUOTE))
        case "lambda update-alias":
            sfn_json(
                home, "lambda", "update-function-configuration", "--function-name", "price",
                "--memory-size", "256",
            )  # fmt: skip
            sfn_json(home, "lambda", "publish-version", "--function-name", "price")
        case "lambda create-event-source-mapping":
            sfn_json(home, "sqs", "create-queue", "--queue-name", "orders")
        case "lambda get-event-source-mapping":
            (mapping,) = sfn_json(home, "lambda", "list-event-source-mappings")["EventSourceMappings"]
            yield "UUID", mapping["UUID"]
        case "trigger":
            sfn_json(home, "deploy", "shop", "--stack", "shop", cwd=folder)
        case "start-executions":
            sfn_json(home, *create, "--name", "order", "--definition", json.dumps(QUOTE))
        case "tasks":
            machine = create_machine(home, "Pay", {"StartAt": "Confirm", "States": {"Confirm": PAY}})
            executions = [start_execution(home, machine) for _ in range(2)]
            listed = until(lambda: len(tasks := _tasks(home)) == len(executions) and tasks, "tasks that wait")
            yield "HANDLE", listed[0]["handle"]
        case "watch":
            pay = f"{ARN}:stateMachine:Pay"
            quote = ("--definition", json.dumps(QUOTE))
            sfn_json(home, "update-state-machine", "--state-machine-arn", pay, *quote)
            start_execution(home, pay)
        case "diff":
            start_execution(home, f"{ARN}:stateMachine:Pay", "--name", "monday")
        case "describe-map-run":
            answer = sfn_json(home, *create, "--name", "many", "--definition", json.dumps(MANY))
            machine = answer["stateMachineArn"]
            execution = start_execution(home, machine, "--input", "[1]")
            runs = until(
                lambda: sfn_json(home, "list-map-runs", "--execution-arn", execution)["mapRuns"], "a Map Run"
            )
            yield "MAP_RUN_ARN", runs[0]["mapRunArn"]


def _tasks(home: Path) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = sfn_json(home, "tasks", "list")["tasks"]
    return tasks


def _all_examples() -> dict[str, list[str]]:
    """Returns the examples of each command's help."""
    root = Sfn("sfn")
    at = click.Context(root, info_name="sfn")
    pages = [page for name in root.list_commands(at) for page in command_pages(root, at, name)]
    return {page.command.removeprefix("sfn "): list(page.examples) for page in pages}


def _run_examples(shown: list[str], command: str) -> list[str]:
    """Returns the examples that are run, by the current Python: of most commands the first."""
    assert shown, command
    run = [line for line in (shown if command in ALL_RUN else shown[:1]) if "--step" not in line]
    return [_runnable_example(line) for line in run]  # test_stepped_run.py runs those with --step


def _runnable_example(line: str) -> str:
    command_line = re.split(r" {3,}", line.strip())[0]  # what follows is a remark
    if command_line.startswith("sfn console"):
        command_line += " --port 0 --no-browser"
    return re.sub(r"python3\.\d+", RUNTIME, command_line).replace("--port 8083", "--port 0")


def _environment(home: Path, given: dict[str, str]) -> dict[str, str]:
    """Returns the environment of a user of the aws CLI, which an example calls."""
    aws = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    return environment_of(
        home, {"PATH": f"{Path(SFN).parent}{os.pathsep}{os.environ['PATH']}", **aws, **given}
    )


def _run(home: Path, folder: Path, example: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", example],
        cwd=folder,
        env=_environment(home, given),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def _followed(home: Path, folder: Path, example: str) -> subprocess.CompletedProcess[str]:
    """Runs a command that ends with Ctrl-C, which is sent once the command has printed something."""
    command = ["bash", "-c", f"exec {example}"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(home, {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
