"""Readable text of Choice Rules."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.graph.choice_text import choice_rule_text

V = {"Variable": "$.a"}
RULES: list[tuple[Any, str]] = [
    ({**V, "NumericGreaterThan": 1000, "Next": "B"}, "$.a > 1000"),
    ({**V, "NumericLessThanEquals": 1.5}, "$.a ≤ 1.5"),
    ({**V, "NumericGreaterThanEqualsPath": "$.b"}, "$.a ≥ $.b"),
    ({**V, "StringEquals": 'say "hello"'}, '$.a = "say \\"hello\\""'),
    ({**V, "StringEqualsPath": "$.b"}, "$.a = $.b"),
    ({**V, "StringMatches": "*.log"}, '$.a matches "*.log"'),
    ({**V, "BooleanEquals": True}, "$.a = true"),
    ({**V, "TimestampLessThan": "2026-11-28T00:00:00Z"}, '$.a < "2026-11-28T00:00:00Z"'),
    ({**V, "IsPresent": True}, "$.a is present"),
    ({**V, "IsNull": False}, "$.a is not null"),
    ({"Not": {**V, "IsPresent": True}}, "$.a is not present"),
    ({"Not": {**V, "IsPresent": False}}, "$.a is present"),
    ({"Not": {**V, "StringEquals": "x"}}, '$.a ≠ "x"'),
    ({"Not": {**V, "NumericEqualsPath": "$.b"}}, "$.a ≠ $.b"),
    ({"Not": {**V, "NumericLessThanEquals": 3}}, "not ($.a ≤ 3)"),
    ({"Not": {"Not": {**V, "NumericLessThan": 3}}}, "not (not ($.a < 3))"),
    (
        {"And": [{**V, "IsPresent": True}, {**V, "NumericGreaterThan": 3}]},
        "$.a is present and $.a > 3",
    ),
    (
        {"Or": [{"And": [{**V, "NumericLessThan": 1}, {**V, "IsNumeric": True}]}, {**V, "IsNull": True}]},
        "($.a < 1 and $.a is numeric) or $.a is null",
    ),
    ({"And": [{"Or": [{**V, "IsNull": True}]}]}, "$.a is null"),
    ({"Condition": "{% $amount > 1000 %}", "Next": "B"}, "$amount > 1000"),
    ({"Condition": "{%  $a\n   and $b %}"}, "$a and $b"),
    ({"Condition": True}, "true"),
]
BROKEN: list[tuple[Any, str]] = [
    ({}, "?"),
    ({"Variable": 7, "StringEquals": None}, "? = null"),
    ({**V}, "$.a"),
    ({**V, "StringEquls": "x"}, '$.a StringEquls "x"'),
    ({**V, "NumericEqualsPath": 5}, "$.a = 5"),
    ({"And": []}, "and"),
    ({"And": ["x", None]}, '"x" and null'),
    ({"Not": 5}, "not (5)"),
    ({"Condition": {"x": 1}}, '{"x": 1}'),
    ("x", '"x"'),
]


@pytest.mark.parametrize("rule, text", [*RULES, *BROKEN])
def test_a_rule_reads_like_a_sentence(rule: Any, text: str) -> None:
    assert choice_rule_text(rule) == text


def test_a_rule_nested_without_end_is_cut() -> None:
    rule: Any = {**V, "IsNull": True}
    for _ in range(500):
        rule = {"And": [rule, rule]}
        rule = {"Not": rule["And"][0]}
    assert choice_rule_text(rule).count("not (") == 41
