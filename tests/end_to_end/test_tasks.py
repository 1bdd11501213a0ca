"""`sfn tasks` lists pending tasks, and answers them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    SFN,
    create_machine,
    describe,
    ended,
    environment_of,
    sfn,
    sfn_json,
    start_execution,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
ACTIVITY = f"{ARN}:activity:Work"
CHILD = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


@pytest.fixture
def home(home: Path) -> Path:
    """Machines that wait.

    Pay waits for a token, Do for an activity's worker, Each for three tokens at once.
    """
    child = create_machine(home, "Child", CHILD)
    sfn_json(home, "create-activity", "--name", "Work")
    parameters = {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token", "amount.$": "$"}}
    token = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": parameters,
    }
    confirm = {**token, "TimeoutSeconds": 7200, "HeartbeatSeconds": 3600}
    caught = {"Catch": [{"ErrorEquals": ["Rejected"], "Next": "No"}], "End": True}
    create_machine(
        home,
        "Pay",
        {"StartAt": "Confirm", "States": {"Confirm": {**confirm, **caught}, "No": {"Type": "Succeed"}}},
    )
    work = {"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 600, "End": True}
    create_machine(home, "Do", {"StartAt": "On request", "States": {"On request": work}})
    each = {"StartAt": "Ask", "States": {"Ask": {**token, "End": True}}}
    create_machine(
        home, "Each", {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": each, "End": True}}}
    )
    return home


def started(home: Path, machine: str, name: str, input: object = 1) -> str:
    return start_execution(
        home, f"{ARN}:stateMachine:{machine}", "--name", name, "--input", json.dumps(input)
    )


def waiting(home: Path, count: int, *options: str) -> list[dict[str, Any]]:
    """Returns the list, once it has this many tasks."""

    def listed() -> list[dict[str, Any]] | None:
        tasks: list[dict[str, Any]] = sfn_json(home, "tasks", "list", *options)["tasks"]
        return tasks if len(tasks) == count else None

    found: list[dict[str, Any]] = until(listed, f"{count} tasks that wait")
    return found


def test_a_token(home: Path) -> None:
    """The list has the data of AWS's history; without a name, the only task is answered.

    A second answer is refused.
    """
    execution = started(home, "Pay", "monday", {"amount": 5})
    (task,) = waiting(home, 1)
    assert (task["status"], task["executionArn"], task["state"], task["name"]) == (
        "WAITING",
        execution,
        "Confirm",
        "monday",
    )
    assert task["resource"] == "arn:aws:states:::states:startExecution.waitForTaskToken"
    assert json.loads(task["input"])["Input"] == {"token": task["taskToken"], "amount": {"amount": 5}}
    since, until = datetime.fromisoformat(task["since"]), datetime.fromisoformat(task["until"])
    assert until - since == timedelta(hours=1)  # the heartbeat is due before the timeout
    done = sfn(home, "tasks", "approve")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        f"approved Pay/monday/Confirm ({task['handle']})\n",
    )
    assert ended(home, execution)["output"] == '{"approved": true}'
    late = sfn(home, "tasks", "approve", task["taskToken"])
    assert (late.returncode, "(TaskTimedOut) when calling the SendTaskSuccess operation" in late.stderr) == (
        254,
        True,
    )
    none = sfn(home, "tasks", "approve")
    assert (none.returncode, none.stderr) == (255, "\nsfn: [ERROR]: No tasks are pending.\n")


@pytest.mark.slow
def test_an_activity(home: Path) -> None:
    """Tasks without a worker are taken in any order; one with a worker is answered, too."""
    first, second = (started(home, "Do", name, name) for name in ("first", "second"))
    tasks = waiting(home, 2)
    assert [(task["status"], task["resource"], "taskToken" in task) for task in tasks] == [
        ("SCHEDULED", ACTIVITY, False)
    ] * 2
    refused = sfn(home, "tasks", "heartbeat", "Do/second/On request")
    assert (refused.returncode, "No worker has taken Do/second/On request yet" in refused.stderr) == (
        255,
        True,
    )
    assert sfn(home, "tasks", "approve", "second/On request", "--result", '"on request"').returncode == 0
    assert ended(home, second)["output"] == '"on request"'
    history = sfn_json(home, "get-execution-history", "--execution-arn", second)["events"]
    assert [event["type"] for event in history if event["type"].startswith("Activity")] == [
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded",
    ]  # fmt: skip
    assert [
        event["activityStartedEventDetails"] for event in history if "activityStartedEventDetails" in event
    ] == [{"workerName": "sfn tasks"}]
    assert (
        sfn_json(home, "get-activity-task", "--activity-arn", "Work", "--worker-name", "Ada")["input"]
        == '"first"'
    )
    (task,) = waiting(home, 1)
    assert (task["status"], "taskToken" in task) == ("STARTED", True)
    until(lambda: waiting(home, 1)[0].get("workerName") == "Ada", "the worker's name")
    assert (
        sfn(
            home, "tasks", "reject", "first/On request", "--error", "Broken", "--cause", "on request"
        ).returncode
        == 0
    )
    described = ended(home, first)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Broken", "on request")


def test_a_rejection_is_caught(home: Path) -> None:
    """A rejection has a default error name, which Catch can match."""
    execution = started(home, "Pay", "tuesday")
    waiting(home, 1)
    assert sfn(home, "tasks", "reject").returncode == 0
    assert json.loads(ended(home, execution)["output"]) == {"Error": "Rejected", "Cause": None}


def test_a_heartbeat(home: Path) -> None:
    """A heartbeat extends the time until the task times out."""
    started(home, "Pay", "monday")
    (before,) = waiting(home, 1)
    assert sfn(home, "tasks", "heartbeat", before["handle"]).returncode == 0
    (after,) = waiting(home, 1)
    assert (after["since"], after["until"] > before["until"]) == (before["since"], True)


@pytest.mark.slow
def test_ambiguous_names(home: Path) -> None:
    """An ambiguous name lists its tasks; each form of name finds its task; filters exclude others."""
    executions = {name: started(home, "Pay", name) for name in ("monday", "tuesday")}
    executions["three"] = started(home, "Each", "three", [1, 2, 3])
    tasks = waiting(home, 5)
    assert len({task["handle"] for task in tasks}) == 5
    assert {task["state"] for task in waiting(home, 3, "--state-machine-arn", "Each")} == {"Ask"}
    assert [task["name"] for task in waiting(home, 1, "--execution-arn", "Pay/tuesday")] == ["tuesday"]
    for handle, several in ((None, 5), ("three/Ask", 3), ("Each", 3), ("Pay/", 2)):
        refused = sfn(home, "tasks", "approve", *([] if handle is None else [handle]))
        assert (
            refused.returncode,
            len(re.findall(r"^  [0-9a-f]{8}  \w+/\w+/\w+$", refused.stderr, re.M)),
        ) == (252, several)
    unknown = sfn(home, "tasks", "approve", "wednesday/Confirm")
    assert (unknown.returncode, "No pending task named 'wednesday/Confirm'" in unknown.stderr) == (
        252,
        True,
    )
    assert sfn(home, "tasks", "approve", "mon").returncode == 0
    assert "approved Pay/tuesday/Confirm" in sfn(home, "tasks", "approve", "Pay/last/Confirm").stderr
    for task in tasks[2:]:
        assert (
            sfn(home, "tasks", "approve", task["handle"], "--result", json.dumps(task["handle"])).returncode
            == 0
        )
    assert json.loads(ended(home, executions["three"])["output"]) == [task["handle"] for task in tasks[2:]]


@pytest.mark.slow
def test_what_is_refused(home: Path, tmp_path: Path) -> None:
    """Errors are those of the operations; no task is answered."""
    execution = started(home, "Pay", "monday")
    (task,) = waiting(home, 1)
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_text("{")
    good.write_text('{"by": "Ada"}')
    for arguments, code, message in (
        (
            ("approve", "--result", f"file://{bad}"),
            254,
            "(InvalidOutput) when calling the SendTaskSuccess operation",
        ),
        (("approve", "--result", "file:///nowhere"), 252, "Error parsing parameter '--result'"),
        (("approve", "0" * 128), 254, "(InvalidToken)"),
        (("reject", "--error", "x" * 257), 254, "SendTaskFailure"),
        (("list", "--execution-arn", "Pay/friday"), 254, "(ExecutionDoesNotExist)"),
        (("list", "--query", "tasks["), 252, "Bad value for --query"),
        (("list", "--endpoint-url", "http://127.0.0.1:9"), 252, "works only on the local store"),
    ):
        refused = sfn(home, "tasks", *arguments)
        assert (refused.returncode, message in refused.stderr) == (code, True), refused.stderr
    assert describe(home, execution)["status"] == "RUNNING"
    assert sfn(home, "tasks", "approve", task["taskToken"], "--result", f"file://{good}").returncode == 0
    assert ended(home, execution)["output"] == '{"by": "Ada"}'


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 200])
def test_at_a_terminal(home: Path, columns: int) -> None:
    """At a terminal, the list is a table no wider than the terminal; with --output it is data."""
    started(home, "Pay", "monday", {"note": "x" * 300})
    started(home, "Do", "tuesday")
    handles = {task["handle"] for task in waiting(home, 2)}
    lines = at_terminal(home, columns, "tasks", "list")
    assert all(len(line) <= columns for line in lines)
    text = "\n".join(lines)
    assert {word for word in text.split() if re.fullmatch("[0-9a-f]{8}", word)} == handles
    assert ("Confirm" in text, "Pay/monday" in text, "(no" in text, "in 1 h" in text) == (True,) * 4
    assert ("StateMachineArn" in text, "…" in text) == (columns == 200,) * 2  # the input is cut, or left out
    assert json.loads(
        "\n".join(at_terminal(home, columns, "tasks", "list", "--output", "json", "--no-cli-pager"))
    )["tasks"]


def at_terminal(home: Path, columns: int, *arguments: str) -> list[str]:
    """Returns the lines that a command shows on a terminal of this width."""
    master, slave = pty.openpty()
    environment = environment_of(home, {"COLUMNS": str(columns), "TERM": "xterm"})
    with subprocess.Popen(
        [SFN, *arguments], env=environment, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        shown = b""
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:  # Linux: everybody has closed the other end
            pass
        assert process.wait() == 0, shown
    os.close(master)
    return shown.decode().splitlines()
