"""The table of event types: exactly AWS's types, and the meaning of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from sfn_cli.api.model import load_model as load_operation
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.interpreter.events import (
    EVENT_TYPES,
    HistoryEvent,
    execution_aborted_event,
    execution_failed_event,
)
from sfn_cli.interpreter.evolve import evolve
from sfn_cli.interpreter.execution import Execution
from sfn_cli.interpreter.phase import Phase
from sfn_cli.jsonvalue import Payload, dumps
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN, begin, interpreter_of, run

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "cases" / "histories.json").read_text())

NEVER_RECORDED = {"LambdaFunctionStartFailed", "TaskStartFailed", "TaskSubmitFailed"}
ABOUT_EXECUTIONS = {
    "ExecutionStarted",
    "ExecutionFailed",
    "ExecutionAborted",
    "ExecutionTimedOut",
    "ExecutionRedriven",
}


def history_event() -> dict[str, Any]:
    """The members of a HistoryEvent, by AWS's service model."""
    output = load_operation("stepfunctions", "GetExecutionHistory").output
    members: dict[str, Any] = output["members"]["events"]["member"]["members"]
    return members


def test_the_types_are_awss() -> None:
    """The table has exactly the 62 types of AWS's service model."""
    assert set(EVENT_TYPES) == set(history_event()["type"]["enum"])
    assert len(EVENT_TYPES) == 62


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_members_are_awss(name: str) -> None:
    """A type's details, payload and payload details are members in AWS's service model."""
    type, members = EVENT_TYPES[name], history_event()
    own = f"{name[0].lower()}{name[1:]}EventDetails"
    if type.details is None:
        assert own not in members and type.payload is None
        return
    assert own not in members or type.details == own
    details = members[type.details]["members"]
    payloads = {"input", "output", "parameters"} & set(details)
    assert payloads == ({type.payload} if type.payload else set())
    described = {f"{payload}Details" for payload in payloads} & set(details)
    assert described == ({type.payload_details} if type.payload_details else set())


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_phases_are_ours(name: str) -> None:
    """A type that can be replayed has a handler, and is about the execution or lists phases."""
    type = EVENT_TYPES[name]
    assert (type.handler is None) == (name in NEVER_RECORDED)
    assert (type.before == ()) == (name in NEVER_RECORDED | ABOUT_EXECUTIONS)
    assert {*type.before, *type.after} <= set(get_args(Phase))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_phases_are_those_of_histories(case: dict[str, Any]) -> None:
    """An event finds its frame in a phase that the table lists before it.

    It leaves it in one that the table lists after it.
    """
    execution = Execution(EXECUTION_ARN, MACHINE_ARN, load_machine(dumps(case["definition"])), "secret")
    for event in run(case["definition"], case["input"], case["answers"]):
        frame, type = execution.frames.get(event.frame), EVENT_TYPES[event.type]
        before = frame.phase if frame is not None else None
        evolve(execution, event)
        if type.before:
            assert frame is not None
            assert before in type.before
            assert frame.phase in (type.after or (before,))


TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
MACHINE = {"StartAt": "A", "States": {"A": TASK}}


def event(id: int, type: str, frame: int = 0) -> HistoryEvent:
    details = {"name": "A", "index": 0, "mapRunArn": "m"}
    return HistoryEvent(id, 0, 0, type, frame, None, Payload({}), details)


ENTERED = event(2, "TaskStateEntered")


@pytest.mark.parametrize(
    "history, damage",
    [
        ([event(3, "TaskStateEntered")], "event 3 after 1"),
        ([ENTERED, ENTERED], "event 2 after 2"),
        ([event(2, "TaskStateExited")], "event 2 cannot be TaskStateExited: frame 0 is STARTING"),
        ([event(2, "LambdaFunctionSucceeded")], "LambdaFunctionSucceeded: frame 0 is STARTING"),
        ([event(2, "TaskStateEntered", 7)], "TaskStateEntered: frame 7 does not run"),
        ([ENTERED, event(3, "TaskStateEntered")], "TaskStateEntered: frame 0 is ENTERED"),
        ([ENTERED, event(3, "LambdaFunctionStarted")], "LambdaFunctionStarted: frame 0 is ENTERED"),
        ([ENTERED, event(3, "MapIterationStarted")], "MapIterationStarted: frame 0 is ENTERED"),
        ([ENTERED, event(3, "MapRunStarted")], "MapRunStarted: frame 0 is ENTERED"),
        ([ENTERED, event(3, "ParallelStateSucceeded")], "ParallelStateSucceeded: frame 0 is ENTERED"),
        ([ENTERED, event(3, "ExecutionSucceeded")], "ExecutionSucceeded: frame 0 is ENTERED"),
        (
            [ENTERED, event(3, "LambdaFunctionScheduled"), event(4, "TaskStateExited")],
            "TaskStateExited: frame 0 is WORKING",
        ),
    ],
)
def test_an_event_out_of_place_is_damage(history: list[HistoryEvent], damage: str) -> None:
    """A stored event that cannot come next is rejected, with its type and its frame's phase."""
    interpreter = interpreter_of(MACHINE, begin({}) + history[:-1])
    with pytest.raises(AssertionError, match=damage):
        interpreter.apply(history[-1])


@pytest.mark.parametrize("name", sorted(NEVER_RECORDED))
def test_a_type_that_is_never_recorded_is_damage(name: str) -> None:
    """AWS has these types, but sfn never records them."""
    interpreter = interpreter_of(MACHINE, begin({}))
    with pytest.raises(AssertionError, match=f"event 2 is {name}, which sfn never records"):
        interpreter.apply(event(2, name))


@pytest.mark.parametrize(
    "ended, type, details",
    [
        (execution_aborted_event(4, "E", "why", 5), "ExecutionAborted", {"error": "E", "cause": "why"}),
        (execution_aborted_event(4, None, None, 5), "ExecutionAborted", {}),
        (execution_failed_event(4, "E", "\ud800", 5), "ExecutionFailed", {"error": "E", "cause": "?"}),
    ],
)
def test_an_end_from_outside(ended: HistoryEvent, type: str, details: dict[str, str]) -> None:
    """The end is the next event, its previous event is 0, and its strings can be stored."""
    assert ended == HistoryEvent(5, 0, 5, type, details=details)
