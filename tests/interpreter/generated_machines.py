"""Machines that Hypothesis builds, with inputs and answers for their tasks."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

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
    "{% $states.input.b %}",
    "{% $states.context.State.Name %}",
    "{% $v %}",
    "{% $gone %}",
    "{% $states.input.b[$states.context.State.RetryCount] %}",
    "{% $uuid() %}",
    "{% $exists($states.input.a) %}",
    "{% $map([1, 2], function($i) { $i & $string($states.input) }) %}",
)

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
    """A state followed by one of `following`, so that every machine ends."""
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
    """A machine whose transitions only go forward, without unreachable states."""
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
