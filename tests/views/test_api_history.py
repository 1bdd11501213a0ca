"""Public events → the events of the interpreter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from sfn_cli.interpreter.events import HistoryEvent, api_event
from sfn_cli.jsonvalue import raise_recursion_limit
from sfn_cli.views.api_history import read_api_history
from tests.interpreter.generated_machines import answered_by_name, machines, values
from tests.interpreter.hypotheses import tries
from tests.interpreter.manual_driver import redriven, run, stopped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

raise_recursion_limit()  # now: Hypothesis minds a recursion limit that changes while it tries

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "cases" / "histories.json").read_text())


def shown(history: Sequence[HistoryEvent]) -> list[dict[str, Any]]:
    return [api_event(event) for event in history]


def without_empty_details(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The events as the API can show them: {} and None are the same there."""
    return [event._replace(details=event.details or None) for event in history]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    """The law holds for every case of the interpreter."""
    history = run(case["definition"], case["input"], case["answers"])
    assert read_api_history(shown(history), case["definition"]) == without_empty_details(history)


def with_default_choices(history: Sequence[HistoryEvent], definition: Any) -> list[HistoryEvent]:
    """The events as far as the API shows them: of a Choice whose next state was not entered, the default."""
    states = dict(named_states(definition))
    followed = {event.previous_event_id for event in history if event.type.endswith("StateEntered")}
    return [
        event._replace(next=states[str((event.details or {})["name"])]["Default"])
        if event.type == "ChoiceStateExited" and event.id not in followed
        else event
        for event in history
    ]


def with_unique_names(machine: Any, prefix: str = "") -> Any:
    """Returns a generated machine in which no two states have one name, as AWS requires."""

    def renamed(part: Any) -> Any:
        return {
            key: f"{prefix}{value}" if key in ("Next", "Default", "StartAt") else value
            for key, value in part.items()
        }

    states = {}
    for name, state in machine["States"].items():
        state = renamed(state)
        for field in ("Choices", "Catch"):
            if field in state:
                state[field] = [renamed(entry) for entry in state[field]]
        if "Branches" in state:
            state["Branches"] = [
                with_unique_names(branch, f"{prefix}{name}{index}")
                for index, branch in enumerate(state["Branches"])
            ]
        if "ItemProcessor" in state:
            state["ItemProcessor"] = with_unique_names(state["ItemProcessor"], f"{prefix}{name}-")
        states[f"{prefix}{name}"] = state
    return {**renamed(machine), "States": states}


def named_states(machine: Any) -> Iterator[tuple[str, Any]]:
    """Yields the states of a machine, those inside others included, with their names."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in [
            *state.get("Branches", ()),
            *([state["ItemProcessor"]] if "ItemProcessor" in state else ()),
        ]:
            yield from named_states(inner)


@tries(200)
@given(machines(), values, answered_by_name)
def test_generated_machines(definition: Any, input: Any, answered: Any) -> None:
    """The law holds for generated machines: at their end, stopped anywhere, and redriven."""
    definition = with_unique_names(definition)
    answers = {name: answered[name[-1]] for name, _ in named_states(definition)}
    whole = run(definition, input, answers, max_events=300)
    histories = [whole]
    for length in range(1, len(whole), max(1, len(whole) // 4)):
        cut = stopped(whole[:length])
        histories.append(cut)
        histories.append(run(definition, input, answers, history=redriven(cut), max_events=600))
    if whole[-1].type in ("ExecutionFailed", "ExecutionTimedOut"):
        histories.append(run(definition, input, answers, history=redriven(whole), max_events=600))
    for history in histories:
        assert read_api_history(shown(history), definition) == without_empty_details(
            with_default_choices(history, definition)
        )
