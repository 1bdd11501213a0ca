"""Lifecycles that were recorded from AWS: activities, nested executions, redrives, deletion.

Each table names its source: `stackd` is radkawar/stackd, testdata/aws/stepfunctions; `floci` is
floci-io/floci, AslExecutorNestedSyncFailureTest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from tests.driven_store import ManualClock, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.drivers.local.scheduler import Scheduler

ACCOUNT = "us-east-1:123456789012"
ACTIVITY = f"arn:aws:states:{ACCOUNT}:activity:a"
MISSING = (
    "An error occurred while executing the state 'A' (entered at the event id #2). "
    f"The activity {ACTIVITY} does not exist."
)
WORK = {"Type": "Task", "Resource": ACTIVITY, "End": True}
WAIT = {"Type": "Wait", "Seconds": 3, "End": True}


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


class Worker:
    """A store and its worker, whose clock only the test advances."""

    def __init__(self, home: Path) -> None:
        self.store = Store(home)
        self.clock = self.store.service.clock = ManualClock()
        self.scheduler: Scheduler = self.store.scheduler()
        self.call = self.store.call

    def start(self, definition: dict[str, Any], name: str = "m", **request: Any) -> str:
        arn = self.store.machine(name, definition).arn
        answer = self.call("StartExecution", stateMachineArn=arn, name="one", **request)
        self.settle()
        return str(answer["executionArn"])

    def settle(self) -> None:
        """Lets the worker do all that is due."""
        for _ in range(20):
            self.store.work(self.scheduler, lambda: True)

    def advance(self, seconds: float) -> None:
        self.clock.now += int(seconds * 1000)
        self.settle()

    def events(self, execution: str) -> list[tuple[int, int, str]]:
        found = self.call("GetExecutionHistory", executionArn=execution)["events"]
        return [(event["id"], event["previousEventId"], event["type"]) for event in found]

    def types(self, execution: str) -> list[str]:
        return [type for _, _, type in self.events(execution)]

    def described(self, execution: str, *names: str) -> tuple[Any, ...]:
        answer = self.call("DescribeExecution", executionArn=execution)
        return tuple(answer[name] for name in names)

    def refused(self, operation: str, **request: Any) -> tuple[str, str]:
        with pytest.raises(ApiError) as refusal:
            self.call(operation, **request)
        return refusal.value.code, refusal.value.message


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path)
    yield made
    made.store.service.close()


# Activities (stackd: callback_lifecycle.json, activity_missing.json, redrive_execution.json)


def test_late_calls_of_an_activitys_worker(worker: Worker) -> None:
    """The refusal names the activity, after an answer, a stop, a timeout and a redrive."""
    worker.call("CreateActivity", name="a")
    over = ("TaskTimedOut", f"Task Timed Out: '{ACTIVITY}'")
    execution = worker.start(machine(A={**WORK, "TimeoutSeconds": 2}))
    timed_out = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
    worker.settle()
    worker.advance(2)
    assert worker.refused("SendTaskHeartbeat", taskToken=timed_out) == over
    worker.call("RedriveExecution", executionArn=execution)
    worker.settle()
    assert worker.refused("SendTaskHeartbeat", taskToken=timed_out) == over
    stopped = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
    worker.call("StopExecution", executionArn=execution)
    assert worker.refused("SendTaskSuccess", taskToken=stopped, output="1") == over
    worker.call("RedriveExecution", executionArn=execution)
    worker.settle()
    answered = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
    worker.call("SendTaskSuccess", taskToken=answered, output="1")
    assert worker.refused("SendTaskFailure", taskToken=answered) == over


def test_an_activity_that_does_not_exist(worker: Worker) -> None:
    """Nothing is scheduled, at the first attempt or a later one, and no Catch applies."""
    caught = {**WORK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}
    execution = worker.start(machine(A=caught, B={"Type": "Pass", "End": True}))
    assert worker.events(execution)[1:] == [(2, 0, "TaskStateEntered"), (3, 2, "ExecutionFailed")]
    assert worker.described(execution, "error", "cause", "redriveStatus") == (
        "States.Runtime",
        MISSING,
        "REDRIVABLE",
    )
    worker.call("CreateActivity", name="a")
    worker.call("RedriveExecution", executionArn=execution)
    worker.settle()
    assert worker.events(execution)[3:] == [(4, 3, "ExecutionRedriven"), (5, 2, "ActivityScheduled")]


def test_an_activity_that_was_deleted_before_a_retry(worker: Worker) -> None:
    """The execution fails in place of the retry."""
    worker.call("CreateActivity", name="a")
    retried = {**WORK, "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]}
    execution = worker.start(machine(A=retried))
    token = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
    worker.call("DeleteActivity", activityArn=ACTIVITY)
    worker.call("SendTaskFailure", taskToken=token)
    worker.settle()
    worker.advance(1)
    assert worker.types(execution)[2:] == [
        "ActivityScheduled",
        "ActivityStarted",
        "ActivityFailed",
        "ExecutionFailed",
    ]


# Nested executions (floci)

CHILD_MEMBERS = [
    "ExecutionArn", "Input", "InputDetails", "Name", "RedriveCount", "RedriveStatus", "StartDate",
    "StateMachineArn", "Status", "StopDate",
]  # fmt: skip


@pytest.mark.parametrize("pattern", ["sync", "sync:2"])
@pytest.mark.parametrize(
    "child, ends, status, members",
    [
        (machine(F={"Type": "Fail", "Error": "E", "Cause": "c"}), "runs", "FAILED", ["Cause", "Error"]),
        ({**machine(W=WAIT), "TimeoutSeconds": 1}, "times out", "TIMED_OUT", []),
        (machine(W=WAIT), "is stopped", "ABORTED", []),
    ],
)
def test_the_cause_of_a_nested_failure(
    worker: Worker, child: Any, ends: str, status: str, members: list[str], pattern: str
) -> None:
    """The cause describes the child as DescribeExecution does; a timeout has no error."""
    nested = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution.{pattern}",
        "Parameters": {"StateMachineArn": worker.store.machine("child", child).arn, "Name": "c"},
        "End": True,
    }
    execution = worker.start(machine(A=nested))
    if ends == "is stopped":
        worker.call("StopExecution", executionArn=f"arn:aws:states:{ACCOUNT}:execution:child:c")
    worker.advance(1)
    error, cause = worker.described(execution, "error", "cause")
    described = json.loads(cause)
    assert (error, described["Status"], list(described)) == (
        "States.TaskFailed",
        status,
        sorted([*CHILD_MEMBERS, *members]),
    )
    assert (described["RedriveCount"], described["RedriveStatus"]) == (0, "REDRIVABLE")
