"""Redriven executions, by a live worker or the next one.

Some have parents, tokens and clocks of their own.
"""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api import call_api
from sfn_cli.api.model import load_model
from sfn_cli.app import build_app
from sfn_cli.drivers.local import launch
from sfn_cli.settings import Settings
from tests.interpreter.replay import breaches
from tests.processes import (
    create_function,
    create_machine,
    describe,
    ended,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Work"
MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"

# It fails while the file is there, and says how often it was called with each input.
HANDLER = """
import os, pathlib, time

here = pathlib.Path(__file__).parent

def handler(event, context):
    with (here / "calls").open("a") as calls:
        print(event["n"], file=calls)
    time.sleep(event.get("seconds", 0))
    if event["n"] and (here / "broken").exists():
        raise ValueError("broken")
    return event["n"] * 2
"""

TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}
EACH = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "W", "States": {"W": TASK}},
            "MaxConcurrency": 1,
            "End": True,
        }
    },
}


def deploy(home: Path, tmp_path: Path) -> Path:
    """The folder of the function's code."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    create_function(home, "Work", code)
    return code


def redrive(home: Path, execution: str) -> None:
    assert sfn_json(home, "redrive-execution", "--execution-arn", execution)["redriveDate"]


def types(home: Path, execution: str) -> list[str]:
    return [
        event["type"]
        for event in sfn_json(home, "get-execution-history", "--execution-arn", execution)["events"]
    ]


@contextmanager
def no_worker(home: Path) -> Iterator[None]:
    """Within this block, no worker lives, and no command starts one."""
    with (home / launch.START_LOCK_NAME).open("a") as on_its_way:
        fcntl.flock(on_its_way, fcntl.LOCK_EX)
        kill_workers(home)
        yield


def whole(home: Path) -> None:
    """Checks that each history can be replayed, and continued to its end from any event."""
    assert sfn(home, "doctor").stdout.endswith(": no problems found\n")
    assert list(breaches(home)) == []


@pytest.mark.slow
def test_redrive_after_a_fix(home: Path, tmp_path: Path) -> None:
    """Only failed tasks are called again; kill -9 repeats at most the running one."""
    code = deploy(home, tmp_path)
    (code / "broken").touch()
    items = [{"n": 0}, {"n": 1, "seconds": 1}, {"n": 2}]
    arn = start_execution(home, create_machine(home, "Each", EACH), "--input", json.dumps(items))
    failed = ended(home, arn)
    assert (failed["status"], failed["redriveCount"], failed["redriveStatus"]) == ("FAILED", 0, "REDRIVABLE")
    redrive(home, arn)
    assert ended(home, arn)["redriveCount"] == 1  # it fails again
    (code / "broken").unlink()
    redrive(home, arn)
    # The task has started when its event is there; the handler is called a moment later.
    until(lambda: (code / "calls").read_text().split().count("1") == 3, "the third call of the second item")
    kill_workers(home)
    done = ended(home, arn)
    assert (done["status"], json.loads(done["output"]), done["redriveCount"]) == ("SUCCEEDED", [0, 2, 4], 2)
    # The last but one was lost with its worker.
    assert (code / "calls").read_text().split() == ["0", "1", "1", "1", "1", "2"]
    assert [name for name in types(home, arn) if name.startswith("Execution")] == [
        "ExecutionStarted",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionSucceeded",
    ]
    whole(home)


@pytest.mark.slow  # the wait outlasts the commands on a busy machine
def test_stopped_and_redriven_at_once(home: Path) -> None:
    """An execution that is stopped and redriven at once, repeatedly, is driven by one worker."""
    states = {"W": {"Type": "Wait", "Seconds": 5, "Next": "P"}, "P": {"Type": "Pass", "End": True}}
    arn = start_execution(home, create_machine(home, "Wait", {"StartAt": "W", "States": states}))
    until(lambda: "WaitStateEntered" in types(home, arn), "the wait")
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    for _ in range(30):
        call_api(service, load_model("stepfunctions", "StopExecution"), {"executionArn": arn})
        call_api(service, load_model("stepfunctions", "RedriveExecution"), {"executionArn": arn})
    service.close()
    done = ended(home, arn)
    assert (done["status"], done["redriveCount"]) == ("SUCCEEDED", 30)
    whole(home)


@pytest.mark.slow  # the wait outlasts the commands on a busy machine
def test_with_no_worker_alive(home: Path) -> None:
    """An execution can be stopped and redriven without a worker; messages to the dead worker are dropped."""
    states = {"W": {"Type": "Wait", "Seconds": 5, "End": True}}
    arn = start_execution(home, create_machine(home, "Wait", {"StartAt": "W", "States": states}))
    until(lambda: "WaitStateEntered" in types(home, arn), "the wait")
    with no_worker(home):
        sfn_json(home, "stop-execution", "--execution-arn", arn)
        redrive(home, arn)
    assert ended(home, arn)["status"] == "SUCCEEDED"
    assert worker_pids(home)
    whole(home)


@pytest.mark.slow
def test_an_earlier_token_is_invalid(home: Path) -> None:
    """The task of a redriven execution has a new token; the earlier one is invalid."""
    activity = sfn_json(home, "create-activity", "--name", "Ask")["activityArn"]
    machine = create_machine(home, "Ask", {"StartAt": "A", "States": {"A": {**TASK, "Resource": activity}}})

    def taken() -> str:
        token: str = sfn_json(home, "get-activity-task", "--activity-arn", activity)["taskToken"]
        return token

    arn = start_execution(home, machine)
    first = taken()
    with no_worker(home):
        sfn_json(home, "stop-execution", "--execution-arn", arn)
        redrive(home, arn)
    assert describe(home, arn)["status"] == "RUNNING"  # this starts a worker
    second = taken()
    kill_workers(home)  # the next one learns neither of the stop nor of the first task
    refused = sfn(home, "send-task-success", "--task-token", first, "--task-output", "1")
    assert (refused.returncode, "TaskTimedOut" in refused.stderr) == (254, True), refused.stderr
    sfn_json(home, "send-task-success", "--task-token", second, "--task-output", "2")
    assert ended(home, arn)["output"] == "2"
    whole(home)


def nesting(child: str) -> dict[str, Any]:
    parameters = {"StateMachineArn": MACHINES + child, "Name": "child"}
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Hold"}]
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": parameters,
        "Catch": caught,
    }
    return {
        "StartAt": "Start",
        "States": {
            "Start": {**start, "Next": "Hold"},
            "Hold": {"Type": "Wait", "Seconds": 3600, "End": True},
        },
    }


@pytest.mark.slow
def test_a_child_goes_on_without_its_parent(home: Path, tmp_path: Path) -> None:
    """A redriven child continues if its parent's task has failed; the parent's end does not abort it."""
    code = deploy(home, tmp_path)
    (code / "broken").touch()
    child = create_machine(
        home, "Child", {"StartAt": "T", "States": {"T": {**TASK, "Parameters": {"n": 7, "seconds": 1}}}}
    )
    parent = start_execution(home, create_machine(home, "Parent", nesting("Child")))
    until(lambda: "WaitStateEntered" in types(home, parent), "the parent to catch the failure")
    (code / "broken").unlink()
    arn = child.replace(":stateMachine:", ":execution:") + ":child"
    redrive(home, arn)
    sfn_json(home, "stop-execution", "--execution-arn", parent)
    assert ended(home, arn)["output"] == "14"
    assert types(home, parent).count("TaskFailed") == 1
    whole(home)


def test_a_child_redriven_before_its_parent_reads_its_end(home: Path) -> None:
    """The parent's task gets the child's end before the redrive, not its later state."""
    hold = {"Type": "Wait", "Seconds": 2, "End": True}
    child = create_machine(home, "Child", {"StartAt": "W", "States": {"W": hold}})
    parent = start_execution(home, create_machine(home, "Parent", nesting("Child")))
    until(lambda: "TaskSubmitted" in types(home, parent), "the child")
    arn = child.replace(":stateMachine:", ":execution:") + ":child"
    with no_worker(home):
        sfn_json(home, "stop-execution", "--execution-arn", arn, "--error", "Enough")
        redrive(home, arn)
    until(lambda: "WaitStateEntered" in types(home, parent), "the parent to catch the failure")
    (failed,) = (
        event["taskFailedEventDetails"]
        for event in sfn_json(home, "get-execution-history", "--execution-arn", parent)["events"]
        if event["type"] == "TaskFailed"
    )
    cause = json.loads(failed["cause"])
    assert (cause["Status"], cause["Error"]) == ("ABORTED", "Enough")
    assert ended(home, arn)["status"] == "SUCCEEDED"
    whole(home)


def test_by_a_virtual_clock(home: Path) -> None:
    """A redriven execution continues on its virtual clock: another month passes in a moment."""
    month = 30 * 24 * 60 * 60
    states = {"W": {"Type": "Wait", "Seconds": month, "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}}
    machine = create_machine(home, "Month", {"StartAt": "W", "States": states, "TimeoutSeconds": month // 2})
    arn = start_execution(home, machine, environment={"SFN_CLOCK": "virtual"})
    first = ended(home, arn)
    redrive(home, arn)
    second = ended(home, arn)
    assert (first["status"], second["status"], second["redriveCount"]) == ("TIMED_OUT", "TIMED_OUT", 1)
    assert second["stopDate"] > first["stopDate"]
    whole(home)


def test_redrive_count_and_date(home: Path) -> None:
    """Lists and descriptions have the count and the date of redrives."""
    machine = create_machine(home, "Fails", {"StartAt": "F", "States": {"F": {"Type": "Fail"}}})
    arn = start_execution(home, machine)
    ended(home, arn)
    redrive(home, arn)
    found = ended(home, arn)
    (listed,) = sfn_json(
        home, "list-executions", "--state-machine-arn", machine, "--status-filter", "FAILED"
    )["executions"]
    assert {name: listed[name] for name in ("redriveCount", "redriveDate", "stopDate")} == {
        name: found[name] for name in ("redriveCount", "redriveDate", "stopDate")
    }
    assert types(home, arn)[-2:] == ["ExecutionRedriven", "ExecutionFailed"]
    refused = sfn(home, "redrive-execution", "--execution-arn", arn.replace(":Fails:", ":Gone:"))
    assert (refused.returncode, "ExecutionDoesNotExist" in refused.stderr) == (254, True)
    assert describe(home, arn)["redriveStatus"] == "REDRIVABLE"
