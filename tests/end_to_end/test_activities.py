"""Activities: tasks that a user's workers poll for, over HTTP and at the terminal."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.interpreter.replay import breaches
from tests.processes import create_machine, ended, sfn, sfn_json, start_execution, stop_workers

if TYPE_CHECKING:
    from pathlib import Path

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:Work"

MISSING = (
    "An error occurred while executing the state 'A' (entered at the event id #2). "
    f"The activity {ACTIVITY} does not exist."
)


def start(home: Path, input: str, **fields: Any) -> str:
    definition = {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": ACTIVITY, "End": True, **fields}},
    }
    return start_execution(home, create_machine(home, f"M{len(fields)}", definition), "--input", input)


def test_a_worker_takes_a_task(home: Path) -> None:
    """A long poll gets the task.

    The history names the worker; each task goes to one worker only.
    """
    assert sfn_json(home, "create-activity", "--name", "Work")["activityArn"] == ACTIVITY
    with ThreadPoolExecutor(2) as workers:
        polls = [
            workers.submit(
                sfn_json, home, "get-activity-task", "--activity-arn", ACTIVITY, "--worker-name", name
            )
            for name in ("one", "two")
        ]
        arns = {text: start(home, text) for text in ('{"n":1}', '{"n":2}')}
        taken = [poll.result() for poll in polls]
    assert sorted(task["input"] for task in taken) == sorted(arns)
    for name, task in zip(("one", "two"), taken, strict=True):
        sfn_json(home, "send-task-heartbeat", "--task-token", task["taskToken"])
        sfn_json(home, "send-task-success", "--task-token", task["taskToken"], "--task-output", task["input"])
        arn = arns[task["input"]]
        assert ended(home, arn)["output"] == task["input"]
        events = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
        assert [event["type"] for event in events if event["type"].startswith("Activity")] == [
            "ActivityScheduled", "ActivityStarted", "ActivitySucceeded",
        ]  # fmt: skip
        (started,) = [event for event in events if event["type"] == "ActivityStarted"]
        assert started["activityStartedEventDetails"] == {"workerName": name}


@pytest.mark.slow
def test_a_task_that_no_worker_takes(home: Path) -> None:
    """The limits of a task count from the moment at which a worker takes it, and not before.

    AWS's developer guide, Task state: TimeoutSeconds and HeartbeatSeconds. An execution that ends
    takes its tasks out of the queue.
    """
    sfn_json(home, "create-activity", "--name", "Work")
    limited = {"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 2, "HeartbeatSeconds": 1, "End": True}
    definition = {"StartAt": "A", "States": {"A": limited}, "TimeoutSeconds": 3}
    late = ended(home, start_execution(home, create_machine(home, "Late", definition), "--input", "{}"))
    assert late["status"] == "TIMED_OUT"
    # callback-15 of stackd, September 2026: only the history has the error
    assert not {"error", "cause"} & set(late)
    last = sfn_json(home, "get-execution-history", "--execution-arn", late["executionArn"])["events"][-1]
    assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}
    arn = start(home, '{"next": true}', TimeoutSeconds=60)
    task = sfn_json(home, "get-activity-task", "--activity-arn", ACTIVITY)
    assert json.loads(task["input"]) == {"next": True}
    sfn_json(home, "send-task-failure", "--task-token", task["taskToken"], "--error", "Broken")
    assert ended(home, arn)["error"] == "Broken"


@pytest.mark.slow
def test_a_task_for_no_activity(home: Path) -> None:
    """A task for a missing activity fails its execution without being scheduled, whatever Retry says.

    stackd, activity_missing.json. A scheduled task outlives its activity.
    """
    arn = start(home, "{}", Retry=[{"ErrorEquals": ["States.ALL"]}])
    failed = ended(home, arn)
    assert (failed["status"], failed["error"], failed["cause"]) == (
        "FAILED",
        "States.Runtime",
        MISSING,
    )
    events = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    assert [(event["id"], event["previousEventId"], event["type"]) for event in events[1:]] == [
        (2, 0, "TaskStateEntered"),
        (3, 2, "ExecutionFailed"),
    ]
    sfn_json(home, "create-activity", "--name", "Work")
    sfn_json(home, "redrive-execution", "--execution-arn", arn)
    task = sfn_json(home, "get-activity-task", "--activity-arn", ACTIVITY)
    sfn_json(home, "delete-activity", "--activity-arn", ACTIVITY)
    sfn_json(home, "send-task-success", "--task-token", task["taskToken"], "--task-output", "1")
    assert ended(home, arn)["status"] == "SUCCEEDED"
    assert list(breaches(home)) == []


@pytest.mark.slow
def test_a_poll_starts_a_worker(home: Path) -> None:
    """A poll starts a worker in place of the dead one that would schedule the task.

    No other command is needed.
    """
    sfn_json(home, "create-activity", "--name", "Work")
    states = {
        "W": {"Type": "Wait", "Seconds": 1, "Next": "A"},
        "A": {"Type": "Task", "Resource": ACTIVITY, "End": True},
    }
    start_execution(
        home, create_machine(home, "Later", {"StartAt": "W", "States": states}), "--input", '{"n": 1}'
    )
    stop_workers(home)
    assert sfn_json(home, "get-activity-task", "--activity-arn", ACTIVITY)["input"] == '{"n":1}'


def test_activity_operations(home: Path) -> None:
    """Activities are described, listed, tagged and deleted."""
    sfn_json(home, "create-activity", "--name", "Work", "--tags", "key=a,value=b")
    assert sfn_json(home, "list-tags-for-resource", "--resource-arn", ACTIVITY) == {
        "tags": [{"key": "a", "value": "b"}]
    }
    described = sfn_json(home, "describe-activity", "--activity-arn", ACTIVITY)
    assert (described["name"], described["encryptionConfiguration"]) == ("Work", {"type": "AWS_OWNED_KEY"})
    assert [activity["name"] for activity in sfn_json(home, "list-activities")["activities"]] == ["Work"]
    sfn_json(home, "delete-activity", "--activity-arn", ACTIVITY)
    refused = sfn(home, "get-activity-task", "--activity-arn", ACTIVITY)
    assert (refused.returncode, f"Activity Does Not Exist: '{ACTIVITY}'" in refused.stderr) == (254, True)
