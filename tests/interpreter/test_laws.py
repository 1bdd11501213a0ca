"""Laws that hold for every machine, tried on generated machines.

Hypothesis builds definitions and inputs: valid ones, and mutations of valid ones. Its earlier
findings are explicit examples here. SFN_FUZZ=20 tries twenty times as many.
"""

from __future__ import annotations

import itertools
import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import example, given
from hypothesis import strategies as st

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.jsonvalue import raise_recursion_limit
from tests.interpreter.generated_machines import (
    CALLS,
    ERRORS,
    EXPRESSIONS,
    FUNCTION,
    NAMES,
    PATHS,
    answered_by_name,
    jsonata_templates,
    machines,
    templates,
    values,
)
from tests.interpreter.hypotheses import errors, tries
from tests.interpreter.manual_driver import no_budget, redriven, run, stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.interpreter.events import HistoryEvent

raise_recursion_limit()  # at import: Hypothesis warns if the recursion limit changes during a test

MOST_EVENTS = 300
UNSUCCESSFUL = ("ExecutionFailed", "ExecutionTimedOut")


def holds(definition: Any, input: Any, answered: Any, cuts: int) -> None:
    """Checks that a machine's history is complete, and the same after interruptions.

    It is cut, evaluated without a budget, and decided without memos.
    """
    whole = run(definition, input, answered, max_events=MOST_EVENTS)
    assert [event.id for event in whole] == list(range(1, len(whole) + 1))
    assert all(0 <= event.previous_event_id < event.id for event in whole)
    assert all(one.at <= other.at for one, other in itertools.pairwise(whole))
    for length in _cuts(whole, cuts):
        assert run(definition, input, answered, history=whole[:length], max_events=MOST_EVENTS) == whole, (
            f"cut after event {length}"
        )
    assert run(definition, input, answered, max_events=MOST_EVENTS, budget=no_budget()) == whole
    assert run(definition, input, answered, max_events=MOST_EVENTS, forgetful=True) == whole


def goes_on(definition: Any, input: Any, answered: Any, whole: list[HistoryEvent], cuts: int) -> None:
    """Checks that a redrive has the same history wherever it is cut.

    It starts from the end, or from a stop.
    """
    ends = [stopped(whole[:length]) for length in _cuts(whole, cuts)]
    if whole[-1].type in UNSUCCESSFUL:
        twice = run(definition, input, answered, history=redriven(whole), max_events=2 * MOST_EVENTS)
        ends += [whole, twice] if twice[-1].type in UNSUCCESSFUL else [whole]
    for end in ends:
        again = redriven(end)
        on = run(definition, input, answered, history=again, max_events=2 * MOST_EVENTS)
        assert on[: len(again)] == again
        assert (
            run(definition, input, answered, history=again, max_events=2 * MOST_EVENTS, budget=no_budget())
            == on
        )
        assert (
            run(definition, input, answered, history=again, max_events=2 * MOST_EVENTS, forgetful=True) == on
        )
        for length in range(len(again), len(on), max(1, (len(on) - len(again)) // cuts)):
            cut = run(definition, input, answered, history=on[:length], max_events=2 * MOST_EVENTS)
            assert cut == on, f"redriven after event {len(end)}, cut after event {length}"


def _cuts(whole: list[HistoryEvent], most: int) -> list[int]:
    """Returns the events after which to cut: all, or at most this many."""
    return list(range(1, len(whole), max(1, len(whole) // most)))


CATCH_THAT_FAILS = {
    "Type": "Task",
    "Resource": FUNCTION,
    "Retry": [{"ErrorEquals": ["States.ReferencePathConflict"]}],
    "Catch": [{"ErrorEquals": ["Boom"], "ResultPath": "$.a.error", "Next": "B"}],
    "End": True,
}


RETRY_THAT_FAILS = {
    "Type": "Task",
    "Resource": FUNCTION,
    "Parameters": {"a.$": "States.ArrayGetItem($.b, $$.State.RetryCount)"},
    "Retry": [{"ErrorEquals": ["Boom"], "MaxAttempts": 3}],
    "End": True,
}


def beside_a_wait(state: Any) -> Any:
    branches = [
        {"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}},
        {"StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 9, "End": True}}},
    ]
    return {"StartAt": "D", "States": {"D": {"Type": "Parallel", "Branches": branches, "End": True}}}


@tries(100)
@given(machines(), values, answered_by_name)
# Its second error was retried, without the first's catch.
@example(beside_a_wait(CATCH_THAT_FAILS), {"a": 1}, {"A": [{"error": "Boom"}]})
def test_a_valid_machine_ends_or_waits_and_replays(definition: Any, input: Any, answered: Any) -> None:
    """An execution ends or waits for a pending task; cut anywhere, it continues to the same history."""
    assert errors(json.dumps(definition)) == []
    holds(definition, input, answered, cuts=20)


@tries(100)
@given(machines(), values, answered_by_name)
def test_a_machine_that_is_redriven_replays(definition: Any, input: Any, answered: Any) -> None:
    """An execution can be redriven after it was stopped anywhere, or after its failure.

    Cut anywhere after that, it goes on to the same history.
    """
    goes_on(definition, input, answered, run(definition, input, answered, max_events=MOST_EVENTS), cuts=6)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields every place in a JSON value, as a path of keys and indexes."""
    yield place
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _places(inner, (*place, key))


FIELDS = (
    "Type", "Next", "End", "Default", "QueryLanguage", "Comment", "InputPath", "OutputPath", "ResultPath",
    "ResultSelector", "Parameters", "Arguments", "Output", "Assign", "Retry", "Catch", "Resource",
    "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath",
    "Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Error", "ErrorPath", "Cause", "CausePath",
    "Choices", "Condition", "Branches", "ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemSelector",
    "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailurePercentage",
    "Label", "States", "StartAt", "Version", "Result", "ErrorEquals", "IntervalSeconds", "MaxAttempts",
    "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Variable", "And", "Or", "Not",
    "StringMatches", "StringEqualsPath", "NumericLessThan", "TimestampEquals", "IsTimestamp", "a.$",
)  # fmt: skip

odd_values = (
    values
    | templates
    | jsonata_templates
    | st.sampled_from(NAMES + PATHS + CALLS + EXPRESSIONS + ERRORS)
    | st.sampled_from(
        [
            "Task",
            "Map",
            "Succeed",
            "JSONata",
            "JSONPath",
            "FULL",
            "2026-01-01T00:00:00Z",
            "{% ( %}",
            "$..*..*",
            "*a*",
        ]
    )
    | st.sampled_from(
        [10**30, -1, 0, 1e300, "1", "\ud800", [], [{}], {}, ["States.ALL"], {"a": {"b": {"c": [1, 2]}}}]
    )
)


@st.composite
def spoilt_values(draw: Any, value: Any) -> Any:
    """Returns a JSON value with up to three changes.

    A field is dropped, replaced, repeated under another name, or moved.
    """
    value = deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place in _places(value) if place]
        if not places:
            return deepcopy(draw(odd_values))
        place = draw(st.sampled_from(places))
        holder = value
        for key in place[:-1]:
            holder = holder[key]
        match draw(st.sampled_from(["drop", "replace", "replace", "repeat", "add", "swap"])):
            case "drop":
                del holder[place[-1]]
            case "replace":
                holder[place[-1]] = deepcopy(draw(odd_values))
            case "repeat" if isinstance(holder, dict):
                holder[draw(st.sampled_from(FIELDS + NAMES))] = deepcopy(holder[place[-1]])
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(FIELDS))] = deepcopy(draw(odd_values))
            case "swap":
                other = draw(
                    st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder))))
                )
                holder[place[-1]], holder[other] = holder[other], holder[place[-1]]
    return value


@st.composite
def spoilt_texts(draw: Any) -> str:
    """A definition's text with a few characters changed."""
    text = json.dumps(draw(machines(depth=1)))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.text(max_size=3)) + text[at + draw(st.integers(0, 5)) :]


def map_over(items: Any) -> Any:
    processor = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    return {
        "StartAt": "A",
        "States": {"A": {"Type": "Map", "Items": items, "ItemProcessor": processor, "End": True}},
    }


spoilt = machines(depth=1).flatmap(spoilt_values)


@tries(300)
@given(spoilt, values | values.flatmap(spoilt_values), answered_by_name)
@example(
    {"QueryLanguage": "", "StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": {}, "End": True}}},
    None,
    {},
)
@example({"QueryLanguage": "JSONata", **map_over(2)}, None, {})
@example(
    {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Parameters": {"a.$": "States.ArrayRange(0, 1E30, 1)"}, "End": True}
        },
    },
    1,
    {},
)
def test_a_spoilt_machine_is_refused_or_runs(definition: Any, input: Any, answered: Any) -> None:
    """A mutated definition has reported problems, or the laws hold for it too."""
    faults = errors(json.dumps(definition))
    assert all(fault.code.isupper() and fault.message for fault in faults)
    if not faults:
        holds(definition, input, answered, cuts=4)
        goes_on(definition, input, answered, run(definition, input, answered, max_events=MOST_EVENTS), cuts=2)


@tries(200)
@given(spoilt_texts() | st.text(max_size=30) | values.map(json.dumps))
def test_validate_takes_any_text(text: str) -> None:
    """Any text either has problems, each with a code and a message, or can be loaded."""
    faults = errors(text)
    assert all(fault.code.isupper() and fault.message for fault in faults)
    if not faults:
        load_machine(text)
