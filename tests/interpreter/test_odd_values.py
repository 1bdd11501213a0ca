"""Odd values in functions, paths and operators fail only the state that has them.

Hypothesis draws the values. SFN_FUZZ=20 tries twenty times as many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfn_cli.asl.choice_rules import COMPARISONS, TYPE_TESTS
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.jsonvalue import dumps, loads, raise_recursion_limit
from sfn_cli.query.intrinsics import FUNCTIONS
from sfn_cli.query.jsonata.expression import compile_expression
from tests.interpreter.hypotheses import errors, tries
from tests.interpreter.manual_driver import run, stored

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

raise_recursion_limit()

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:a"
MOST_EVENTS = 200


def nested(depth: int, leaf: Any = 1) -> Any:
    for _ in range(depth):
        leaf = [leaf]
    return leaf


NUMBERS = (
    0, 1, 2, 7, -1, 1.5, -0.0, 1e-320, 0.1, 3e9, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63,
    99_999_999, 100_000_000, 10**26, -(10**26), 10**400, -(10**400), 1e26, 1e30, -1e30, 1e308, -1e308,
)  # fmt: skip
TEXTS = (
    "", "x", "a,b", "é😀", "\0", "\ud800", "a\udfff\ud800b", "\ud83d", "\ude00", "NaN", "Infinity",
    "-Infinity", "1e999",
    "1E-999", "0x1F", "1_000", " 1 ", "٣", "9" * 5000, "-" + "9" * 30, "1" + "0" * 500 + "e5", "(", "[",
    "*", r"\*", "**a",
    "%ff", "%E0%A4%A", "=", "YQ==", "_/8=", "[Y0001]-[M01]", "[Y9999999]", "[ZZ]", "#,##0.00", "#0.###e0",
    "w", "A",
    "MD5", "SHA-1", "[[[1]]]", "[" * 1001 + "]" * 1001, '{"a": 1e400}', "2020-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00+23:59", "0000-01-01T00:00:00Z", "2020-02-30T00:00:00Z", "2020-01-01T00:00:00+99:99",
)  # fmt: skip
OTHERS = (
    None, True, False, [], {}, [[]], [1, 2, 3], ["b", "a"], [1, "x", None, True, {"k": "v"}],
    {"": 1, "\ud800": 2, "a.b": 3},
    {"a": {"b": {"c": [1, 2]}}}, nested(120), nested(900), [0.1, 1e308, 1e308], [{"k": 1}, {"k": None}],
    list(range(1500)),
)  # fmt: skip
ODD = (*NUMBERS, *TEXTS, *OTHERS)
odd_values = (
    st.sampled_from(ODD)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(codec=None), max_size=5)
)
inputs = st.fixed_dictionaries({"v": odd_values, "w": odd_values, "x": odd_values})
arguments = st.sampled_from(
    [
        "$.v",
        "$.w",
        "$.x",
        "$.v[0]",
        "$",
        "$$.State.Name",
        "1",
        "-1",
        "1e999",
        "0",
        "''",
        "'MD5'",
        "null",
        "true",
    ]
)


def holds(definition: Any, input: Any, cuts: int = 3) -> HistoryEvent:
    """Returns the event that ends the execution.

    Its history can be written, read and replayed from some places.
    """
    whole = run(definition, input, max_events=MOST_EVENTS)
    for event in whole:
        text = dumps([event.type, event.details, event.payload and event.payload.text])
        assert loads(text.encode().decode()) == loads(text)
    for length in range(1, len(whole), max(1, len(whole) // cuts)) if cuts else ():
        history = [stored(event) for event in whole[:length]]
        assert run(definition, input, history=history, max_events=MOST_EVENTS) == whole, f"cut after {length}"
    last = whole[-1]
    assert last.type in TERMINAL
    # Only a Wait or a Task may still be waiting when the execution's year has passed.
    assert last.type != "ExecutionTimedOut" or definition["States"]["A"]["Type"] in ("Wait", "Task")
    if last.type == "ExecutionFailed":
        details = last.details or {}
        assert str(details["error"]).startswith("States."), details
        assert details.get("cause") or details["error"] == "States.Timeout"
    return last


def machine(state: Any) -> Any:
    return {"StartAt": "A", "States": {"A": {**state, "End": True}}}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_intrinsic_function(name: str) -> None:
    """An intrinsic function with any arguments returns a value or fails its state."""
    function = FUNCTIONS[name]
    for given_count in range(function.least, min(function.most, 3) + 1):
        for call in (
            ", ".join(("$.v", "$.w", "$.x")[:given_count]),
            ", ".join(("$.v", "'MD5'", "3")[:given_count]),
        ):
            for value in ODD if given_count else ODD[:1]:
                state = {"Type": "Pass", "Parameters": {"x.$": f"{name}({call})"}}
                holds(machine(state), {"v": value, "w": value, "x": value}, cuts=0)


def jsonata(state: Any) -> Any:
    return {"QueryLanguage": "JSONata", **machine(state)}


@st.composite
def intrinsic_calls(draw: Any, depth: int = 0) -> str:
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    function = FUNCTIONS[name]
    count = draw(st.integers(function.least, min(function.most, 3)))
    inner = arguments | intrinsic_calls(depth + 1) if depth < 2 else arguments
    return f"{name}({', '.join(draw(inner) for _ in range(count))})"


@tries(200)
@given(intrinsic_calls(), inputs)
@example("States.JsonToString(1e999)", {})  # Java's Infinity
def test_intrinsic_functions(call: str, input: Any) -> None:
    """Nested functions with any arguments return a value or fail their state."""
    holds(machine({"Type": "Pass", "Parameters": {"x.$": call}}), input)


def _function_names() -> list[str]:
    compile_expression("1")  # imports the engine, and restores the recursion limit that the import raises
    from jsonata.jsonata import Jsonata

    from sfn_cli.query.jsonata.extensions import EXTENSIONS

    return sorted({*Jsonata.static_frame.bindings, *EXTENSIONS} - {"eval"})


JSONATA_NAMES = _function_names()
jsonata_atoms = st.sampled_from(
    [
        "$states.input.v", "$states.input.w", "$states.input.x", "$states.input", "$states.input.*",
        "$states.input.v[0]",
        "1", "-1", "1e308", "0", "''", "null", "true", "[]", "{}", "/a*/", "/(a)(b)?/", "function($x){$x}",
        "function(){1}", "$sum",
        "'[Y0001]-[M01]'", "'#,##0.00'", "'MD5'", "[1..3]", "$nothing",
    ]
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", JSONATA_NAMES)
def test_every_function_of_jsonata(name: str) -> None:
    """For any first argument, a JSONata function returns JSON or fails its state."""
    value = "$states.input.v"
    for call in (value, f"{value}, {value}", f"'a', {value}"):
        state = {"Type": "Pass", "Output": f"{{% ${name}({call}) %}}"}
        for odd in ODD:
            holds(jsonata(state), {"v": odd}, cuts=0)


OPERATORS = ("+", "-", "*", "/", "%", "&", "=", "<", " in ", " and ", "..", ".", "~>", "?1:", "@$x.", "#$i.")


@st.composite
def jsonata_expressions(draw: Any, depth: int = 0) -> str:
    inner = jsonata_expressions(depth + 1) if depth < 2 else jsonata_atoms
    match draw(st.integers(0, 9)):
        case 0:
            return str(draw(jsonata_atoms))
        case 1 | 2:
            return f"({draw(inner)}{draw(st.sampled_from(OPERATORS))}{draw(inner)})"
        case 3:
            return f"{{{draw(inner)}: {draw(inner)}}}"
        case 4:
            return f"({draw(inner)}^(>{draw(inner)}))[{draw(inner)}]"
    name = draw(st.sampled_from(JSONATA_NAMES))
    return f"${name}({', '.join(draw(st.lists(inner, max_size=3)))})"


@tries(200)
@given(jsonata_expressions(), inputs)
def test_jsonata(expression: str, input: Any) -> None:
    """An expression with any odd values returns JSON or fails its state."""
    definition = {"QueryLanguage": "JSONata", **machine({"Type": "Pass", "Output": f"{{% {expression} %}}"})}
    if not errors(dumps(definition)):
        holds(definition, input)


def inner(**more: Any) -> Any:
    return {**more, **machine({"Type": "Pass"})}


TASK = {"Type": "Task", "Resource": ACTIVITY}
INLINE = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner()}
DISTRIBUTED = {
    **INLINE,
    "ItemProcessor": inner(ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}),
}
READER = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
CALLBACK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}

PATH_FIELDS = {
    "SecondsPath": {"Type": "Wait", "SecondsPath": "$.v"},
    "TimestampPath": {"Type": "Wait", "TimestampPath": "$.v"},
    "TimeoutSecondsPath": {**TASK, "TimeoutSecondsPath": "$.v"},
    "HeartbeatSecondsPath": {**TASK, "HeartbeatSecondsPath": "$.v"},
    "both timeouts": {**TASK, "TimeoutSecondsPath": "$.v", "HeartbeatSecondsPath": "$.w"},
    "MaxConcurrencyPath": {**INLINE, "MaxConcurrencyPath": "$.v"},
    "MaxConcurrencyPath, distributed": {**DISTRIBUTED, "MaxConcurrencyPath": "$.v"},
    "ToleratedFailureCountPath": {**DISTRIBUTED, "ToleratedFailureCountPath": "$.v"},
    "ToleratedFailurePercentagePath": {**DISTRIBUTED, "ToleratedFailurePercentagePath": "$.v"},
    "MaxItemsPerBatchPath": {**DISTRIBUTED, "ItemBatcher": {"MaxItemsPerBatchPath": "$.v"}},
    "MaxInputBytesPerBatchPath": {**DISTRIBUTED, "ItemBatcher": {"MaxInputBytesPerBatchPath": "$.v"}},
    "BatchInput": {**DISTRIBUTED, "ItemBatcher": {"MaxItemsPerBatch": 1, "BatchInput": {"b.$": "$.v"}}},
    "MaxItemsPath": {
        **DISTRIBUTED,
        "ItemReader": {**READER, "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.v"}},
    },
    "reader": {**DISTRIBUTED, "ItemReader": {**READER, "Parameters": {"Bucket.$": "$.v", "Key.$": "$.w"}}},
    "writer": {
        **DISTRIBUTED,
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket.$": "$.v", "Prefix.$": "$.w"},
        },
    },
    "ItemsPath": {**INLINE, "ItemsPath": "$.v"},
    "ItemSelector": {**INLINE, "ItemSelector": {"a.$": "$.v", "b.$": "$$.Map.Item.Value"}},
    "InputPath": {"Type": "Pass", "InputPath": "$.v"},
    "OutputPath": {"Type": "Pass", "OutputPath": "$.v"},
    "ResultPath": {"Type": "Pass", "Result": 1, "ResultPath": "$.v.a.b"},
    "ResultPath, by index": {"Type": "Pass", "Result": 1, "ResultPath": "$.v[0].a"},
    "a filter": {"Type": "Pass", "InputPath": "$.v[?(@.k > 1 || @.k == 'x')]"},
    "a slice": {"Type": "Pass", "InputPath": "$.v[-999999999:999999999]"},
    "descendants": {"Type": "Pass", "InputPath": "$..*"},
    "Assign": {"Type": "Pass", "Assign": {"a.$": "$.v", "b.$": "States.Format('{}', $.w)"}},
    "Credentials": {
        "Type": "Task",
        "Resource": FUNCTION,
        "Credentials": {"RoleArn.$": "$.v"},
        "TimeoutSeconds": 1,
    },
    "Parameters": {
        **CALLBACK,
        "Parameters": {"FunctionName.$": "$.v", "Payload.$": "$.w"},
        "TimeoutSeconds": 1,
    },
}
V = "{% $states.input.v %}"
CHILD = DISTRIBUTED["ItemProcessor"]
EXPRESSION_FIELDS = {
    "Seconds": {"Type": "Wait", "Seconds": V},
    "Timestamp": {"Type": "Wait", "Timestamp": V},
    "TimeoutSeconds": {**TASK, "TimeoutSeconds": V},
    "HeartbeatSeconds": {**TASK, "TimeoutSeconds": 9, "HeartbeatSeconds": V},
    "Items": {"Type": "Map", "Items": V, "ItemProcessor": inner()},
    "MaxConcurrency": {"Type": "Map", "Items": [1], "MaxConcurrency": V, "ItemProcessor": inner()},
    "MaxConcurrency, distributed": {
        "Type": "Map", "Items": [1], "MaxConcurrency": V, "ItemProcessor": CHILD,
    },
    "ToleratedFailureCount": {
        "Type": "Map", "Items": [1], "ToleratedFailureCount": V, "ItemProcessor": CHILD,
    },
    "ToleratedFailurePercentage": {
        "Type": "Map", "Items": [1], "ToleratedFailurePercentage": V, "ItemProcessor": CHILD,
    },
    "Arguments": {**TASK, "TimeoutSeconds": 1, "Arguments": {"a": V, "b": "{% $string($states) %}"}},
    "Assign": {"Type": "Pass", "Assign": {"a": V}, "Output": {"b": "{% $states.input %}"}},
}  # fmt: skip


FIELDS = {
    **{name: machine(state) for name, state in PATH_FIELDS.items()},
    **{f"{name} by expression": jsonata(state) for name, state in EXPRESSION_FIELDS.items()},
}
ITEMS = [1, "\ud800", 10**30]


@pytest.mark.slow
@pytest.mark.parametrize("definition", FIELDS.values(), ids=FIELDS)
def test_fields(definition: Any) -> None:
    """A field accepts the value of its path or expression, or fails its state."""
    assert errors(dumps(definition)) == []
    for value in ODD:
        holds(definition, {"v": value, "w": value, "items": ITEMS}, cuts=1)


@tries(200)
@given(st.sampled_from(list(FIELDS.values())), inputs)
def test_fields_of_any_value(definition: Any, input: Any) -> None:
    """A field also accepts or rejects values that Hypothesis generates."""
    holds(definition, {**input, "items": ITEMS})


@tries(100)
@given(
    inputs,
    st.sampled_from(["$.v", "States.Format('{}', $.v)", "States.JsonToString($)", "States.ArrayLength($.v)"]),
)
def test_texts_of_a_fail_state(input: Any, path: str) -> None:
    """ErrorPath and CausePath accept any string; any other value fails the state."""
    definition = {"StartAt": "A", "States": {"A": {"Type": "Fail", "ErrorPath": path, "CausePath": path}}}
    whole = run(definition, input)
    assert whole[-1].type == "ExecutionFailed"
    assert run(definition, input, history=[stored(event) for event in whole[:2]]) == whole


CHOICES = {
    **{f"{name}Path": {f"{name}Path": "$.w"} for name in COMPARISONS if name != "StringMatches"},
    **{name: {name: True} for name in TYPE_TESTS},
    **{f"matches {pattern!r}": {"StringMatches": pattern} for pattern in ("*", r"\*", "**a", "\ud800*")},
    **{f"NumericEquals {number}": {"NumericEquals": number} for number in (10**400, 1e308, -1)},
}


@tries(200)
@given(st.sampled_from(list(CHOICES.values())), inputs)
def test_choice_operators(rule: Any, input: Any) -> None:
    """A comparison of odd values is true or false, never an error."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.v", **rule, "Next": "B"}], "Default": "B"}
    last = holds({"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}, input)
    assert last.type == "ExecutionSucceeded"
