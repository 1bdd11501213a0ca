"""A fault in one execution does not affect others.

Poisoned text fails its own execution, and a damaged one is suspended.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sfn_cli.arn import name_in_arn
from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    boto3_client,
    create_function,
    create_machine,
    describe,
    ended,
    environment_of,
    kill_workers,
    serving,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # executions are retried until they are suspended

LONE = "\ud800"
STATES = "arn:aws:states:::"
PROCESSOR = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    "StartAt": "P",
    "States": {"P": {"Type": "Fail", "CausePath": "$"}},
}


def task(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def jsonata(**fields: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **fields}


POISONED = {
    "Fail by a path": {"Type": "Fail", "ErrorPath": "$.s", "CausePath": "$.s"},
    "Fail by a literal": {"Type": "Fail", "Error": LONE, "Cause": LONE},
    "$error": jsonata(Type="Pass", Output="{% $error($states.input.s) %}", End=True),
    "a child's cause": {"Type": "Map", "ItemsPath": "$.l", "ItemProcessor": PROCESSOR, "End": True},
    "FunctionName": task(f"{STATES}lambda:invoke", {"FunctionName.$": "$.s", "Payload": {}}),
    "Qualifier": task(f"{STATES}lambda:invoke", {"FunctionName": "F", "Qualifier.$": "$.s", "Payload": {}}),
    "FunctionName of an event": task(
        f"{STATES}lambda:invoke", {"FunctionName.$": "$.s", "InvocationType": "Event", "Payload": {}}
    ),
    "ClientContext of an event": task(
        f"{STATES}lambda:invoke",
        {"FunctionName": "F", "InvocationType": "Event", "ClientContext.$": "$.s", "Payload": {}},
    ),
    "a handler's error": task("arn:aws:lambda:us-east-1:123456789012:function:F", {"raise.$": "$.s"}),
    "StateMachineArn": task(f"{STATES}states:startExecution", {"StateMachineArn.$": "$.s", "Input": {}}),
    "Name": task(
        f"{STATES}states:startExecution",
        {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Beside", "Name.$": "$.s"},
    ),
    "Name that is no text": task(
        f"{STATES}states:startExecution",
        {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Beside", "Name.$": "$.l"},
    ),
    "ConnectionArn": task(
        f"{STATES}http:invoke",
        {
            "ApiEndpoint": "http://127.0.0.1:1/",
            "Method": "GET",
            "InvocationConfig": {"ConnectionArn.$": "$.s"},
        },
    ),
    "a log group": task(f"{STATES}aws-sdk:cloudwatchlogs:describeLogStreams", {"LogGroupName.$": "$.s"}),
    "an execution's ARN": task(f"{STATES}aws-sdk:sfn:describeExecution", {"ExecutionArn.$": "$.s"}),
    "a file's name": {
        "Type": "Map",
        "ItemReader": {
            "Resource": f"{STATES}s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "file:///tmp", "Key.$": "$.s"},
        },
        "ItemProcessor": PROCESSOR,
        "End": True,
    },
}


def test_poisoned_text_fails_its_own_execution(home: Path, tmp_path: Path) -> None:
    """A lone surrogate, wherever it would reach SQL, ends only its execution.

    The same worker drives the others.
    """
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context):\n    raise ValueError(event['raise'])\n")
    create_function(home, "F", code)
    beside = create_machine(home, "Beside", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    poison = json.dumps({"s": LONE, "l": [LONE, 1]})
    poisoned = {}
    for number, (name, state) in enumerate(POISONED.items()):
        machine = create_machine(home, f"Poisoned{number}", {"StartAt": "T", "States": {"T": state}})
        poisoned[name] = start_execution(home, machine, "--input", poison)
    (pid,) = worker_pids(home)
    statuses = {name: ended(home, execution)["status"] for name, execution in poisoned.items()}
    assert statuses == dict.fromkeys(POISONED, "FAILED")
    assert ended(home, start_execution(home, beside))["status"] == "SUCCEEDED"
    assert worker_pids(home) == [pid]
    assert sfn_json(home, "worker", "status")["suspended"] == []
    assert sfn(home, "doctor").returncode == 0


def waits(home: Path, name: str, *options: str) -> str:
    """A machine of this name whose executions wait for an hour."""
    created = sfn_json(
        home, "create-state-machine", "--name", name, "--role-arn", "arn:aws:iam::123456789012:role/any",
        "--definition", WAITING, *options,
    )  # fmt: skip
    return str(created["stateMachineArn"])


def damage(home: Path, machine: str, details: str = '{"name"') -> None:
    """Damages the last event of each execution of a machine, while no worker drives it.

    A command starts the next worker.
    """
    kill_workers(home)
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        connection.execute(
            """
            UPDATE event SET details = ? WHERE key IN (
                SELECT max(key) FROM event JOIN execution e ON key >> 16 = e.id
                WHERE e.state_machine_arn = ?
                GROUP BY e.id
            )
            """,
            (details, machine),
        )


ANOTHER_STATE = '{"name":"Gone"}'
"""Details of an event that can be read but not replayed."""


def events_of(home: Path, machine: str) -> int:
    """Returns the number of events of a machine's executions."""
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        row = connection.execute(
            "SELECT count(*) FROM event JOIN execution e ON key >> 16 = e.id WHERE e.state_machine_arn = ?",
            (machine,),
        ).fetchone()
    return int(row[0])


def suspended(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sfn_json(home, "worker", "status")["suspended"]
    return found


@pytest.fixture
def damaged(home: Path) -> str:
    """A suspended execution: a row of it cannot be read."""
    machine = waits(home, "Damaged")
    execution = start_execution(home, machine, "--name", "d")
    until(
        lambda: len(sfn_json(home, "get-execution-history", "--execution-arn", execution)["events"]) == 2,
        "its wait",
    )
    damage(home, machine)
    describe(home, execution)
    until(lambda: suspended(home), "its suspension")
    return execution


def test_what_cannot_be_driven_is_suspended(home: Path, damaged: str) -> None:
    """After three attempts no worker tries again; status and doctor show the traceback.

    Other executions continue.
    """
    (shown,) = suspended(home)
    assert (shown["executionArn"], shown["attempts"]) == (damaged, 3)
    assert "Traceback" in shown["traceback"]
    assert describe(home, damaged)["status"] == "RUNNING"
    examined = sfn(home, "doctor")
    assert examined.returncode == 255
    assert f"{damaged} is suspended" in examined.stderr
    assert "    Traceback" in examined.stderr
    assert ended(home, start_execution(home, create_machine(home, "Beside", WELL)))["status"] == "SUCCEEDED"
    kill_workers(home)
    describe(home, damaged)
    assert worker_pids(home) == []  # no worker may drive it


WELL = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def test_describe_execution_reports_a_suspension(home: Path, damaged: str) -> None:
    """describe-execution reports a suspension on stderr if that is a terminal, never on stdout."""
    terminal, stderr = os.openpty()
    command = [SFN, "describe-execution", "--execution-arn", damaged]
    done = subprocess.run(
        command, env=environment_of(home), stdout=subprocess.PIPE, stderr=stderr, check=True
    )
    os.close(stderr)
    assert f"Execution {damaged} is suspended" in " ".join(os.read(terminal, 4096).decode().split())
    os.close(terminal)
    assert json.loads(done.stdout) == describe(home, damaged)
    assert sfn(home, "describe-execution", "--execution-arn", damaged).stderr == ""


def test_a_stop_ends_a_suspended_execution(home: Path, damaged: str) -> None:
    """A suspended execution that is stopped is ABORTED, and no longer listed or awaited."""
    sfn_json(home, "stop-execution", "--execution-arn", damaged, "--cause", "damaged")
    assert describe(home, damaged)["status"] == "ABORTED"
    assert suspended(home) == []


def test_a_stop_ends_a_suspended_express_execution(home: Path) -> None:
    """stop-execution of an EXPRESS execution is refused, as on AWS, unless it is suspended."""
    machine = waits(home, "Fast", "--type", "EXPRESS")
    execution = start_execution(home, machine)
    assert sfn(home, "stop-execution", "--execution-arn", execution).returncode == 254
    until(lambda: events_of(home, machine) == 2, "its wait")
    damage(home, machine)
    sfn_json(home, "list-state-machines")
    until(lambda: suspended(home), "its suspension")
    sfn_json(home, "stop-execution", "--execution-arn", execution)
    assert suspended(home) == []
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        assert connection.execute("SELECT status FROM execution").fetchall() == [("ABORTED",)]


def test_a_newer_version_tries_a_suspended_execution_again(home: Path, damaged: str) -> None:
    """A worker of a newer version claims a suspended execution, whose row has been repaired here."""
    kill_workers(home)
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        connection.execute('UPDATE event SET details = \'{"name":"W"}\' WHERE details = \'{"name"\'')
        connection.execute("UPDATE suspension SET version = '0.1.0'")
    sfn_json(home, "get-execution-history", "--execution-arn", damaged)
    start_execution(home, create_machine(home, "Beside", WELL))
    until(
        lambda: suspended(home) == [] and "executions" in json.dumps(sfn_json(home, "worker", "status")),
        "another try",
    )
    until(
        lambda: sfn_json(home, "worker", "status")["workers"][0]["executions"] == 1, "a worker that drives it"
    )


def parent_of(machine: str) -> dict[str, Any]:
    """A definition whose executions wait for one of the machine's."""
    call = task(f"{STATES}states:startExecution.sync", {"StateMachineArn": machine, "Input": {}})
    return {"StartAt": "T", "States": {"T": call}}


@pytest.mark.parametrize(
    "command, damaged_kind",
    [
        ("run", "itself"),
        ("run", "a child"),
        ("watch", "itself"),
        ("watch", "a child"),
        ("start-executions", "itself"),
        ("start-executions", "a child"),
        ("start-sync-execution", "itself"),  # an EXPRESS execution waits for no other
        ("http", "itself"),
    ],
)
def test_a_command_that_waits_for_a_suspended_execution(
    home: Path, tmp_path: Path, command: str, damaged_kind: str
) -> None:
    """A command that waits for a suspended execution, or for one that awaits it, ends with 255 and one line.

    Over HTTP, it ends with status 500.
    """
    express = command in ("start-sync-execution", "http")
    waiting = waits(home, "Waits", *(("--type", "EXPRESS") if express else ()))
    target, definition = waiting, json.loads(WAITING)
    if damaged_kind == "a child":
        definition = parent_of(waiting)
        target = create_machine(home, "Parent", definition)
    (tmp_path / "Target.asl.json").write_text(json.dumps(definition))
    (tmp_path / "lines").write_text("{}\n")
    commands = {
        "run": ["run", str(tmp_path / "Target.asl.json")],
        "start-executions": [
            "start-executions",
            "--state-machine-arn",
            target,
            "--inputs",
            str(tmp_path / "lines"),
            "--wait",
        ],
        "start-sync-execution": ["start-sync-execution", "--state-machine-arn", target],
        "watch": ["watch", f"{name_in_arn(target)}/last"],
    }
    if command == "watch":
        start_execution(home, target)
    if damaged_kind == "itself" and command == "run":
        waiting = waiting.replace("Waits", "Target")
    if command == "http":
        with serving(home) as url, ThreadPoolExecutor() as threads:
            answer = threads.submit(
                boto3_client(url, "stepfunctions").start_sync_execution, stateMachineArn=target
            )
            until(lambda: events_of(home, waiting) == 2, "its wait")
            damage(home, waiting, ANOTHER_STATE)
            with pytest.raises(ClientError, match="is suspended") as refused:
                answer.result()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        return
    process = subprocess.Popen(
        [SFN, *commands[command]], env=environment_of(home), stderr=subprocess.PIPE, text=True
    )
    until(lambda: events_of(home, waiting) == 2, "its wait")
    damage(home, waiting, ANOTHER_STATE)
    _, shown = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 255, shown
    assert ("SUSPENDED" if command == "start-executions" else "is suspended") in shown
    assert "Traceback" not in shown


WAITING = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}})
