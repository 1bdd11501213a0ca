"""Choice Rules: a comparison is true only for values of its own type."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.asl.choice_rules import compile_rule
from sfn_cli.errors import StatesError
from sfn_cli.query.scope import Scope

NOON = "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    "rule, input, holds",
    [
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": 1}, True),
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": 1.0}, True),
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": True}, False),  # a boolean is not a number
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": "1"}, False),
        ({"Variable": "$.n", "NumericLessThan": 2}, {"n": 1}, True),
        ({"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.m"}, {"n": 2, "m": 2}, True),
        ({"Variable": "$.s", "StringEquals": "a"}, {"s": "a"}, True),
        ({"Variable": "$.s", "StringLessThan": "b"}, {"s": "a"}, True),
        ({"Variable": "$.s", "StringGreaterThanPath": "$.t"}, {"s": "b", "t": "a"}, True),
        ({"Variable": "$.s", "StringMatches": "log-*.txt"}, {"s": "log-7.txt"}, True),
        ({"Variable": "$.s", "StringMatches": "log-*.txt"}, {"s": "log-7.csv"}, False),
        ({"Variable": "$.s", "StringMatches": "a\\*b"}, {"s": "a*b"}, True),
        ({"Variable": "$.s", "StringMatches": "a\\*b"}, {"s": "axb"}, False),
        ({"Variable": "$.s", "StringMatches": "a\\\\*"}, {"s": "a\\z"}, True),
        ({"Variable": "$.s", "StringMatches": "a.c"}, {"s": "abc"}, False),
        ({"Variable": "$.s", "StringMatches": "*"}, {"s": ""}, True),
        ({"Variable": "$.s", "StringMatches": "a*a"}, {"s": "a"}, False),  # one character cannot match both
        ({"Variable": "$.s", "StringMatches": "*ab*b"}, {"s": "abab"}, True),
        ({"Variable": "$.s", "StringMatches": "**a**"}, {"s": "\na\n"}, True),
        # As a regular expression, this would take forever.
        ({"Variable": "$.s", "StringMatches": "*a" * 30 + "*b"}, {"s": "a" * 10_000}, False),
        ({"Variable": "$.b", "BooleanEquals": False}, {"b": False}, True),
        ({"Variable": "$.b", "BooleanEquals": False}, {"b": 0}, False),
        ({"Variable": "$.b", "BooleanEqualsPath": "$.c"}, {"b": True, "c": True}, True),
        ({"Variable": "$.t", "TimestampEquals": NOON}, {"t": "2026-11-24T13:00:00+01:00"}, True),
        ({"Variable": "$.t", "TimestampLessThan": NOON}, {"t": "2026-11-24T11:59:59.999999999Z"}, True),
        ({"Variable": "$.t", "TimestampLessThan": NOON}, {"t": "yesterday"}, False),
        ({"Variable": "$.x", "IsNull": True}, {"x": None}, True),
        ({"Variable": "$.x", "IsString": True}, {"x": 1}, False),
        ({"Variable": "$.x", "IsNumeric": False}, {"x": True}, True),
        ({"Variable": "$.x", "IsBoolean": True}, {"x": True}, True),
        ({"Variable": "$.x", "IsTimestamp": True}, {"x": NOON}, True),
        ({"Variable": "$.x", "IsTimestamp": True}, {"x": "2026-13-24T12:00:00Z"}, False),
        ({"Variable": "$.gone", "IsPresent": False}, {}, True),
        ({"Variable": "$.x", "IsPresent": True}, {"x": None}, True),
        ({"Not": {"Variable": "$.n", "NumericEquals": 1}}, {"n": 2}, True),
        (
            {"And": [{"Variable": "$.gone", "IsPresent": True}, {"Variable": "$.gone", "NumericEquals": 1}]},
            {},
            False,
        ),
        (
            {"Or": [{"Variable": "$.n", "NumericEquals": 1}, {"Variable": "$.n", "NumericEquals": 2}]},
            {"n": 2},
            True,
        ),
    ],
)
def test_choice_rule(rule: dict[str, Any], input: Any, holds: bool) -> None:
    """A rule is true or false for an input."""
    assert compile_rule(rule)(Scope(input)) is holds


@pytest.mark.parametrize(
    "rule", [{"Variable": "$.gone", "IsNull": True}, {"Variable": "$.gone", "StringEquals": "a"}]
)
def test_a_variable_that_is_not_there(rule: dict[str, Any]) -> None:
    """Only IsPresent may read a missing value."""
    with pytest.raises(
        StatesError,
        match=r"Invalid path '\$\.gone': The choice state's condition path references an invalid value",
    ):
        compile_rule(rule)(Scope({}))
