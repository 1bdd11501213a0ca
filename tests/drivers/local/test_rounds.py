"""Executions in one worker, round by round, over a store in a folder: no process is started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api.stepfunctions.waiting_tasks import waiting_tasks
from sfn_cli.drivers.local.driven_execution import EVENTS_AT_A_TIME
from tests.driven_store import ManualClock, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfn_cli.drivers.local.scheduler import Scheduler

STATES = "arn:aws:states:::"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
LOOP = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.end", "IsPresent": True, "Next": "C"}],
            "Default": "A",
        },
        "C": {"Type": "Succeed"},
    },
}
SLOW = {
    "QueryLanguage": "JSONata",
    "StartAt": "S",
    "States": {"S": {"Type": "Pass", "Output": "{% $sum([1..60000].($ * 2)) %}", "End": True}},
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = Store(tmp_path)
    opened.service.clock = clock
    yield opened
    opened.service.close()


def callback(**fields: Any) -> dict[str, Any]:
    """A machine with one task that waits for its token; its request always succeeds."""
    resource = f"{STATES}aws-sdk:sfn:listStateMachines.waitForTaskToken"
    task = {"Type": "Task", "Resource": resource, "Parameters": {}, "End": True, **fields}
    return {"StartAt": "T", "States": {"T": task}}


def start(store: Store, definition: Mapping[str, Any], input: Any = None, name: str = "M") -> str:
    """Starts an execution of a new machine. Returns its ARN."""
    store.start(store.machine(name, definition), [json.dumps({} if input is None else input)])
    (arn,) = store.connection.execute("SELECT arn FROM execution ORDER BY id DESC LIMIT 1").fetchone()
    return str(arn)


def status(store: Store, arn: str) -> str:
    return str(store.call("DescribeExecution", executionArn=arn)["status"])


def events(store: Store, arn: str) -> list[str]:
    return [event.type for event in store.service.executions.history(arn)]


def token(store: Store, scheduler: Scheduler, arn: str) -> str:
    """The token of the execution's one task, once its request was submitted."""
    store.work(scheduler, lambda: "TaskSubmitted" in events(store, arn))
    (task,) = waiting_tasks(store.service, execution_arn=arn)
    assert task.task_token is not None
    return task.task_token


def test_a_wait_ends_by_the_wall_clock(store: Store, clock: ManualClock) -> None:
    """The scheduler returns when it is due, waits until then, and drops it when it has ended."""
    arn, scheduler = start(store, WAIT), store.scheduler()
    scheduler.claim_new()
    assert (scheduler.run_round(), scheduler.is_busy, scheduler.wake_at) == (1, False, clock.now + 60_000)
    clock.now += 59_999
    assert scheduler.run_round() == 0
    clock.now += 1
    assert (scheduler.run_round(), scheduler.driven, status(store, arn)) == (2, 0, "SUCCEEDED")


def test_a_long_execution_does_not_delay_others(store: Store) -> None:
    """It appends a limited number of events per round: an execution claimed later ends first."""
    start(store, LOOP)
    quick, scheduler = start(store, PASS, name="Quick"), store.scheduler()
    scheduler.claim_new()
    assert 0 < scheduler.run_round() <= EVENTS_AT_A_TIME + len(events(store, quick)) - 1
    store.work(scheduler, lambda: status(store, quick) == "SUCCEEDED")
    assert (scheduler.driven, scheduler.is_busy) == (1, True)


def test_a_slow_step_is_taken_by_a_thread(store: Store) -> None:
    """The execution is offloaded: others end in the meantime, and its messages wait."""
    slow, quick = start(store, SLOW), start(store, PASS, name="Quick")
    scheduler = store.scheduler()
    store.work(scheduler, lambda: status(store, quick) == "SUCCEEDED")
    assert (events(store, slow)[-1], scheduler.driven) == ("PassStateEntered", 1)
    store.work(scheduler, lambda: scheduler.driven == 0)
    assert status(store, slow) == "SUCCEEDED"


def test_an_execution_that_is_stopped_while_offloaded(store: Store) -> None:
    """Nothing of its slow step is stored, and the worker drops it."""
    slow, scheduler = start(store, SLOW), store.scheduler()
    scheduler.claim_new()
    scheduler.run_round()
    store.call("StopExecution", executionArn=slow)
    store.work(scheduler, lambda: scheduler.driven == 0)
    assert events(store, slow) == ["ExecutionStarted", "PassStateEntered", "ExecutionAborted"]


def test_an_answer_ends_its_task(store: Store) -> None:
    """SendTaskSuccess arrives through the inbox; its message is deleted with the commit of the events."""
    arn, scheduler = start(store, callback()), store.scheduler()
    store.call("SendTaskSuccess", taskToken=token(store, scheduler, arn), output='{"yes":1}')
    store.work(scheduler, lambda: scheduler.driven == 0)
    assert store.call("DescribeExecution", executionArn=arn)["output"] == '{"yes":1}'
    assert store.connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


@pytest.mark.parametrize("is_read", [True, False], ids=["read before the round", "not read yet"])
def test_an_accepted_answer_precedes_a_timeout(store: Store, clock: ManualClock, is_read: bool) -> None:
    """An answer that was accepted does not lose to a timeout that falls due in the same round."""
    arn, scheduler = start(store, callback(TimeoutSeconds=60)), store.scheduler()
    found = token(store, scheduler, arn)
    store.call("SendTaskSuccess", taskToken=found, output="{}")
    clock.now += 60_000
    if is_read:
        scheduler.read_inbox()
    scheduler.run_round()
    store.work(scheduler, lambda: status(store, arn) != "RUNNING")
    assert (status(store, arn), "TaskTimedOut" in events(store, arn)) == ("SUCCEEDED", False)


def test_the_next_worker_knows_the_last_heartbeat(store: Store, clock: ManualClock) -> None:
    """A worker that takes over the execution counts HeartbeatSeconds from the last heartbeat."""
    arn, first = start(store, callback(HeartbeatSeconds=60)), store.scheduler()
    found = token(store, first, arn)
    clock.now += 50_000
    store.call("SendTaskHeartbeat", taskToken=found)
    first.read_inbox()
    first.run_round()
    first.release()
    second = store.scheduler()
    second.claim_new()
    second.run_round()
    assert (first.driven, second.wake_at) == (0, clock.now + 60_000)
    clock.now += 60_000
    second.run_round()
    assert status(store, arn) == "FAILED"


@pytest.mark.parametrize(
    "on_crash, cause",
    [("retry", "Execution Does Not Exist"), ("fail", "The worker died while the task was in flight")],
)
def test_a_task_that_was_in_flight_when_its_worker_died(store: Store, on_crash: str, cause: str) -> None:
    """The task is called again, or failed, as SFN_ON_CRASH says."""
    definition = {
        "StartAt": "T",
        "States": {
            "T": {
                "Type": "Task",
                "Resource": f"{STATES}aws-sdk:sfn:describeExecution",
                "Parameters": {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:M:gone"},
                "End": True,
            }
        },
    }
    arn, dead = start(store, definition), store.scheduler()
    dead.claim_new()
    dead.run_round()  # schedules the task, which a thread calls
    dead.run_round()  # its start is stored
    assert events(store, arn)[-1] == "TaskStarted"
    other = store.scheduler(on_crash=on_crash)
    other.claim_abandoned({2})
    store.work(other, lambda: status(store, arn) == "FAILED")
    assert cause in store.call("DescribeExecution", executionArn=arn)["cause"]
    assert events(store, arn).count("TaskStarted") == 1


def test_a_redriven_execution_continues(store: Store) -> None:
    """It continues from the failed state, in the same worker; succeeded states do not run again."""
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "F"},
            "F": {"Type": "Fail", "Error": "E"},
        },
    }
    arn, scheduler = start(store, definition), store.scheduler()
    store.work(scheduler, lambda: status(store, arn) == "FAILED")
    store.call("RedriveExecution", executionArn=arn)
    store.work(scheduler, lambda: events(store, arn)[-1] == "ExecutionFailed" and scheduler.driven == 0)
    assert events(store, arn)[-4:] == [
        "FailStateEntered",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionFailed",
    ]
    assert events(store, arn).count("PassStateEntered") == 1


def distributed(child: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child}
    return {
        "StartAt": "M",
        "States": {"M": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}},
    }


def map_run(store: Store, arn: str) -> dict[str, Any]:
    (run,) = store.call("ListMapRuns", executionArn=arn)["mapRuns"]
    described: dict[str, Any] = store.call("DescribeMapRun", mapRunArn=run["mapRunArn"])
    return described


def test_a_map_run_starts_children_as_others_end(store: Store, clock: ManualClock) -> None:
    """At most MaxConcurrency run at once; when the last one ends, so do the run and its execution."""
    arn = start(store, distributed(WAIT, MaxConcurrency=2), [1, 2, 3])
    scheduler = store.scheduler()
    store.work(scheduler, lambda: scheduler.driven == 3)  # the parent and two children
    assert map_run(store, arn)["itemCounts"]["running"] == 2
    clock.now += 60_000
    store.work(scheduler, lambda: map_run(store, arn)["itemCounts"]["running"] == 1)
    clock.now += 60_000
    store.work(scheduler, lambda: scheduler.driven == 0)
    assert (status(store, arn), map_run(store, arn)["itemCounts"]["succeeded"]) == ("SUCCEEDED", 3)


def test_a_redriven_map_run(store: Store) -> None:
    """Only the children that failed run again."""
    child = {
        "StartAt": "C",
        "States": {
            "C": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}],
                "Default": "S",
            },
            "F": {"Type": "Fail", "Error": "E"},
            "S": {"Type": "Succeed"},
        },
    }
    arn, scheduler = start(store, distributed(child), [1, 2]), store.scheduler()
    store.work(scheduler, lambda: status(store, arn) == "FAILED")
    store.call("RedriveExecution", executionArn=arn)
    store.work(scheduler, lambda: scheduler.driven == 0 and status(store, arn) == "FAILED")
    run = map_run(store, arn)
    assert (run["redriveCount"], run["itemCounts"]["succeeded"], run["itemCounts"]["failed"]) == (1, 1, 1)


def test_a_stopped_parent_stops_its_children(store: Store) -> None:
    """The Map Run is aborted with its children, and the worker no longer drives any of them."""
    arn, scheduler = start(store, distributed(WAIT), [1, 2]), store.scheduler()
    store.work(scheduler, lambda: scheduler.driven == 3)
    store.call("StopExecution", executionArn=arn)
    store.work(scheduler, lambda: scheduler.driven == 0)
    assert map_run(store, arn)["itemCounts"]["aborted"] == 2
