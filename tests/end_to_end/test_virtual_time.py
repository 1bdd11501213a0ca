"""Executions in virtual time: months pass in a moment, with the history of real time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
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
from tests.stored_views import stored_view, wall_ms

if TYPE_CHECKING:
    from pathlib import Path

MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"
VIRTUAL = {"SFN_CLOCK": "virtual"}
DAY = 24 * 60 * 60

NOBODY = "arn:aws:lambda:us-east-1:123456789012:function:Nobody"
LONG = {
    "Wait": {"Type": "Wait", "Seconds": 30 * DAY, "Next": "Call"},
    "Call": {
        "Type": "Task",
        "Resource": NOBODY,
        "Retry": [
            {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600, "MaxAttempts": 3, "BackoffRate": 1}
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}],
        "Next": "Tell",
    },
    "Tell": {"Type": "Pass", "Parameters": {"entered.$": "$$.State.EnteredTime"}, "End": True},
}
MONTH = {"Wait": {"Type": "Wait", "Seconds": 30 * DAY, "End": True}}
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:Work"
ASK = {"Ask": {"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 7 * DAY, "End": True}}
NEST = {
    "Nest": {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": f"{MACHINES}Month"},
        "End": True,
    }
}


def create(home: Path, name: str, states: dict[str, Any]) -> str:
    return create_machine(home, name, {"StartAt": next(iter(states)), "States": states})


def start(home: Path, name: str, states: dict[str, Any], environment: dict[str, str]) -> str:
    return start_execution(home, create(home, name, states), environment=environment)


def seconds(described: dict[str, Any]) -> float:
    """Returns an execution's duration by its own clock."""
    return (
        datetime.fromisoformat(described["stopDate"]) - datetime.fromisoformat(described["startDate"])
    ).total_seconds()


def test_a_month_and_three_retries(home: Path) -> None:
    """Waits and retry delays are skipped.

    Events, output and context have the times of the real history.
    """
    arn = start(home, "Long", LONG, VIRTUAL)
    found = ended(home, arn)
    took = seconds(found)
    assert 0 <= took - (30 * DAY + 3 * 3600) < 60
    entered = datetime.fromisoformat(json.loads(found["output"])["entered"])
    assert abs((entered - datetime.fromisoformat(found["stopDate"])).total_seconds()) < 60
    events = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    times = [datetime.fromisoformat(event["timestamp"]) for event in events]
    assert times == sorted(times)
    failed = [at for at, event in zip(times, events, strict=True) if event["type"] == "LambdaFunctionFailed"]
    assert [round((later - sooner).total_seconds()) for sooner, later in pairwise(failed)] == [3600] * 3


def test_sfn_run(home: Path, tmp_path: Path) -> None:
    """`sfn run --virtual-time` does the same for one execution.

    The next uses the wall clock again.
    """
    (tmp_path / "m.asl.json").write_text(json.dumps({"StartAt": "Wait", "States": MONTH}))
    assert sfn(home, "run", str(tmp_path), "--virtual-time").returncode == 0
    (machine,) = sfn_json(home, "list-state-machines")["stateMachines"]
    real = start_execution(home, machine["stateMachineArn"])
    until(
        lambda: len(sfn_json(home, "get-execution-history", "--execution-arn", real)["events"]) == 2,
        "the wait",
    )
    assert describe(home, real)["status"] == "RUNNING"


def test_own_time_and_wall_time(home: Path, tmp_path: Path) -> None:
    """Three days and a retry delay of an hour take less than a minute of real time.

    The jumps of the clock are stored: the real duration of a state is its own without them.
    """
    states = {**LONG, "Wait": {**LONG["Wait"], "Seconds": 3 * DAY}}
    (tmp_path / "m.asl.json").write_text(json.dumps({"StartAt": "Wait", "States": states}))
    assert sfn(home, "run", str(tmp_path), "--virtual-time").returncode == 0
    (machine,) = sfn_json(home, "list-state-machines")["stateMachines"]
    (run,) = sfn_json(home, "list-executions", "--state-machine-arn", machine["stateMachineArn"])[
        "executions"
    ]
    view = stored_view(home, run["executionArn"])
    assert view.source.is_virtual
    own = {visit.state: visit.duration_ms(0) // 3_600_000 for visit in view.visits()}
    assert own == {"Wait": 72, "Call": 3, "Tell": 0}
    for visit in view.visits():
        assert visit.ended_at is not None
        assert 0 <= view.wall_ms(visit.entered_at, visit.ended_at) < 60_000
    assert view.duration_ms(0) - wall_ms(view) == sum(jump.end - jump.start for jump in view.source.jumps)
    assert len(view.source.jumps) == 4
    assert wall_ms(view) < 60_000


def test_jumps_survive_a_killed_worker(home: Path) -> None:
    """The next worker continues from the last event; jumps are stored once and do not overlap."""
    sfn_json(home, "create-activity", "--name", "Work")
    wait = {"Type": "Wait", "Seconds": 3 * DAY}
    ask = {"Type": "Task", "Resource": ACTIVITY, "Next": "After"}
    arn = start(
        home,
        "Killed",
        {"Before": {**wait, "Next": "Ask"}, "Ask": ask, "After": {**wait, "End": True}},
        VIRTUAL,
    )
    with ThreadPoolExecutor(1) as workers:
        task = workers.submit(sfn_json, home, "get-activity-task", "--activity-arn", ACTIVITY).result()
    kill_workers(home)
    sfn_json(home, "send-task-success", "--task-token", task["taskToken"], "--task-output", "1")
    assert ended(home, arn)["output"] == "1"
    view = stored_view(home, arn)
    before, after = view.source.jumps
    assert before.end <= after.start
    assert view.duration_ms(0) >= 6 * DAY * 1000
    assert 0 <= wall_ms(view) < 60_000


@pytest.mark.slow
def test_workers_in_virtual_time(home: Path) -> None:
    """A task that a worker polls for does not time out; if none polls, the clock jumps to its timeout."""
    sfn_json(home, "create-activity", "--name", "Work")
    with ThreadPoolExecutor(1) as workers:
        poll = workers.submit(sfn_json, home, "get-activity-task", "--activity-arn", ACTIVITY)
        arn = start(home, "Ask", ASK, VIRTUAL)
        sfn_json(home, "send-task-success", "--task-token", poll.result()["taskToken"], "--task-output", "1")
        assert ended(home, arn)["output"] == "1"
    definition = {"StartAt": "Ask", "States": ASK, "TimeoutSeconds": 7 * DAY}
    machine = create_machine(home, "AskForAWeek", definition)
    unanswered = ended(home, start_execution(home, machine, environment=VIRTUAL))
    assert unanswered["status"] == "TIMED_OUT"
    assert 0 <= seconds(unanswered) - 7 * DAY < 60


@pytest.mark.slow
def test_a_child_has_its_parents_clock(home: Path) -> None:
    """A child starts at its parent's virtual time, which continues from the child's end.

    A worker's death changes nothing.
    """
    create(home, "Month", MONTH)
    arn = start(
        home, "Parent", {"First": {"Type": "Wait", "Seconds": 30 * DAY, "Next": "Nest"}, **NEST}, VIRTUAL
    )
    kill_workers(home)
    assert 0 <= seconds(ended(home, arn)) - 60 * DAY < 60
    (child,) = sfn_json(home, "list-executions", "--state-machine-arn", f"{MACHINES}Month")["executions"]
    assert 0 <= seconds(child) - 30 * DAY < 60
    assert sfn(home, "doctor").returncode == 0


def test_a_clock_that_runs_faster(home: Path) -> None:
    """With SFN_CLOCK=3600, an hour takes a second."""
    hour = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
    arn = start(home, "Hour", hour, {"SFN_CLOCK": "3600"})
    assert 0 <= seconds(ended(home, arn)) - 3600 < 3600
    view = stored_view(home, arn)
    assert (view.source.is_virtual, view.source.speed) == (False, 3600)
    assert wall_ms(view) == round(view.duration_ms(0) / 3600)


@pytest.mark.parametrize("setting", ["backwards", "0", "-1", "0.5"])
def test_an_invalid_clock(home: Path, setting: str) -> None:
    """An invalid clock is reported in one line (253)."""
    refused = sfn(home, "list-state-machines", environment={"SFN_CLOCK": setting})
    assert (refused.returncode, "SFN_CLOCK" in refused.stderr) == (253, True)
