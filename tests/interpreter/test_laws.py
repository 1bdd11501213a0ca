"""Laws that hold for every machine, tried on machines that nobody thought of.

Hypothesis builds definitions and inputs: valid ones, and ones spoilt from valid. What it finds is
kept in `.hypothesis` and tried again first.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfn_cli.asl.validate import validate
from tests.interpreter.hand_turned import EndlessError, run

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
NAMES = ("A", "B", "C", "D")
ERRORS = ("Boom", "Bang", "States.ALL", "States.TaskFailed", "States.Timeout", "States.Runtime")
PATHS = ("$", "$.a", "$.b[0]", "$.gone", "$$.State.Name", "$$.Map.Item.Index", "$.a[*].b", "$..c")

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2, width=16) | st.sampled_from(["", "x", "é", "{% 1 %}"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
)
templates = values | st.dictionaries(st.sampled_from(["a.$", "b.$", "c"]), st.sampled_from(PATHS), max_size=2)
answers = st.lists(
    st.fixed_dictionaries({"result": values}) | st.fixed_dictionaries({"error": st.sampled_from(["Boom", "Bang"])}) | st.just({}),
    max_size=3,
)


def choice_of(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {"Variable": draw(st.sampled_from(PATHS)), "IsPresent": draw(st.booleans())}
    if draw(st.booleans()):
        rule = {draw(st.sampled_from(["And", "Or"])): [rule, {"Not": {"Variable": "$.a", "NumericEquals": 1}}]}
    return {"Type": "Choice", "Choices": [{**rule, "Next": draw(st.sampled_from(following))}], "Default": following[0]}


def end_or(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    return {"Next": draw(st.sampled_from(following))} if following else {"End": True}


def troubles(draw: Any, following: tuple[str, ...]) -> dict[str, Any]:
    """Retry and Catch, or neither."""
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found["Retry"] = [
            {"ErrorEquals": [draw(st.sampled_from(ERRORS))], "MaxAttempts": draw(st.integers(0, 2)), "JitterStrategy": "FULL"}
        ]
    if following and draw(st.booleans()):
        found["Catch"] = [
            {"ErrorEquals": [draw(st.sampled_from(ERRORS))], "Next": draw(st.sampled_from(following)), "ResultPath": "$.error"}
        ]
    return found


@st.composite
def states(draw: Any, following: tuple[str, ...], depth: int) -> dict[str, Any]:
    """A state that goes on to one of `following`, so that every machine has an end."""
    kinds = ["Pass", "Wait", "Fail", "Succeed", "Task"]
    kinds += ["Choice"] if following else []
    kinds += ["Parallel", "Map"] if depth else []
    kind = draw(st.sampled_from(kinds))
    if kind == "Choice":
        return choice_of(draw, following)
    if kind == "Fail":
        return {"Type": "Fail", "Error": draw(st.sampled_from(["Boom", "Bang"]))}
    if kind == "Succeed":
        return {"Type": "Succeed"}
    state: dict[str, Any] = {"Type": kind, **end_or(draw, following)}
    if kind == "Wait":
        return {**state, "Seconds": draw(st.integers(0, 30))}
    if draw(st.booleans()):
        state["ResultPath"] = draw(st.sampled_from([None, "$", "$.r", "$.a.r"]))
    if draw(st.booleans()):
        state["Assign"] = {"v.$": draw(st.sampled_from(PATHS))}
    if kind != "Map" and draw(st.booleans()):
        state["Parameters"] = draw(templates)
    if kind == "Pass":
        return state
    state |= troubles(draw, following)
    if kind == "Task":
        return {**state, "Resource": FUNCTION, "TimeoutSeconds": draw(st.integers(1, 60))}
    if kind == "Parallel":
        return {**state, "Branches": draw(st.lists(machines(depth=depth - 1), min_size=1, max_size=3))}
    return {**state, "ItemProcessor": draw(machines(depth=depth - 1)), "MaxConcurrency": draw(st.integers(0, 2))}


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


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@QUICK
@given(machines(), values, st.fixed_dictionaries(dict.fromkeys(NAMES, answers)))
def test_a_valid_machine_ends_or_waits_and_replays(definition: Any, input: Any, answered: Any) -> None:
    """It ends, or waits for something that is owed; cut anywhere, it goes on to the same history."""
    assert validate(json.dumps(definition)) == []
    whole = run(definition, input, answered)
    assert [event.id for event in whole] == list(range(1, len(whole) + 1))
    assert all(0 <= event.previous_event_id < event.id for event in whole)
    for length in {1, len(whole) // 3, len(whole) // 2, len(whole) - 1} - {0}:
        assert run(definition, input, answered, history=whole[:length]) == whole


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys and indexes that lead there."""
    yield place
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(inner, (*place, key))


@st.composite
def spoilt(draw: Any) -> str:
    """A definition's text with one thing changed: a value anywhere in it, or characters."""
    definition = draw(machines())
    place = draw(st.sampled_from([place for place in _places(definition) if place]))
    if draw(st.booleans()):
        holder = definition
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = draw(values | st.sampled_from(["A", "Task", "JSONata", "$.x", "States.UUID()", "{% $x %}", 10**30]))
        return json.dumps(definition)
    text = json.dumps(definition)
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.text(max_size=3)) + text[at + draw(st.integers(0, 5)) :]


@QUICK
@given(spoilt() | st.text(max_size=30))
def test_validate_never_raises(text: str) -> None:
    """Whatever the text, it is valid or has problems with a code, a message and a place; and what is valid runs."""
    problems = validate(text)
    for problem in problems:
        assert problem.code.isupper()
        assert problem.message
    if not problems:
        with suppress(EndlessError):  # a loop that was drawn by chance is no fault
            run(json.loads(text), {"a": {"b": [1]}})
