"""Payload Templates in both query languages."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.errors import StatesError
from sfn_cli.query.payload_template import (
    InvalidTemplate,
    compile_jsonata_template,
    compile_jsonpath_template,
)
from sfn_cli.query.scope import Scope

INPUT = {"a": 1, "list": [{"n": 1}, {"n": 2}], "none": None}
SCOPE = Scope(
    INPUT,
    context=lambda: {"State": {"Name": "S"}},
    variables={"v": {"w": 7}},
    states={"input": INPUT, "result": {"ok": True}},
)


@pytest.mark.parametrize(
    "template, value",
    [
        ({"x.$": "$.a", "y": 2}, {"y": 2, "x": 1}),
        ({"x.$": "$.none"}, {"x": None}),
        ({"x.$": "$.list[*].n"}, {"x": [1, 2]}),
        ({"x.$": "States.MathAdd($.a, 1)"}, {"x": 2}),
        ({"x.$": "$$.State.Name", "y.$": "$v.w"}, {"x": "S", "y": 7}),
        ({"deep": {"list": [{"x.$": "$.a"}, 3]}}, {"deep": {"list": [{"x": 1}, 3]}}),
        (
            {"x": "$.a", "y": ["$.a", "States.UUID()"], "z": "{% $v %}"},
            {"x": "$.a", "y": ["$.a", "States.UUID()"], "z": "{% $v %}"},
        ),
        ({"z.$": "$.a", "b": 1, "a.$": "$.a"}, {"b": 1, "a": 1, "z": 1}),
        *(  # LocalStack, stackd, tiny-asl-machine
            (dict.fromkeys(names, "$.a"), dict.fromkeys(order.split(), 1))
            for names, order in [
                (["Payload.$", "FunctionName.$"], "FunctionName Payload"),
                (["StateMachineArn.$", "Input.$", "Name.$"], "Input StateMachineArn Name"),
                (["QueueUrl.$", "TaskToken.$"], "TaskToken QueueUrl"),
                (["i.$", "v.$"], "v i"),
                (["Source.$", "Value.$"], "Value Source"),
                (["first.$", "second.$"], "first second"),
                (
                    ["ApiEndpoint.$", "Method.$", "Path.$", "Stage.$", "RequestBody.$", "Headers.$"],
                    "Path Headers Stage ApiEndpoint Method RequestBody",
                ),
            ]
        ),
        ("$.a", "$.a"),
    ],
)
def test_jsonpath_template(template: Any, value: Any) -> None:
    """Only names ending in `.$` are evaluated, at any depth; they come last, in a HashMap's order."""
    made = compile_jsonpath_template(template, "Parameters").evaluate(SCOPE)
    assert made == value
    assert not isinstance(value, dict) or list(made) == list(value)


@pytest.mark.parametrize(
    "template, value",
    [
        ("{% $states.input.a + 1 %}", 2),
        ("{%$states.input.a%}", 1),
        (" {% $states.input %} ", " {% $states.input %} "),  # recorded: constant_not_jsonata
        ({"x": "{% $states.result.ok %}", "y": "$states.input"}, {"x": True, "y": "$states.input"}),
        (
            [None, 0, 0.1, True, "string", [], "{% $states.input.a %}", {"key": "{% true %}"}],
            [None, 0, 0.1, True, "string", [], 1, {"key": True}],
        ),
        ({"x": "{% $states.input.none %}"}, {"x": None}),
        ({"x": "{% $states.context.State.Name & '!' %}", "y": "{% $v.w %}"}, {"x": "S!", "y": 7}),
    ],
)
def test_jsonata_template(template: Any, value: Any) -> None:
    """Strings of the form `{% … %}` are evaluated, at any depth."""
    assert compile_jsonata_template(template, "Output").evaluate(SCOPE) == value


@pytest.mark.parametrize("value", [None, 1, "text", [], {}, {"a": [1, {"b": "$.c"}]}])
def test_a_constant_is_given_as_it_is(value: Any) -> None:
    """A template without expressions is constant and not copied."""
    for template in (
        compile_jsonpath_template(value, "Parameters"),
        compile_jsonata_template(value, "Output"),
    ):
        assert template.constant
        assert template.evaluate(SCOPE) is value


def test_missing_path_names_its_key() -> None:
    """A missing value has AWS's message (recorded: INVALID_JSONPATH_IN_STRING_EXPR_JSONPATH)."""
    template = compile_jsonpath_template({"deep": {"value.$": "$.no_such_jsonpath"}}, "Parameters")
    assert not template.constant
    with pytest.raises(StatesError) as caught:
        template.evaluate(Scope({"int-literal": 0}))
    assert caught.value.error == "States.Runtime"
    assert caught.value.cause == (
        "The JSONPath '$.no_such_jsonpath' specified for the field 'value.$' "
        """could not be found in the input '{"int-literal":0}'"""
    )


@pytest.mark.parametrize(
    "template, location",
    [
        ("{% $doesNotExist %}", "Output"),
        # Recorded: BASE_UNDEFINED_OUTPUT_MULTIPLE_STATES.
        ({"result": "{% $doesNotExist %}"}, "Output/result"),
        ({"a": {"b": [0, "{% $doesNotExist %}"]}}, "Output/a/b[1]"),
    ],
)
def test_undefined_is_located(template: Any, location: str) -> None:
    """An expression without a value fails, and the error has its place."""
    with pytest.raises(StatesError) as caught:
        compile_jsonata_template(template, "Output").evaluate(SCOPE)
    assert caught.value.error == "States.QueryEvaluationError"
    assert caught.value.location == location
    assert caught.value.cause == (
        f"The JSONata expression '$doesNotExist' specified for the field '{location}' "
        "returned nothing (undefined)."
    )


@pytest.mark.parametrize(
    "template, location, key",
    [
        ({"x.$": "no path"}, "", "x.$"),
        ({"x.$": 5}, "", "x.$"),
        ({"a": [{"x.$": "$.a["}]}, "/a/0", "x.$"),
        ({"parsed.$": r"""States.StringToJson('{"a":"\"b\""}')"""}, "", "parsed.$"),
    ],
)
def test_invalid_jsonpath_template(template: Any, location: str, key: str) -> None:
    """An invalid path or function has AWS's message and the place of its object."""
    with pytest.raises(InvalidTemplate) as caught:
        compile_jsonpath_template(template, "Parameters")
    assert caught.value.location == location
    assert caught.value.code == "SCHEMA_VALIDATION_FAILED"
    assert (
        caught.value.message
        == f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
    )


@pytest.mark.parametrize(
    "template, location, code, message",
    [
        ("{% 1 + %}", "", "INVALID_JSONATA_EXPRESSION", "Unexpected end of expression"),
        ({"a": ["{% a[1,2) %}"]}, "/a/0", "INVALID_JSONATA_EXPRESSION", 'Expected "]", got ","'),
        (
            {"v": "{% phone.number %}"},
            "/v",
            "UNSUPPORTED_JSONATA_EXPRESSION",
            "Reference to 'phone' at the top level is not supported.",
        ),
    ],
)
def test_invalid_jsonata_template(template: Any, location: str, code: str, message: str) -> None:
    """An invalid expression, or one that reads a name without a value, is an error at its place."""
    with pytest.raises(InvalidTemplate) as caught:
        compile_jsonata_template(template, "Output")
    assert (caught.value.location, caught.value.code, caught.value.message) == (location, code, message)
