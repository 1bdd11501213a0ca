"""Histories that an earlier version of sfn recorded, by other rules: tests/cases/earlier_histories.json.

An event is [id, previousEventId, milliseconds since the start, type, frame, next state, JSON text of the
payload, details].
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfn_cli.interpreter.events import TERMINAL, HistoryEvent
from sfn_cli.jsonvalue import Payload
from tests.interpreter.manual_driver import START, interpreter_of, redriven, run
from tests.interpreter.takeover.taken_over import entries, taken_over

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "earlier_histories.json").read_text()
)
BY_NAME = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def recorded(case: dict[str, Any]) -> list[HistoryEvent]:
    return [
        HistoryEvent(id, previous, START + at, type, frame, next, text and Payload(text=text), details)
        for id, previous, at, type, frame, next, text, details in case["events"]
    ]


@BY_NAME
def test_it_replays_and_continues(case: dict[str, Any]) -> None:
    """It is replayed as it was recorded. Cut anywhere, the execution continues to its end.

    That is a failure if the error was States.Runtime, whatever it was before.
    """
    history = recorded(case)
    assert interpreter_of(case["definition"], history).ended
    for length in range(1, len(history)):
        on = run(case["definition"], None, case["answers"], history=history[:length])
        assert on[:length] == history[:length]
        assert on[-1].type == history[-1].type or (on[-1].details or {})["error"] == "States.Runtime"
        assert sum(event.type in TERMINAL for event in on) == 1
        assert run(case["definition"], None, case["answers"], history=on[:-1]) == on


@BY_NAME
def test_it_can_be_redriven(case: dict[str, Any]) -> None:
    """A failed execution is redriven, and fails again, as its definition and its data are the same."""
    history = recorded(case)
    if history[-1].type == "ExecutionFailed":
        on = run(case["definition"], None, case["answers"], history=redriven(history))
        assert on[-1].type == "ExecutionFailed" and len(on) > len(history) + 1


@pytest.mark.parametrize("name", ["a distributed Map", "JSONata that fails, retried"])
def test_a_state_can_be_run_from(name: str) -> None:
    """Another previous event in an earlier version is not a difference."""
    (case,) = (case for case in CASES if case["name"] == name)
    history = recorded(case)
    for entry in entries(history):
        taken = taken_over(case["definition"], history, entry, started_at=START)
        assert taken[-1].id == entry.id
