"""Every recorded execution that needs nothing, in memory, with a crash after each of its events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.asl.validation.validate import validate
from tests.conformance.recordings import needs_recordings, scenarios
from tests.interpreter.manual_driver import redriven, run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs_recordings, pytest.mark.slow]  # each of thousands of events is a crash


def recorded() -> Iterator[tuple[str, Any, Any]]:
    """(name, definition, input) of each execution."""
    for scenario in scenarios():
        definition = None
        for step in scenario["steps"] if scenario["needs"] == ["none"] else ():
            parameters = step["params"]
            if step["op"] == "CreateStateMachine":
                text = parameters.get("definition", "")
                refused = any(fault.severity == "ERROR" for fault in validate(text))
                definition = None if refused else json.loads(text)
            elif (
                step["op"] == "StartExecution"
                and definition is not None
                and _is_json(parameters.get("input", "{}"))
            ):
                yield scenario["id"], definition, json.loads(parameters.get("input", "{}"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_crash_after_every_event() -> None:
    """A history cut after any event goes on to the same end, event by event, output by output."""
    played = 0
    for name, definition, input in recorded():
        whole = run(definition, input)
        for length in range(1, len(whole)):
            assert run(definition, input, history=whole[:length]) == whole, (
                f"{name}, cut after event {length}"
            )
        played += 1
    assert played > 200


def test_redrive_and_crash_after_every_event() -> None:
    """A failed execution is redriven; cut after any later event, it goes on to the same end."""
    played = 0
    for name, definition, input in recorded():
        whole = run(definition, input)
        if whole[-1].type not in ("ExecutionFailed", "ExecutionTimedOut"):
            continue
        again = redriven(whole)
        on = run(definition, input, history=again)
        for length in range(len(again), len(on)):
            assert run(definition, input, history=on[:length]) == on, f"{name}, cut after event {length}"
        played += 1
    assert played > 20
