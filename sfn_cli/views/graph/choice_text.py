"""Readable text of Choice Rules: `$.amount > 1000`, `$.a is present and not ($.b matches "x*")`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.views.graph.lenient_json import single_spaced

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPARISONS: Mapping[str, str] = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "≤",
    "GreaterThanEquals": "≥",
    "Matches": "matches",
}
_TYPES_OF_COMPARISON = ("String", "Numeric", "Boolean", "Timestamp")
_NOT_A_TEST = frozenset({"Variable", "Next", "Comment", "Assign", "Output"})
_MOST_NESTED = 40
"""The nesting depth below which rules are shown as "…"."""


def choice_rule_text(rule: Any, depth: int = 0) -> str:
    """Returns a Choice Rule of either query language as one line; of an invalid rule, the valid parts."""
    if not isinstance(rule, dict):
        return single_spaced(json.dumps(rule, ensure_ascii=False))
    if depth > _MOST_NESTED:
        return "…"
    if "Condition" in rule:
        return condition_text(rule["Condition"])
    for field, word in (("And", " and "), ("Or", " or ")):
        if isinstance(rule.get(field), list):
            return word.join(_inner_rule_text(inner, depth) for inner in rule[field]) or field.lower()
    if "Not" in rule:
        return _negated_rule_text(rule["Not"], depth)
    return _data_test_text(rule, is_negated=False)


def condition_text(condition: Any) -> str:
    """Returns a JSONata condition without its {% and %}."""
    if not isinstance(condition, str):
        return json.dumps(condition, ensure_ascii=False)
    return single_spaced(condition.strip().removeprefix("{%").removesuffix("%}"))


def _inner_rule_text(rule: Any, depth: int) -> str:
    text = choice_rule_text(rule, depth + 1)
    return f"({text})" if _has_several_parts(rule) else text


def _has_several_parts(rule: Any) -> bool:
    return isinstance(rule, dict) and any(
        isinstance(rule.get(field), list) and len(rule[field]) > 1 for field in ("And", "Or")
    )


def _negated_rule_text(rule: Any, depth: int) -> str:
    if isinstance(rule, dict) and {"And", "Or", "Not", "Condition"}.isdisjoint(rule):
        operator = _operator(rule).removesuffix("Path")
        is_equality = operator.endswith("Equals") and not operator.endswith("ThanEquals")
        if operator.startswith("Is") or is_equality:
            return _data_test_text(rule, is_negated=True)
    return f"not ({choice_rule_text(rule, depth + 1)})"


def _operator(rule: Mapping[str, Any]) -> str:
    return next((field for field in rule if field not in _NOT_A_TEST), "")


def _data_test_text(rule: Mapping[str, Any], *, is_negated: bool) -> str:
    variable = rule["Variable"] if isinstance(rule.get("Variable"), str) else "?"
    operator = _operator(rule)
    if not operator:
        return variable
    wanted = rule[operator]
    if operator.startswith("Is"):
        holds = bool(wanted) is not is_negated
        return f"{variable} {'is' if holds else 'is not'} {operator.removeprefix('Is').lower()}"
    is_path = operator.endswith("Path") and isinstance(wanted, str)
    shown = wanted if is_path else single_spaced(json.dumps(wanted, ensure_ascii=False))
    name = operator.removesuffix("Path")
    for type in _TYPES_OF_COMPARISON:
        sign = _COMPARISONS.get(name.removeprefix(type))
        if name.startswith(type) and sign is not None:
            return f"{variable} {'≠' if is_negated else sign} {shown}"
    return f"{variable} {operator} {shown}"
