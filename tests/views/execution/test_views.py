"""The content of an execution's view: visits, edges, attempts, errors, children, ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.answers import answers_by_calling
from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import execution_redriven_event
from sfn_cli.jsonvalue import Payload, dumps
from sfn_cli.views.execution.fold import ExecutionFold, fold_execution
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.manual_driver import run
from tests.views.recorded import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import Thread

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def lines_of(thread: Thread) -> Iterator[str]:
    """Yields a line for each visit: path, status, the edge taken to it, error, statuses of attempts."""
    for visit in thread.visits:
        attempts = " ".join(
            attempt.status + (f":{attempt.error}" if attempt.error else "") for attempt in visit.attempts
        )
        error = f" {visit.error}" if visit.error else ""
        yield f"{visit.path} {visit.status} {visit.came_by}{error}" + (f" [{attempts}]" if attempts else "")
        for kind, threads in (("former ", visit.former_threads), ("", visit.threads)):
            for child in threads:
                yield f"{kind}{child.kind} {child.index} {child.status}"
                yield from lines_of(child)


def lines(view: ExecutionView) -> list[str]:
    return [f"{view.status} {view.error}" if view.error else view.status, *lines_of(view.root)]


RECORDED = {
    "redriven": [
        "SUCCEEDED",
        "/Plan SUCCEEDED start",
        "/Book SUCCEEDED next [SUCCEEDED]",
        "branch 0 SUCCEEDED",
        "/Book[0]/Hotel SUCCEEDED start [FAILED:NoRoom SUCCEEDED]",
        "branch 1 SUCCEEDED",
        "/Book[1]/Flight SUCCEEDED start",
        "branch 2 SUCCEEDED",
        "/Book[2]/Insurance SUCCEEDED start",
        "/Confirm SUCCEEDED next",
    ],
    "aborted": [
        "ABORTED Cancelled",
        "/Order SUCCEEDED start",
        "/Both ABORTED next [ABORTED]",
        "branch 0 ABORTED",
        "/Both[0]/Pack ABORTED start [ABORTED]",
        "branch 1 ABORTED",
        "/Both[1]/Pause ABORTED start",
        "branch 2 SUCCEEDED",
        "/Both[2]/Invoice SUCCEEDED start",
    ],
    "timed-out": [
        "TIMED_OUT States.Timeout",
        "/Ask CAUGHT start States.Timeout [TIMED_OUT:States.Timeout TIMED_OUT:States.Timeout]",
        "/AskAgain TIMED_OUT catch [TIMED_OUT]",
    ],
    "evaluation-failed": [
        "FAILED States.QueryEvaluationError",
        "/Read SUCCEEDED start",
        "/Average FAILED next States.QueryEvaluationError [FAILED:States.QueryEvaluationError]",
    ],
    "parallel-retried": [
        "SUCCEEDED",
        "/Both SUCCEEDED start [FAILED:NotReady FAILED:NotReady SUCCEEDED]",
        "former branch 0 FAILED",
        "/Both[0]/IsReady SUCCEEDED start",
        "/Both[0]/NotReady FAILED choice NotReady",
        "former branch 0 FAILED",
        "/Both[0]/IsReady SUCCEEDED start",
        "/Both[0]/NotReady FAILED choice NotReady",
        "branch 0 SUCCEEDED",
        "/Both[0]/IsReady SUCCEEDED start",
        "/Both[0]/Ready SUCCEEDED choice",
        "branch 1 SUCCEEDED",
        "/Both[1]/Pause SUCCEEDED start",
    ],
    "catch-in-branch": [
        "SUCCEEDED",
        "/Both SUCCEEDED start [SUCCEEDED]",
        "branch 0 SUCCEEDED",
        "/Both[0]/Price CAUGHT start KeyError [FAILED:KeyError]",
        "/Both[0]/Guess SUCCEEDED catch",
        "branch 1 SUCCEEDED",
        "/Both[1]/EachItem CAUGHT start OddItem [FAILED:OddItem]",
        "iteration 0 ABORTED",
        "/Both[1]/EachItem[0]/IsEven SUCCEEDED start",
        "/Both[1]/EachItem[0]/Even ABORTED choice",
        "iteration 1 ABORTED",
        "/Both[1]/EachItem[0]/IsEven SUCCEEDED start",
        "/Both[1]/EachItem[0]/Even ABORTED choice",
        "iteration 2 FAILED",
        "/Both[1]/EachItem[0]/IsEven SUCCEEDED start",
        "/Both[1]/EachItem[0]/Odd FAILED choice OddItem",
        "/Both[1]/NoItems SUCCEEDED catch",
    ],
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded(name: str) -> None:
    """The view has the tree of a recorded execution."""
    assert lines(fold_execution(source_of(name))) == RECORDED[name]


def test_a_failure_inside_maps() -> None:
    """The error of a nested iteration is the error of each Map around it."""
    view = fold_execution(source_of("nested-map"))
    failed = [line for line in lines(view) if "FAILED" in line]
    assert failed == [
        "FAILED KeyError",
        "/EachOrder FAILED next KeyError [FAILED:KeyError]",
        "iteration 2 FAILED",
        "/EachOrder[0]/EachLine FAILED choice KeyError [FAILED:KeyError]",
        "iteration 1 FAILED",
        "/EachOrder[0]/EachLine[0]/Price FAILED start KeyError [FAILED:KeyError FAILED:KeyError]",
    ]


def test_a_map_that_runs() -> None:
    """A running Map with 300 items has the right counts of items and iterations."""
    view = fold_execution(source_of("map-running"))
    (each,) = view.root.visits
    assert each.item_count == 300
    statuses = [thread.status for thread in each.threads]
    assert [thread.index for thread in each.threads] == list(range(len(statuses)))
    assert 1 <= statuses.count("RUNNING") <= 8
    caught = [visit for visit in view.visits() if visit.status == "CAUGHT"]
    assert {visit.error for visit in caught} == {"NotFound"}
    assert len(caught) == statuses.count("SUCCEEDED") // 23


def test_what_attempts_know() -> None:
    """Attempts have their children, missed heartbeats, failed fields, parameters and results."""
    waiting = {visit.state: visit for visit in fold_execution(source_of("waiting")).visits()}
    (shipped,) = waiting["Ship"].attempts
    assert str(shipped.child_arn).endswith(":Callback:shipment-1") and shipped.submitted_at is not None
    assert shipped.resource == "arn:aws:states:::states:startExecution.sync:2"
    assert json.loads(shipped.parameters or "")["Name"] == "shipment-1"
    asked = fold_execution(source_of("timed-out")).root.visits[0]
    assert [attempt.missed_heartbeat for attempt in asked.attempts] == [True, True]
    average = fold_execution(source_of("evaluation-failed")).root.visits[-1]
    assert average.attempts[0].location == "Output/average"
    rounds = fold_execution(source_of("variables")).root.visits
    assert [visit.state for visit in rounds].count("Round") == 3
    assert rounds[1].assigned == {"count": "2", "names": '["round 3"]'}
    assert rounds[1].attempts[0].result is not None


def test_a_redrive_opens_what_it_continues() -> None:
    """Right after a redrive, all visits that did not succeed are open again."""
    source = source_of("redriven")
    redrive = next(event.id for event in source.history if event.type == "ExecutionRedriven")
    before, after = fold_execution(source, at=redrive - 1), fold_execution(source, at=redrive)
    assert lines(before)[2:7] == [
        "/Book FAILED next NoRoom [FAILED:NoRoom]",
        "branch 0 FAILED",
        "/Book[0]/Hotel FAILED start NoRoom [FAILED:NoRoom]",
        "branch 1 ABORTED",
        "/Book[1]/Flight ABORTED start",
    ]
    assert lines(after)[2:9] == [
        "/Book RUNNING next [RUNNING]",
        "branch 0 RUNNING",
        "/Book[0]/Hotel RUNNING start [FAILED:NoRoom]",
        "branch 1 RUNNING",
        "/Book[1]/Flight RUNNING start",
        "branch 2 SUCCEEDED",
        "/Book[2]/Insurance SUCCEEDED start",
    ]
    assert after.redrives == 1


SILENT: dict[str, tuple[Any, list[str]]] = {
    "a field that fails, caught": (
        {
            "R": {
                "Type": "Task",
                "Resource": FUNCTION,
                "ResultPath": "$.a.b",
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "C"}],
                "Next": "N",
            },
            "N": {"Type": "Pass", "End": True},
            "C": {"Type": "Succeed"},
        },
        [
            "SUCCEEDED",
            "/R CAUGHT start States.ReferencePathConflict [FAILED:States.ReferencePathConflict]",
            "/C SUCCEEDED catch",
        ],
    ),
    "a Catcher that fails": (
        {
            "T": {
                "Type": "Task",
                "Resource": FUNCTION,
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a.b", "Next": "N"}],
                "Next": "N",
            },
            "N": {"Type": "Pass", "End": True},
        },
        [
            "FAILED States.ReferencePathConflict",
            "/T FAILED start States.ReferencePathConflict [FAILED:Boom]",
        ],
    ),
    "a Choice without a match in a branch": (
        {
            "P": {
                "Type": "Parallel",
                "Branches": [
                    {
                        "StartAt": "C",
                        "States": {
                            "C": {
                                "Type": "Choice",
                                "Choices": [{"Variable": "$.a", "NumericEquals": 9, "Next": "D"}],
                            },
                            "D": {"Type": "Succeed"},
                        },
                    },
                    {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": True}}},
                ],
                "Catch": [{"ErrorEquals": ["States.Runtime"], "Next": "N"}],
                "Next": "N",
            },
            "N": {"Type": "Pass", "End": True},
        },
        [
            "FAILED States.Runtime",
            "/P FAILED start States.Runtime [FAILED:States.Runtime]",
            "branch 0 FAILED",
            "/P[0]/C FAILED start States.Runtime",
        ],
    ),
    "a Fail state with a path": (
        {
            "M": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "ItemProcessor": {
                    "StartAt": "F",
                    "States": {"F": {"Type": "Fail", "ErrorPath": "$.code", "Cause": "c"}},
                },
                "Next": "N",
            },
            "N": {"Type": "Pass", "End": True},
        },
        [
            "FAILED E1",
            "/M FAILED start E1 [FAILED:E1]",
            "iteration 0 FAILED",
            "/M[0]/F FAILED start E1",
        ],
    ),
}


ANSWERS = {"T": [{"error": "Boom"}], "R": [{"result": 1}]}


@pytest.mark.parametrize("case", SILENT)
def test_failures_without_events(case: str) -> None:
    """Failures that AWS does not record are found in the definition or in a Catcher's output."""
    states, expected = SILENT[case]
    definition = {"StartAt": next(iter(states)), "States": states}
    history = run(definition, {"a": 1, "items": [{"code": "E1"}]}, ANSWERS)
    assert lines(fold_execution(ExecutionSource("x", history, dumps(definition)))) == expected


def test_an_execution_in_memory() -> None:
    """An in-process execution can be viewed while it is running, event by event."""

    def pay(order: Any) -> Any:
        raise StatesError("Declined", f"no money for {order}")

    states = {"Pay": {"Type": "Task", "Resource": FUNCTION, "Next": "N"}, "N": {"Type": "Pass", "End": True}}
    definition = dumps({"StartAt": "Pay", "States": states})
    execution = InProcessExecution(definition, Payload(7), answers_by_calling({"Pay": pay}))
    fold = ExecutionFold(ExecutionSource("memory", execution.history, definition))
    seen: list[str] = []
    while not execution.ended:
        applied = len(execution.history) if seen else 0
        execution.step()
        for event in execution.history[applied:]:
            changed = fold.apply(event)
            seen.append(f"{event.type} {changed.status if changed else fold.view.status}")
    assert seen == [
        "ExecutionStarted RUNNING",
        "TaskStateEntered RUNNING",
        "LambdaFunctionScheduled RUNNING",
        "LambdaFunctionStarted RUNNING",
        "LambdaFunctionFailed FAILED",
        "ExecutionFailed FAILED",
    ]
    fold.apply(execution_redriven_event(fold.view.last_id, 1, fold.view.last_at + 1))
    assert lines(fold.view) == ["RUNNING", "/Pay RUNNING start [FAILED:Declined]"]
