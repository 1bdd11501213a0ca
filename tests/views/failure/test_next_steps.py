"""Suggestions after a failure, and while an execution waits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.execution.find_visits import find_visits
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import Pending
from sfn_cli.views.failure.next_steps import next_steps
from sfn_cli.views.source import ExecutionSource
from tests.views.recorded import source_of

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView

ARN = "arn:aws:states:us-east-1:123456789012"
CHILD = json.dumps({"ExecutionArn": f"{ARN}:execution:Ship:b 1", "Status": "FAILED", "Cause": "no stock"})
COMMAND = "/venv/bin/python -m pip install '/home/a/sfn[aws]'"
INSTALL = f"moto is not installed. Install the extra aws: {COMMAND}"
AGAIN = "sfn redrive-execution --execution-arn Pay/one"
START = "sfn start-execution --state-machine-arn Pay --input '{}'"
SHOW = "sfn show Pay/one Pay"
LONG = json.dumps({"text": "x" * 500})


def _failed_view(
    error: str,
    cause: str,
    *,
    arn: str | None = f"{ARN}:execution:Pay:one",
    type: str = "Task",
    input: str = "{}",
) -> ExecutionView:
    """Returns an execution whose one state failed."""
    events = [
        HistoryEvent(1, 0, 0, "ExecutionStarted", payload=Payload(text=input)),
        HistoryEvent(2, 0, 0, f"{type}StateEntered", 0, None, Payload(text=input), {"name": "Pay"}),
    ]
    if type == "Task":
        scheduled = {"resourceType": "states", "resource": "startExecution.sync:2", "region": "us-east-1"}
        events.append(HistoryEvent(3, 2, 0, "TaskScheduled", 0, None, Payload(text="{}"), scheduled))
        events.append(HistoryEvent(4, 3, 0, "TaskFailed", details={"error": error, "cause": cause}))
    last = len(events) + 1
    events.append(
        HistoryEvent(last, last - 1, 0, "ExecutionFailed", details={"error": error, "cause": cause})
    )
    return fold_execution(ExecutionSource("Pay/one", events, arn=arn))


def test_a_state_whose_name_looks_like_an_option() -> None:
    """The command has the state's path, which cannot be taken for an option."""
    view = fold_execution(
        ExecutionSource(
            "Pay/one",
            [
                HistoryEvent(1, 0, 0, "ExecutionStarted", payload=Payload(text="{}")),
                HistoryEvent(2, 0, 0, "FailStateEntered", 0, None, Payload(text="{}"), {"name": "--help"}),
                HistoryEvent(3, 2, 0, "ExecutionFailed", details={}),
            ],
        )
    )
    command = next_steps(view, {})[-1].command
    assert command == "sfn show Pay/one /--help"
    found = find_visits(view, command.split()[-1])
    assert [visit.state for visit in found.visits] == ["--help"]


@pytest.mark.parametrize(
    "view, commands",
    [
        (_failed_view("Declined", "no"), [AGAIN, SHOW]),
        # The same definition would fail again
        (_failed_view("States.Runtime", "bad path"), [START, SHOW]),
        (_failed_view("Rejected", "no", type="Fail"), [START, SHOW]),
        (_failed_view("States.Runtime", "bad path", input=LONG), [SHOW]),
        (_failed_view("States.TaskFailed", CHILD), ["sfn show 'Ship/b 1'", AGAIN, SHOW]),
        (_failed_view("DynamoDB.Missing", INSTALL), [COMMAND, AGAIN, SHOW]),
        # EXPRESS executions are not redriven, and children of Map Runs only with the Map Run
        (_failed_view("Declined", "no", arn=f"{ARN}:express:Pay:one:0a"), [START, SHOW]),
        (_failed_view("Declined", "no", arn=f"{ARN}:execution:Pay/Each:one"), [SHOW]),
        # For a history in a file, nothing can be started
        (_failed_view("Declined", "no", arn=None), [SHOW]),
    ],
)
def test_after_failure(view: ExecutionView, commands: list[str]) -> None:
    """The most useful commands come first, and commands that cannot work are left out."""
    assert [step.command for step in next_steps(view, {})] == commands


def test_map_run_without_failed_items() -> None:
    """A dataset that could not be read has no items to list."""
    source = source_of("migration-failed")
    listing = "list the failed items"
    assert listing in [step.words for step in next_steps(fold_execution(source), {})]
    unread = {arn: counts._replace(failed=0, timed_out=0) for arn, counts in source.map_runs.items()}
    assert unread
    view = fold_execution(source._replace(map_runs=unread))
    assert listing not in [step.words for step in next_steps(view, {})]


def test_at_endpoint() -> None:
    """Commands of sfn have the options that select the same execution."""
    steps = next_steps(_failed_view("DynamoDB.Missing", INSTALL), {}, options="--endpoint-url http://x")
    assert [step.command for step in steps] == [
        COMMAND,
        f"{AGAIN} --endpoint-url http://x",
        f"{SHOW} --endpoint-url http://x",
    ]


def test_while_running() -> None:
    """A waiting task has a command that completes it; a suspended execution has sfn doctor."""
    source = source_of("payment-waiting")
    view = fold_execution(source)
    [entered_id] = [visit.entered_id for visit in view.visits() if visit.state == "Approve"]
    approve = "sfn tasks approve payment/payment-waiting/Approve"
    pending = {entered_id: Pending("answer", 0, None, "an answer", approve), 99: Pending("time", 0, 1, "")}
    assert [tuple(step) for step in next_steps(view, pending)] == [("complete Approve", approve)]
    suspended = fold_execution(source._replace(suspension="KeyError: 7"))
    assert [step.command for step in next_steps(suspended, {})] == ["sfn doctor"]


def test_after_success() -> None:
    """A successful execution has no next steps."""
    assert next_steps(fold_execution(source_of("order")), {}) == []
