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
from tests.interpreter.hypotheses import errors, tries
from tests.interpreter.manual_driver import no_budget, redriven, run, stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.interpreter.events import HistoryEvent

raise_recursion_limit()  # now: Hypothesis minds a recursion limit that changes while it tries

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
NAMES = ("A", "B", "C", "D")
ERRORS = (
    "Boom",
    "Bang",
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "States.Runtime",
    "States.QueryEvaluationError",
)
PATHS = ("$", "$.a", "$.b[0]", "$.gone", "$$.State.Name", "$$.Map.Item.Index", "$.a[*].b", "$..c", "$v.a")
CALLS = (
    "States.UUID()",
    "States.Array($.a, 1)",
    "States.Format('{}', $.b)",
    "States.MathAdd($.a, 1)",
    "States.ArrayLength($)",
    "States.ArrayGetItem($.b, $$.State.RetryCount)",
)
EXPRESSIONS = (
    "{% $states.input.a %}",
    "{% $states.input.a + 1 %}",
    "{% [$states.input] %}",
    "{% $states.result.b %}",
    "{% $states.context.State.Name %}",
    "{% $v %}",
    "{% $gone %}",
    "{% $states.input.b[$states.context.State.RetryCount] %}",
    "{% $uuid() %}",
    "{% $exists($states.input.a) %}",
    "{% $map([1, 2], function($i) { $i & $string($states.input) }) %}",
)
MOST_EVENTS = 300
UNSUCCESSFUL = ("ExecutionFailed", "ExecutionTimedOut")

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-2, 2, width=16)
    | st.sampled_from(["", "x", "é", "{% 1 %}"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
templates = values | st.dictionaries(
    st.sampled_from(["a.$", "b.$"]), st.sampled_from(PATHS + CALLS), max_size=2
)
expressions = st.sampled_from(EXPRESSIONS)
jsonata_templates = expressions | st.dictionaries(st.sampled_from("abc"), expressions | values, max_size=2)
answers = st.lists(
    st.fixed_dictionaries({"result": values})
    | st.fixed_dictionaries({"error": st.sampled_from(["Boom", "Bang"])})
    | st.just({}),
    max_size=3,
)
answered_by_name = st.fixed_dictionaries(dict.fromkeys(NAMES, answers))


def choice_of(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {"Variable": draw(st.sampled_from(PATHS)), "IsPresent": draw(st.booleans())}
    if draw(st.booleans()):
        rule = {
            draw(st.sampled_from(["And", "Or"])): [rule, {"Not": {"Variable": "$.a", "NumericEquals": 1}}]
        }
    return {
        "Type": "Choice",
        "Choices": [{**rule, "Next": draw(st.sampled_from(following))}],
        "Default": following[0],
    }


def jsonata_choice_of(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    choice = {"Condition": draw(expressions), "Next": draw(st.sampled_from(following))}
    return {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [choice], "Default": following[0]}


def end_or(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    return {"Next": draw(st.sampled_from(following))} if following else {"End": True}


def troubles(draw: Any, following: tuple[str, ...], jsonata: bool) -> dict[str, Any]:
    """Retry and Catch, or neither."""
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found["Retry"] = [
            {
                "ErrorEquals": [draw(st.sampled_from(ERRORS))],
                "MaxAttempts": draw(st.integers(0, 2)),
                "JitterStrategy": "FULL",
            }
        ]
    if following and draw(st.booleans()):
        kept = (
            {"Output": draw(expressions)}
            if jsonata
            else {"ResultPath": draw(st.sampled_from(["$.error", "$.a.error", None]))}
        )
        found["Catch"] = [
            {"ErrorEquals": [draw(st.sampled_from(ERRORS))], "Next": draw(st.sampled_from(following)), **kept}
        ]
    return found


@st.composite
def states(draw: Any, following: tuple[str, ...], depth: int) -> dict[str, Any]:
    """A state that goes on to one of `following`, so that every machine has an end."""
    kinds = ["Pass", "Wait", "Fail", "Succeed", "Task"]
    kinds += ["Choice"] if following else []
    kinds += ["Parallel", "Map"] if depth else []
    kind = draw(st.sampled_from(kinds))
    jsonata = draw(st.integers(0, 3)) == 0
    if kind == "Choice":
        return jsonata_choice_of(draw, following) if jsonata else choice_of(draw, following)
    if kind == "Fail":
        return {"Type": "Fail", "Error": draw(st.sampled_from(["Boom", "Bang"]))}
    if kind == "Succeed":
        return {"Type": "Succeed"}
    state: dict[str, Any] = {"Type": kind, **end_or(draw, following)}
    fields = jsonata_fields if jsonata else jsonpath_fields
    state |= fields(draw, kind)
    if kind == "Wait":
        return {**state, "Seconds": draw(st.integers(0, 30))}
    if kind == "Pass":
        return state
    state |= troubles(draw, following, jsonata)
    if kind == "Task":
        return {**state, "Resource": FUNCTION, "TimeoutSeconds": draw(st.integers(1, 60))}
    if kind == "Parallel":
        return {**state, "Branches": draw(st.lists(machines(depth=depth - 1), min_size=1, max_size=3))}
    return {
        **state,
        "ItemProcessor": draw(machines(depth=depth - 1)),
        "MaxConcurrency": draw(st.integers(0, 2)),
    }


def jsonpath_fields(draw: Any, kind: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if kind == "Wait":
        return fields
    if draw(st.booleans()):
        fields["ResultPath"] = draw(st.sampled_from([None, "$", "$.r", "$.a.r"]))
    if draw(st.booleans()):
        fields["Assign"] = {"v.$": draw(st.sampled_from(PATHS))}
    if kind != "Map" and draw(st.booleans()):
        fields["Parameters"] = draw(templates)
    return fields


def jsonata_fields(draw: Any, kind: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"QueryLanguage": "JSONata"}
    if draw(st.booleans()):
        fields["Assign"] = {"v": draw(expressions)}
    if kind in ("Task", "Parallel") and draw(st.booleans()):
        fields["Arguments"] = draw(jsonata_templates)
    if kind == "Map" and draw(st.booleans()):
        fields["Items"] = draw(st.sampled_from(["{% [1, 2] %}", "{% $states.input.a %}"]))
    if draw(st.booleans()):
        fields["Output"] = draw(jsonata_templates)
    return fields


@st.composite
def machines(draw: Any, depth: int = 2) -> dict[str, Any]:
    """A machine whose states lead forward only; those that nothing leads to are left out."""
    length = draw(st.integers(1, len(NAMES)))
    made = {NAMES[n]: draw(states(NAMES[n + 1 : length], depth)) for n in range(length)}
    reached = _reached(made, "A")
    return {"StartAt": "A", "States": {name: state for name, state in made.items() if name in reached}}


def _reached(made: dict[str, Any], start: str) -> set[str]:
    found, look = set(), [start]
    while look:
        name = look.pop()
        if name not in found:
            found.add(name)
            state = made[name]
            look += [state[field] for field in ("Next", "Default") if field in state]
            look += [entry["Next"] for field in ("Catch", "Choices") for entry in state.get(field, ())]
    return found


def holds(definition: Any, input: Any, answered: Any, cuts: int) -> None:
    """Checks that a machine's history is complete, and the same under interruptions.

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
    """Checks that a redrive has the same history however it is cut.

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
    "Retry": [{"ErrorEquals": ["States.ResultPathMatchFailure"]}],
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
    """It ends, or waits for something pending; cut anywhere, it goes on to the same history."""
    assert errors(json.dumps(definition)) == []
    holds(definition, input, answered, cuts=20)


@tries(100)
@given(machines(), values, answered_by_name)
def test_a_machine_that_is_redriven_replays(definition: Any, input: Any, answered: Any) -> None:
    """Stopped anywhere, or at its failure, it is redriven.

    Cut anywhere after that, it goes on to the same history.
    """
    goes_on(definition, input, answered, run(definition, input, answered, max_events=MOST_EVENTS), cuts=6)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys and indexes that lead there."""
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
    """The problems of a mutated definition are reported; without any, the laws hold for it too."""
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
