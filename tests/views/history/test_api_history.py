"""Conversion of GetExecutionHistory's events to the interpreter's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.interpreter.events import HistoryEvent, api_event
from sfn_cli.jsonvalue import raise_recursion_limit
from sfn_cli.views.execution.as_json import view_to_json
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.history.api_history import NotAHistoryError, read_api_history
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.generated_machines import answered_by_name, machines, values
from tests.interpreter.hypotheses import tries
from tests.interpreter.manual_driver import interpreter_of, redriven, run, stopped
from tests.views.recorded import NAMES, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

raise_recursion_limit()  # at import: Hypothesis warns if the recursion limit changes during a test

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "cases" / "histories.json").read_text())


def shown(history: Sequence[HistoryEvent]) -> list[dict[str, Any]]:
    return [api_event(event) for event in history]


def without_empty_details(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """Returns the events as the API shows them: without results of Map Runs, and {} is None."""
    return [
        event._replace(
            details=event.details or None, payload=None if event.type == "MapRunSucceeded" else event.payload
        )
        for event in history
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    """The law holds for every case of the interpreter."""
    history = run(case["definition"], case["input"], case["answers"])
    assert read_api_history(shown(history), case["definition"]) == without_empty_details(history)


def without_unseen_ways(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """Returns the events with the data in the API, such as a next state only once it is entered.

    An execution that is stopped in between may have left the state by any way but its end.
    """
    entered = {event.previous_event_id for event in history if event.type.endswith("StateEntered")}
    return [
        event._replace(next="?") if event.next is not None and event.id not in entered else event
        for event in without_empty_details(history)
    ]


def with_unique_names(machine: Any, prefix: str = "") -> Any:
    """Returns a generated machine with unique state names, as AWS requires."""

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
    """Yields the states of a machine, including nested ones, with their names."""
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
        read = read_api_history(shown(history), definition)
        assert without_unseen_ways(read) == without_unseen_ways(history)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_executions(name: str) -> None:
    """Recorded executions of sfn are converted to a history that the interpreter accepts."""
    execution = recorded(name)
    history = read_api_history(execution["events"], execution["definition"])
    assert interpreter_of(execution["definition"], history).ended == history[-1].type.startswith("Execution")
    assert [event["id"] for event in execution["events"]] == [event.id for event in history]


def test_orders_and_times() -> None:
    """Reverse order has the same result, and so have times in seconds, milliseconds, and as strings."""
    execution = recorded("nested-map")
    history = read_api_history(execution["events"], execution["definition"])
    assert read_api_history(execution["events"][::-1], execution["definition"]) == history
    assert read_api_history(shown(history), execution["definition"]) == history
    seconds = [{**event, "timestamp": event["timestamp"] / 1000} for event in shown(history)]
    assert read_api_history(seconds, execution["definition"]) == history


def test_without_a_definition() -> None:
    """Without the definition, branches are numbered in the order in which they were entered."""
    for name in ("order", "waiting", "catch-in-branch", "redriven"):
        execution = recorded(name)
        history = read_api_history(execution["events"], execution["definition"])
        frames = [event.frame for event in read_api_history(execution["events"], None)]
        assert frames == [event.frame for event in history], name


def test_branches_in_another_order() -> None:
    """Branches, which AWS may enter in any order, are recognised by their states' names."""
    definition = {
        "StartAt": "P",
        "States": {
            "P": {
                "Type": "Parallel",
                "End": True,
                "Branches": [
                    {"StartAt": name, "States": {name: {"Type": "Wait", "Seconds": 1, "End": True}}}
                    for name in ("A", "B", "C")
                ],
            }
        },
    }
    history = run(definition, {})
    entered = {4: 5, 5: 6, 6: 4}  # A second, B third, C first
    events = [
        {**event, "id": entered.get(event["id"], event["id"])}
        | {"previousEventId": entered.get(event["previousEventId"], event["previousEventId"])}
        for event in shown(history)
    ]
    read = read_api_history(events, definition)
    assert [(event.frame, (event.details or {}).get("name")) for event in read if event.frame] == [
        (3, "C"), (1, "A"), (2, "B"), (1, "A"), (2, "B"), (3, "C"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "events",
    [None, {}, {"events": []}, [], "history", [1], [{}], [{"type": 5}], [{"type": "Pass"}], [None]],
    ids=json.dumps,
)
def test_no_history(events: Any) -> None:
    """A value that is not a history is rejected with one line."""
    with pytest.raises(NotAHistoryError) as refused:
        read_api_history(events, None)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**16) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@tries(200)
@given(st.sampled_from(NAMES), st.data())
def test_damaged_histories(name: str, data: Any) -> None:
    """A page of a history, or a damaged one, is read as far as possible, or rejected."""
    execution = recorded(name)
    events = execution["events"]
    first = data.draw(st.integers(0, len(events) - 1))
    events = [dict(event) for event in events[first : first + data.draw(st.integers(1, 60))]]
    if data.draw(st.booleans()):
        events = [events[place] for place in data.draw(st.permutations(range(len(events))))]
    if data.draw(st.booleans()):
        types = [event["type"] for event in events]
        for event in events[:: data.draw(st.integers(1, 9))]:
            event["type"] = data.draw(st.sampled_from(types))
    for _ in range(data.draw(st.integers(0, 3))):
        event = data.draw(st.sampled_from(events))
        event[data.draw(st.sampled_from([*event, "id", "previousEventId", "type"]))] = data.draw(junk)
        details = next((value for value in event.values() if isinstance(value, dict) and value), None)
        if details is not None:
            name = data.draw(st.sampled_from(list(details)))
            damaged = {**details, name: data.draw(junk)}
            event |= {key: damaged for key in list(event) if event[key] is details}
    definition = data.draw(st.sampled_from([execution["definition"], None]) | junk)
    try:
        history = read_api_history(events, definition)
    except NotAHistoryError:
        return
    view = fold_execution(ExecutionSource("damaged", history, json.dumps(definition)))
    json.dumps(view_to_json(view, view.last_at, pending=pending_of(view)))
