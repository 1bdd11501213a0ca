"""Lifecycles that were recorded from AWS: activities, nested executions, redrives, deletion.

Each table names its source: `stackd` is radkawar/stackd, testdata/aws/stepfunctions; `floci` is
floci-io/floci, AslExecutorNestedSyncFailureTest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from tests.driven_store import ROLE, ManualClock, Store, drive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sfn_cli.drivers.local.scheduler import Scheduler

ACCOUNT = "us-east-1:123456789012"
ACTIVITY = f"arn:aws:states:{ACCOUNT}:activity:a"
MACHINES = f"arn:aws:states:{ACCOUNT}:stateMachine:"
MISSING = (
    "An error occurred while executing the state 'A' (entered at the event id #2). "
    f"The activity {ACTIVITY} does not exist."
)
WORK = {"Type": "Task", "Resource": ACTIVITY, "End": True}
WAIT = {"Type": "Wait", "Seconds": 3, "End": True}
ITEMS = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}


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

    def until(self, condition: Callable[[], object]) -> None:
        """Lets the worker work until the condition holds, also with what its threads do."""
        self.store.work(self.scheduler, condition)

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


# Redriven Map Runs (stackd: redrive_map.json, standard-map-resumes-unsuccessful-work)


def test_the_items_of_a_failed_map_run(worker: Worker) -> None:
    """Items that never started are pending, and a redrive of the parent starts them.

    A child is not redriven by itself.
    """
    worker.call("CreateActivity", name="a")
    processor = {**ITEMS, **machine(A={**WORK, "TimeoutSeconds": 60})}
    each = {"Type": "Map", "Label": "Each", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    execution = worker.start(machine(M=each), input="[1, 2, 3]")
    run = worker.call("ListMapRuns", executionArn=execution)["mapRuns"][0]["mapRunArn"]

    def answer(operation: str, **members: Any) -> None:
        worker.until(lambda: worker.store.service.tasks.queue_lengths([ACTIVITY]))
        token = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
        worker.call(operation, taskToken=token, **members)

    def counts() -> dict[str, int]:
        found = worker.call("DescribeMapRun", mapRunArn=run)["itemCounts"]
        return {name: found[name] for name in ("succeeded", "failed", "pending", "total")}

    answer("SendTaskSuccess", output='"one"')
    answer("SendTaskFailure", error="E")
    worker.until(lambda: worker.described(execution, "status") != ("RUNNING",))
    assert worker.described(execution, "error") == ("States.ExceedToleratedFailureThreshold",)
    assert counts() == {"succeeded": 1, "failed": 1, "pending": 1, "total": 3}
    (failed,) = worker.call("ListExecutions", mapRunArn=run, statusFilter="FAILED")["executions"]
    assert worker.refused("RedriveExecution", executionArn=failed["executionArn"]) == (
        "ValidationException",
        "Labeled Execution ARNs are not supported for this API",
    )
    assert worker.described(failed["executionArn"], "redriveStatus") == ("REDRIVABLE_BY_MAP_RUN",)
    worker.call("RedriveExecution", executionArn=execution)
    answer("SendTaskSuccess", output='"two"')
    answer("SendTaskSuccess", output='"three"')
    worker.until(lambda: worker.described(execution, "status") != ("RUNNING",))
    assert worker.described(execution, "status", "output") == ("SUCCEEDED", '["one","two","three"]')
    assert counts() == {"succeeded": 3, "failed": 0, "pending": 0, "total": 3}
    assert worker.events(failed["executionArn"])[5:8] == [
        (6, 5, "ExecutionFailed"),
        (7, 6, "ExecutionRedriven"),
        (8, 2, "ActivityScheduled"),
    ]


# Deletion (stackd: deletion_lifecycle.json)

DELETED = ("FAILED", "States.Runtime", "State machine m has been deleted")
NEXT = {"Type": "Pass", "End": True}


def delete(worker: Worker, execution: str) -> str:
    """Deletes the machine of an execution, which is still running afterwards. Returns its ARN."""
    arn = execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    worker.call("DeleteStateMachine", stateMachineArn=arn)
    worker.settle()
    assert worker.call("DescribeStateMachine", stateMachineArn=arn)["status"] == "DELETING"
    assert worker.refused("StartExecution", stateMachineArn=arn, name="two")[0] == "StateMachineDeleting"
    assert worker.described(execution, "status") == ("RUNNING",)
    return arn


def test_an_activity_of_a_deleted_machine(worker: Worker) -> None:
    """The answer is accepted, and the execution fails in place of the event of the answer."""
    worker.call("CreateActivity", name="a")
    execution = worker.start(machine(A={**WORK, "TimeoutSeconds": 110}))
    token = worker.call("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
    worker.settle()
    arn = delete(worker, execution)
    worker.call("SendTaskSuccess", taskToken=token, output="1")
    worker.settle()
    assert worker.described(execution, "status", "error", "cause") == DELETED
    assert worker.described(execution, "redriveCount", "redriveStatus") == (0, "REDRIVABLE")
    assert worker.events(execution)[-1] == (5, 4, "ExecutionFailed")
    assert worker.types(execution)[:-1] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
    ]
    assert worker.refused("RedriveExecution", executionArn=execution)[0] == "ExecutionNotRedrivable"
    assert worker.refused("DescribeStateMachine", stateMachineArn=arn)[0] == "StateMachineDoesNotExist"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_wait_of_a_deleted_machine(worker: Worker, restarted: bool) -> None:
    """The execution fails when its wait ends, also if the worker that read of the deletion has died."""
    execution = worker.start(machine(W={"Type": "Wait", "Seconds": 3, "Next": "P"}, P=NEXT))
    delete(worker, execution)
    if restarted:
        worker.scheduler.release()
        worker.scheduler = worker.store.scheduler()
        worker.settle()
    worker.advance(3)
    assert worker.described(execution, "status", "error", "cause") == DELETED
    assert worker.events(execution)[1:] == [(2, 0, "WaitStateEntered"), (3, 2, "ExecutionFailed")]


def test_the_branches_of_a_deleted_machine(worker: Worker) -> None:
    """The first branch that continues ends the execution; what the others wait for is cancelled."""
    worker.call("CreateActivity", name="a")
    branches = [machine(A=WORK), machine(W=WAIT)]
    execution = worker.start(machine(P={"Type": "Parallel", "Branches": branches, "End": True}))
    delete(worker, execution)
    worker.advance(3)
    assert worker.described(execution, "status", "error", "cause") == DELETED
    assert worker.store.service.tasks.queue_lengths([ACTIVITY]) == {}


def test_the_children_of_a_map_run_of_a_deleted_machine(worker: Worker) -> None:
    """The children fail at their next transitions, and their Map Run with them."""
    each = {"Type": "Map", "Label": "Each", "ItemProcessor": {**ITEMS, **machine(W=WAIT)}, "End": True}
    execution = worker.start(machine(M=each), input="[1, 2]")
    run = worker.call("ListMapRuns", executionArn=execution)["mapRuns"][0]["mapRunArn"]

    def last_types() -> list[str]:
        children = worker.call("ListExecutions", mapRunArn=run)["executions"]
        return [worker.types(child["executionArn"])[-1] for child in children]

    worker.until(lambda: last_types() == ["WaitStateEntered"] * 2)
    delete(worker, execution)
    worker.advance(3)
    worker.until(lambda: worker.described(execution, "status") != ("RUNNING",))
    children = worker.call("ListExecutions", mapRunArn=run)["executions"]
    assert {worker.described(child["executionArn"], "status", "error", "cause") for child in children} == {
        DELETED
    }
    assert worker.described(execution, "status", "error", "cause") == DELETED
    assert worker.call("DescribeMapRun", mapRunArn=run)["status"] != "RUNNING"
    assert worker.refused("DescribeStateMachine", stateMachineArn=f"{MACHINES}m")[0]
    worker.call("CreateStateMachine", name="m", definition=json.dumps(machine(P=NEXT)), roleArn=ROLE)
    assert worker.refused("DescribeMapRun", mapRunArn=run)[0] == "ResourceNotFound"
    assert leftover_rows(worker) == {}


def test_a_nested_execution_of_a_deleted_machine(worker: Worker) -> None:
    """The parent, whose machine exists, gets the failure of the child."""
    child = worker.store.machine("m", machine(W=WAIT)).arn
    nested = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": child, "Name": "c"},
        "End": True,
    }
    parent = worker.start(machine(A=nested), "parent")
    delete(worker, f"arn:aws:states:{ACCOUNT}:execution:m:c")
    worker.advance(3)
    error, cause = worker.described(parent, "error", "cause")
    assert (error, json.loads(cause)["Cause"]) == ("States.TaskFailed", DELETED[2])


# Removal (localstack issue 13160; AWS documents that a deleted machine is gone when its executions are)


def leftover_rows(worker: Worker) -> dict[str, int]:
    """Returns the tables that still have rows about executions, with their number."""
    tables = (
        "execution", "event", "task", "child", "map_run", "map_run_count", "inbox", "redrive_token",
        "clock_jump", "suspension", "status_change",
    )  # fmt: skip
    counts = {
        table: worker.store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in tables
    }
    return {table: count for table, count in counts.items() if count}


def test_a_machine_that_is_created_again_has_no_executions(worker: Worker) -> None:
    """Executions of the deleted machine are removed at once, and their names can be used again."""
    execution = worker.start(machine(P=NEXT), input='{"n": 1}')
    worker.call("DeleteStateMachine", stateMachineArn=MACHINES + "m")
    assert worker.described(execution, "status") == ("SUCCEEDED",)
    again = worker.store.machine("m", machine(P=NEXT)).arn
    assert worker.call("ListExecutions", stateMachineArn=again)["executions"] == []
    assert worker.refused("DescribeExecution", executionArn=execution)[0] == "ExecutionDoesNotExist"
    assert worker.refused("GetExecutionHistory", executionArn=execution)[0] == "ExecutionDoesNotExist"
    assert leftover_rows(worker) == {}
    worker.call("StartExecution", stateMachineArn=again, name="one", input='{"n": 2}')
    worker.settle()
    assert worker.described(execution, "status", "output") == ("SUCCEEDED", '{"n":2}')


def test_executions_are_removed_a_minute_after_the_end(worker: Worker) -> None:
    """They can be read for a minute after the machine was deleted and the last of them ended."""
    state_machines = worker.store.service.state_machines
    execution = worker.start(machine(W=WAIT))
    delete(worker, execution)
    worker.clock.now += 120_000
    assert not state_machines.remove_deleted(worker.clock())  # it still runs
    worker.settle()
    worker.clock.now += 59_000
    assert not state_machines.remove_deleted(worker.clock())
    assert worker.described(execution, "status", "error", "cause") == DELETED
    worker.clock.now += 1_000
    assert state_machines.remove_deleted(worker.clock())
    assert worker.refused("DescribeExecution", executionArn=execution)[0] == "ExecutionDoesNotExist"
    assert leftover_rows(worker) == {}
    assert worker.store.connection.execute("SELECT count(*) FROM state_machine").fetchone() == (0,)


def test_an_active_machine_keeps_its_executions(worker: Worker) -> None:
    """Neither time, nor another machine's deletion, nor creating it again removes executions."""
    execution = worker.start(machine(P=NEXT))
    worker.store.machine("other", machine(P=NEXT))
    worker.call("DeleteStateMachine", stateMachineArn=MACHINES + "other")
    worker.clock.now += 600_000
    worker.store.service.state_machines.remove_deleted(worker.clock())
    worker.store.machine("m", machine(P=NEXT))
    assert worker.described(execution, "status") == ("SUCCEEDED",)


def test_a_removal_continues_after_a_kill(tmp_path: Path) -> None:
    """One look of a worker removes a part; another process, after it was killed, removes the rest.

    In between, the machine is gone for its clients.
    """
    worker = Worker(tmp_path)
    many = worker.store.machine("m", machine(P=NEXT))
    worker.store.start(many, ["{}"] * 201)
    drive(worker.scheduler)
    worker.call("DeleteStateMachine", stateMachineArn=many.arn)
    in_a_minute = worker.clock() + 60_000
    assert worker.store.service.state_machines.remove_deleted(in_a_minute)
    assert leftover_rows(worker)["execution"] == 1
    assert worker.refused("ListExecutions", stateMachineArn=many.arn)[0] == "StateMachineDoesNotExist"
    worker.store.service.close()
    again = Worker(tmp_path)
    assert again.store.service.state_machines.remove_deleted(in_a_minute)
    assert not again.store.service.state_machines.remove_deleted(in_a_minute)
    assert leftover_rows(again) == {}
    again.store.service.close()
