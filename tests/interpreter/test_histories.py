"""The interpreter: *given a definition, an input and answers from outside, then these events*.

The cases are data: tests/cases/histories.json. An event is [id, previousEventId, milliseconds since
the start, type, details]; in details, `payload` is the input, output or parameters as a value.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.interpreter.events import api_event
from tests.interpreter.manual_driver import START, run

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "cases" / "histories.json").read_text())
BY_NAME = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])

UNSHOWN = ("roleArn", "assignedVariablesDetails")


def shown(event: HistoryEvent) -> list[Any]:
    """An event as the cases write it."""
    details = {name: value for name, value in (event.details or {}).items() if name not in UNSHOWN}
    if event.payload is not None:
        details["payload"] = event.payload.value
    row = [event.id, event.previous_event_id, event.at - START, event.type]
    return [*row, details] if details else row


@BY_NAME
def test_history(case: dict[str, Any]) -> None:
    """An execution records exactly the events of the case."""
    assert [found for found in validate(json.dumps(case["definition"])) if found.severity == "ERROR"] == []
    events = run(case["definition"], case["input"], case["answers"])
    assert [shown(event) for event in events] == case["events"]


@BY_NAME
def test_crash_after_every_event(case: dict[str, Any]) -> None:
    """A history that is cut off after any event continues to the same end, event by event."""
    whole = run(case["definition"], case["input"], case["answers"])
    for length in range(1, len(whole)):
        resumed = run(case["definition"], case["input"], case["answers"], history=whole[:length])
        assert resumed == whole, f"cut after event {length}"


def test_crash_while_a_map_run_is_aborted() -> None:
    """A Map Run that was aborted because a sibling failed stays stopped, also after a crash."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "C", "States": {"C": {"Type": "Succeed"}}}
    runs = {"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": processor, "End": True}}}
    fails = {"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "Boom"}}}
    definition = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": [runs, fails], "End": True}},
    }
    whole = run(definition, [1, 2])
    assert [event.type for event in whole][-5:] == [
        "FailStateEntered",
        "MapRunAborted",
        "MapStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    for length in range(1, len(whole)):
        assert run(definition, [1, 2], history=whole[:length]) == whole, f"cut after event {length}"
    assert run(definition, [1, 2], forgetful=True) == whole


@BY_NAME
def test_without_memos(case: dict[str, Any]) -> None:
    """The memos of `decide` do not affect events, and it writes only memos and the agenda."""
    whole = run(case["definition"], case["input"], case["answers"])
    assert run(case["definition"], case["input"], case["answers"], forgetful=True) == whole


def test_shown_without_data() -> None:
    """Without execution data there is no input, output or variable.

    The history says that inputs and outputs are complete, but not that variables are.
    (stackd: variable_limits.json)
    """
    state = {"Type": "Pass", "Assign": {"secret": 5}, "End": True}
    exited = run({"StartAt": "P", "States": {"P": state}}, {"a": 1})[2]
    described = {"outputDetails": {"truncated": False}}
    assert api_event(exited, include_data=False)["stateExitedEventDetails"] == {"name": "P", **described}
    data = {
        "output": '{"a":1}',
        "assignedVariables": {"secret": "5"},
        "assignedVariablesDetails": {"truncated": False},
    }
    assert api_event(exited)["stateExitedEventDetails"] == {"name": "P", **described, **data}
