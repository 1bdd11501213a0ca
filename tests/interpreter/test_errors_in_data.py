"""The error and cause of a state whose data is invalid for a field or a function."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interpreter.manual_driver import run

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:a"
TASK = {"Type": "Task", "Resource": ACTIVITY}
PROCESSOR = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
INLINE = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": PROCESSOR}
CONFIG = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
DISTRIBUTED = {**INLINE, "ItemProcessor": {**PROCESSOR, **CONFIG}}
TOLERANCE = {"ToleratedFailureCountPath": "$.v"}
LONG = 99999999999999999999999999
WHERE = "An error occurred while executing the state 'A' (entered at the event id #2). "


def ended(state: Any, value: Any, language: str = "JSONPath") -> tuple[str, Any]:
    """The last event of an execution of this state, and its output or (error, cause)."""
    machine = {"QueryLanguage": language, "StartAt": "A", "States": {"A": {**state, "End": True}}}
    last = run(machine, {"v": value, "items": [1, 2]})[-1]
    if last.payload is not None:
        return last.type, last.payload.value
    details = last.details or {}
    return last.type, (details.get("error"), details.get("cause"))


def not_valid(path: str, shown: str, kind: str = "integer") -> str:
    return f'The {path} field refers to value "{shown}" which is not a valid {kind}: $.v'


@pytest.mark.parametrize(
    "state, value, cause",
    [
        ({**INLINE, "MaxConcurrencyPath": "$.v"}, LONG, not_valid("MaxConcurrencyPath", str(LONG))),
        ({**INLINE, "MaxConcurrencyPath": "$.v"}, 2**31, not_valid("MaxConcurrencyPath", str(2**31))),
        ({**INLINE, "MaxConcurrencyPath": "$.v"}, "1_0", not_valid("MaxConcurrencyPath", "1_0")),
        ({**INLINE, "MaxConcurrencyPath": "$.v"}, -1, "MaxConcurrency cannot be negative."),
        ({**DISTRIBUTED, "MaxConcurrencyPath": "$.v"}, -1, "MaxConcurrency cannot be negative."),
        ({**DISTRIBUTED, "MaxConcurrencyPath": "$.v"}, 1e26, not_valid("MaxConcurrencyPath", "1.0E26")),
        ({**DISTRIBUTED, **TOLERANCE}, LONG, not_valid("ToleratedFailureCountPath", str(LONG))),
        ({**DISTRIBUTED, **TOLERANCE}, -1, "ToleratedFailureCount cannot be negative."),
        (
            {**DISTRIBUTED, "ToleratedFailurePercentagePath": "$.v"},
            "NaN",
            not_valid("ToleratedFailurePercentagePath", "NaN", "float"),
        ),
        (
            {**DISTRIBUTED, "ToleratedFailurePercentagePath": "$.v"},
            LONG,
            "ToleratedFailurePercentage must be between 0 and 100.",
        ),
        (
            {**DISTRIBUTED, "ItemBatcher": {"MaxItemsPerBatchPath": "$.v"}},
            LONG,
            not_valid("MaxItemsPerBatchPath", str(LONG)),
        ),
        ({**TASK, "TimeoutSecondsPath": "$.v"}, LONG, not_valid("TimeoutSecondsPath", str(LONG))),
        (
            {**TASK, "TimeoutSecondsPath": "$.v"},
            10**8,
            "TimeoutSeconds must be between 0 and 99999999 but was: 100000000",
        ),
        (
            {**TASK, "HeartbeatSecondsPath": "$.v"},
            -1,
            "HeartbeatSeconds must be between 0 and 99999999 but was: -1",
        ),
        (
            {"Type": "Wait", "SecondsPath": "$.v"},
            LONG,
            f"The SecondsPath parameter cannot be parsed as a long value: $.v == {LONG}",
        ),
        ({"Type": "Wait", "SecondsPath": "$.v"}, 2**63 - 1, "Wait state delay is too long."),
    ],
)
def test_a_path_to_a_number_that_does_not_suit(state: Any, value: Any, cause: str) -> None:
    """A number out of range fails the state, with AWS's message where it is known."""
    assert ended(state, value) == ("ExecutionFailed", ("States.Runtime", WHERE + cause))


@pytest.mark.parametrize(
    "field, expression, cause",
    [  # tiny-asl-machine for TimeoutSeconds; the others follow it
        ("TimeoutSeconds", "1.6", "The TimeoutSeconds field cannot be parsed as an integer: 1.6"),
        ("TimeoutSeconds", "-1", "TimeoutSeconds must be between 0 and 99999999 but was: -1"),
        ("HeartbeatSeconds", "-1", "HeartbeatSeconds must be between 0 and 99999999 but was: -1"),
        ("MaxConcurrency", "1.5", "The MaxConcurrency field cannot be parsed as an integer: 1.5"),
        ("MaxConcurrency", "1e30", "The MaxConcurrency field cannot be parsed as an integer: 1.0E30"),
        (
            "ToleratedFailureCount",
            "4294967296",
            "The ToleratedFailureCount field cannot be parsed as an integer: 4294967296",
        ),
    ],
)
def test_an_expression_of_a_number_that_does_not_suit(field: str, expression: str, cause: str) -> None:
    """A number out of range is an error of the expression."""
    if field in ("TimeoutSeconds", "HeartbeatSeconds"):
        state = {**TASK, field: f"{{% {expression} %}}"}
    else:
        processor = DISTRIBUTED["ItemProcessor"]
        state = {"Type": "Map", "Items": [1], "ItemProcessor": processor, field: f"{{% {expression} %}}"}
    assert ended(state, None, "JSONata") == (
        "ExecutionFailed",
        ("States.QueryEvaluationError", WHERE + cause),
    )


@pytest.mark.parametrize(
    "call, value, result",
    [
        ("States.Base64Encode($.v)", "\ud800", "Pw=="),  # "?", as Java's String.getBytes has it
        ("States.Base64Encode($.v)", "a\udfffé", "YT/DqQ=="),
        ("States.Base64Encode(States.Format('{}{}', $.v[0], $.v[1]))", ["\ud83d", "\ude00"], "8J+YgA=="),
        ("States.Hash($.v, 'MD5')", "\ud800", "d1457b72c3fb323a2671125aef3eab5d"),
        ("States.MathAdd($.v, 1)", 2**63 - 2, 2**63 - 1),
    ],
)
def test_a_text_that_no_encoding_has(call: str, value: Any, result: Any) -> None:
    """Half of a surrogate pair is a question mark in bytes; two adjacent halves are a character."""
    state = {"Type": "Pass", "Parameters": {"x.$": call}}
    assert ended(state, value) == ("ExecutionSucceeded", {"x": result})


@pytest.mark.parametrize(
    "call, value, why",
    [
        ("States.MathAdd($.v, 1)", LONG, "the first argument must be an integer"),
        ("States.MathAdd(1, 1e999)", None, "the second argument must be an integer"),
        ("States.ArrayRange(0, $.v, 1)", 1e30, "the second argument must be an integer"),
        ("States.ArrayGetItem($.items, $.v)", -LONG, "the second argument must be an integer"),
        ("States.ArrayPartition($.items, $.v)", LONG, "the second argument must be an integer"),
        ("States.MathRandom(0, 5, $.v)", LONG, "the third argument must be an integer"),
    ],
)
def test_a_number_beyond_javas_long(call: str, value: Any, why: str) -> None:
    """A number beyond Java's long is not an integer to an intrinsic function."""
    kind, (error, cause) = ended({"Type": "Pass", "Parameters": {"x.$": call}}, value)
    assert (kind, error) == ("ExecutionFailed", "States.Runtime")
    assert cause == f"{WHERE}The function '{call}' had the following error: {why}"


def test_an_integer_that_is_infinite_to_jsonata() -> None:
    """JSONata's numbers are doubles: an integer beyond them is out of range."""
    kind, (error, cause) = ended({"Type": "Pass", "Output": "{% $states.input.v %}"}, 10**400, "JSONata")
    assert (kind, error) == ("ExecutionFailed", "States.QueryEvaluationError")
    assert cause.endswith("threw an error during evaluation. D1001: Number out of range: Infinity")


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression",
    [
        "$contains($states.input.v, /{}/)",
        "$contains($states.input.v, /^{}$/i)",
        "$match($states.input.v, /({})/).match = $states.input.v",
        "$replace($states.input.v, /{}/, '') = ''",
    ],
)
def test_a_long_word_in_a_regular_expression(expression: str) -> None:
    """A word of thousands of equal characters is found immediately, without slow tables.

    The tables would take minutes.
    """
    word = "9" * 20_000
    output = f"{{% {expression.replace('{}', word)} %}}"
    assert ended({"Type": "Pass", "Output": output}, word, "JSONata") == ("ExecutionSucceeded", True)


def test_a_long_picture_of_a_time() -> None:
    """The engine compiles it to a regular expression, and a long one compiles quickly too."""
    expression = "$exists($toMillis($states.input.v, $states.input.v))"
    state = {"Type": "Pass", "Output": f"{{% {expression} %}}"}
    assert ended(state, "9" * 20_000, "JSONata") == ("ExecutionSucceeded", False)
