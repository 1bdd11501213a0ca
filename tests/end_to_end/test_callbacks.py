"""Tasks that wait for a token, and nested executions: they end once, whichever process is killed."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    create_machine,
    describe,
    ended,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

CHILD = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"

RAISED = {"Error": "Raised", "Cause": "because"}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "Echo": {"E": {"Type": "Pass", "Parameters": {"got.$": "$"}, "End": True}},
    "Raise": {"F": {"Type": "Fail", **RAISED}},
    "Sleep": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}},
    "Nap": {
        "W": {"Type": "Wait", "Seconds": 2, "Next": "E"},
        "E": {"Type": "Pass", "Result": "rested", "End": True},
    },
}


def create(home: Path, name: str, states: dict[str, Any]) -> str:
    return create_machine(home, name, {"StartAt": next(iter(states)), "States": states})


def types(home: Path, arn: str) -> list[str]:
    return [
        event["type"] for event in sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    ]


def task(pattern: str, **fields: Any) -> dict[str, Any]:
    """A Task that starts Child with its own input and, where there is one, its token."""
    input = {"token.$": "$$.Task.Token"} if pattern == ".waitForTaskToken" else {"n": 1}
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{pattern}",
        "Parameters": {"StateMachineArn": CHILD, "Name": "child", "Input": input},
        "End": True,
        **fields,
    }


def waiting(home: Path, **fields: Any) -> tuple[str, str]:
    """Returns an execution whose task waits for its token, and the token.

    (Its child, which ends at once, got it.)
    """
    create(home, "Child", DEFINITIONS["Echo"])
    after = {"After": {"Type": "Pass", "End": True}} if "Catch" in fields else {}
    parent = create(home, "Parent", {"T": task(".waitForTaskToken", **fields), **after})
    arn = start_execution(home, parent)
    until(lambda: "TaskSubmitted" in types(home, arn), "the receipt")
    child = describe(home, CHILD.replace("stateMachine", "execution") + ":child")
    token: str = json.loads(child["input"])["token"]
    return arn, token


def test_a_token_is_answered_once(home: Path) -> None:
    """send-task-success ends the task with its output.

    A second call, and an invented token, are refused.
    """
    arn, token = waiting(home)
    made_up = token[:-1] + ("0" if token[-1] != "0" else "1")
    # Also before an output that is not JSON (recorded by LocalStack and moto).
    for wrong, output in (("garbage", "{no"), (made_up, "1"), (token[:64], "1")):
        refused = sfn(home, "send-task-success", "--task-token", wrong, "--task-output", output)
        assert (refused.returncode, "InvalidToken" in refused.stderr) == (254, True), refused.stderr
    refused = sfn(home, "send-task-success", "--task-token", token, "--task-output", "{no")
    assert (refused.returncode, "Invalid Output: '{no' is not valid JSON." in refused.stderr) == (254, True)

    assert sfn_json(home, "send-task-heartbeat", "--task-token", json.dumps(token)) is None  # in quotes
    assert sfn_json(home, "send-task-success", "--task-token", token, "--task-output", '{"ok": true}') is None
    assert json.loads(ended(home, arn)["output"]) == {"ok": True}
    assert types(home, arn) == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
        "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    for command in (
        ("send-task-success", "--task-output", "1"),
        ("send-task-failure",),
        ("send-task-heartbeat",),
    ):
        refused = sfn(home, *command, "--task-token", token)
        assert (refused.returncode, "TaskTimedOut" in refused.stderr) == (254, True), refused.stderr


def test_a_failure_by_token_is_caught(home: Path) -> None:
    """A Catcher receives the error and cause of send-task-failure."""
    arn, token = waiting(home, Catch=[{"ErrorEquals": ["Declined"], "Next": "After"}])
    sfn_json(home, "send-task-failure", "--task-token", token, "--error", "Declined", "--cause", "no")
    assert json.loads(ended(home, arn)["output"]) == {"Error": "Declined", "Cause": "no"}


def test_an_answer_while_no_worker_lives(home: Path) -> None:
    """The result is stored, and starts a worker that continues; the integration is not called again."""
    arn, token = waiting(home)
    kill_workers(home)
    sfn_json(home, "send-task-success", "--task-token", token, "--task-output", '"late, not lost"')
    assert ended(home, arn)["output"] == '"late, not lost"'
    assert types(home, arn).count("TaskSubmitted") == 1


@pytest.mark.slow
def test_heartbeats(home: Path) -> None:
    """Heartbeats extend a task, also after the death of a worker.

    Without them it times out, and its token is invalid.
    """
    arn, token = waiting(home, HeartbeatSeconds=2)
    alive_until = time.monotonic() + 3
    killed = False
    while time.monotonic() < alive_until:
        sfn_json(home, "send-task-heartbeat", "--task-token", token)
        if not killed:
            kill_workers(home)
            killed = True
    assert describe(home, arn)["status"] == "RUNNING"
    assert ended(home, arn)["error"] == "States.Timeout"
    assert sfn(home, "send-task-success", "--task-token", token, "--task-output", "1").returncode == 254


@pytest.mark.parametrize(
    "child, pattern, status, expected",
    [
        ("Echo", "", "SUCCEEDED", {"ExecutionArn": CHILD.replace("stateMachine", "execution") + ":child"}),
        (
            "Echo",
            ".sync",
            "SUCCEEDED",
            {"Status": "SUCCEEDED", "Output": '{"got":{"n":1}}', "Input": '{"n":1}'},
        ),
        (
            "Echo",
            ".sync:2",
            "SUCCEEDED",
            {"Status": "SUCCEEDED", "Output": {"got": {"n": 1}}, "Input": {"n": 1}},
        ),
        ("Raise", ".sync", "FAILED", {"Status": "FAILED", **RAISED}),
        ("Raise", ".sync:2", "FAILED", {"Status": "FAILED", **RAISED}),
    ],
)
def test_nested_executions(
    home: Path, child: str, pattern: str, status: str, expected: dict[str, Any]
) -> None:
    """A nested execution ends its task with its output, or with States.TaskFailed.

    The error's cause is the child's full description.
    """
    create(home, "Child", DEFINITIONS[child])
    found = ended(home, start_execution(home, create(home, "Parent", {"T": task(pattern)})))
    assert (found["status"], found.get("error")) == (
        status,
        None if status == "SUCCEEDED" else "States.TaskFailed",
    )
    result = json.loads(found["output" if status == "SUCCEEDED" else "cause"])
    assert {name: result[name] for name in expected} == expected


def test_a_child_that_cannot_start(home: Path) -> None:
    """The task fails with StartExecution's error."""
    found = ended(home, start_execution(home, create(home, "Parent", {"T": task(".sync")})))
    assert found["error"] == "StepFunctions.StateMachineDoesNotExistException"
    assert found["cause"].startswith(
        f"State Machine Does Not Exist: '{CHILD}' (Service: AWSStepFunctions; Status Code: 400; "
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stop", "timeout"])
def test_a_task_that_gives_up_aborts_its_child(home: Path, how: str) -> None:
    """A child execution is aborted when its parent is stopped or the task times out."""
    create(home, "Child", DEFINITIONS["Sleep"])
    parent = create(home, "Parent", {"T": task(".sync", TimeoutSeconds=1 if how == "timeout" else 600)})
    arn = start_execution(home, parent)
    child = CHILD.replace("stateMachine", "execution") + ":child"
    if how == "stop":
        until(lambda: "TaskSubmitted" in types(home, arn), "the child")
        sfn_json(home, "stop-execution", "--execution-arn", arn)
    assert ended(home, arn)["status"] == ("ABORTED" if how == "stop" else "FAILED")
    assert ended(home, child)["status"] == "ABORTED"
    assert sfn(home, "doctor").returncode == 0


@pytest.mark.slow
def test_a_child_is_started_once(home: Path) -> None:
    """Workers die while a child is started and while it runs.

    There is still only one child, and its end reaches the parent.
    """
    create(home, "Child", DEFINITIONS["Nap"])
    nameless = task(".sync:2", ResultSelector={"output.$": "$.Output"})
    del nameless["Parameters"]["Name"]
    arns = [start_execution(home, create(home, "Parent", {"T": nameless})) for _ in range(5)]
    kill_workers(home)
    until(lambda: all("TaskSubmitted" in types(home, arn) for arn in arns), "children")
    kill_workers(home)
    assert [ended(home, arn)["output"] for arn in arns] == ['{"output":"rested"}'] * 5
    assert len(sfn_json(home, "list-executions", "--state-machine-arn", CHILD)["executions"]) == 5
    assert sfn(home, "doctor").returncode == 0
