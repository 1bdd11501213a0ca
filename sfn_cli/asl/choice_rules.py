"""Choice Rules: compiles each rule of a Choice state to a function that returns whether it is true.

ASL: https://states-language.net/#choice-state. A comparison is true only for values of its own type: a
string is never NumericEquals a number, and a boolean is not a number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.errors import StatesError
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.query.scope import Scope

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

Rule = Callable[[Scope], bool]

_ABSENT: Json = object()


def compile_rule(rule: Mapping[str, Any]) -> Rule:
    """Compiles a JSONPath Choice Rule (a boolean expression or a data-test expression)."""
    if "And" in rule:
        all_of = [compile_rule(inner) for inner in rule["And"]]
        return lambda scope: all(inner(scope) for inner in all_of)
    if "Or" in rule:
        any_of = [compile_rule(inner) for inner in rule["Or"]]
        return lambda scope: any(inner(scope) for inner in any_of)
    if "Not" in rule:
        negated = compile_rule(rule["Not"])
        return lambda scope: not negated(scope)
    return _compile_data_test_rule(rule)


def _compile_data_test_rule(rule: Mapping[str, Any]) -> Rule:
    read = _rule_variable_reader(rule["Variable"])
    name = next(
        key
        for key in rule
        if key in COMPARISONS or key in TYPE_TESTS or key.removesuffix("Path") in COMPARISONS
    )
    wanted = rule[name]
    if name == "IsPresent":
        return lambda scope: (read(scope) is not _ABSENT) is wanted
    if name in TYPE_TESTS:
        has_type = TYPE_TESTS[name]
        return lambda scope: has_type(_rule_variable_is_present(read(scope), rule["Variable"])) is wanted
    if name in COMPARISONS:
        holds = COMPARISONS[name]
        return lambda scope: holds(_rule_variable_is_present(read(scope), rule["Variable"]), wanted)
    holds = COMPARISONS[name.removesuffix("Path")]
    read_wanted = _rule_variable_reader(wanted)
    return lambda scope: holds(
        _rule_variable_is_present(read(scope), rule["Variable"]),
        _rule_variable_is_present(read_wanted(scope), wanted),
    )


def _rule_variable_reader(text: str) -> Callable[[Scope], Json]:
    path = compile_path(text)

    def read(scope: Scope) -> Json:
        try:
            return path.evaluate(scope)
        except PathNotFound:
            return _ABSENT

    return read


def _rule_variable_is_present(value: Json, path: str) -> Json:
    if value is _ABSENT:
        raise StatesError(
            "States.Runtime",
            f"Invalid path '{path}': The choice state's condition path references an invalid value.",
        )
    return value


def _rule_value_is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rule_value_is_string(value: Json) -> bool:
    return isinstance(value, str)


def _rule_value_is_boolean(value: Json) -> bool:
    return isinstance(value, bool)


def _rule_value_is_timestamp(value: Json) -> bool:
    return isinstance(value, str) and parse_timestamp(value) is not None


TYPE_TESTS: Mapping[str, Callable[[Json], bool]] = {
    "IsPresent": lambda value: value is not _ABSENT,
    "IsNull": lambda value: value is None,
    "IsString": _rule_value_is_string,
    "IsNumeric": _rule_value_is_number,
    "IsBoolean": _rule_value_is_boolean,
    "IsTimestamp": _rule_value_is_timestamp,
}


def _typed_rule_comparison(
    has_type: Callable[[Json], bool], compare: Callable[[Any, Any], bool]
) -> Callable[[Json, Json], bool]:
    return lambda value, wanted: has_type(value) and has_type(wanted) and compare(value, wanted)


def _timestamp_rule_comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Json, Json], bool]:
    def holds(value: Json, wanted: Json) -> bool:
        if not isinstance(value, str) or not isinstance(wanted, str):
            return False
        one, other = parse_timestamp(value), parse_timestamp(wanted)
        return one is not None and other is not None and compare(one, other)

    return holds


def _string_matches_rule(value: Json, pattern: Json) -> bool:
    return (
        isinstance(value, str)
        and isinstance(pattern, str)
        and _contains_literals_in_order(value, *_string_matches_literals(pattern))
    )


@lru_cache(maxsize=1024)
def _string_matches_literals(pattern: str) -> tuple[str, ...]:
    r"""Returns the literal texts between the asterisks, which match any characters.

    `\*` is a literal asterisk and `\\` a backslash.
    """
    texts = [""]
    for part in re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern):
        if part == "*":
            texts.append("")
        else:
            texts[-1] += part[1:] if part[:1] == "\\" and len(part) == 2 else part
    return tuple(texts)


def _contains_literals_in_order(value: str, first: str, *others: str) -> bool:
    """Whether `value` consists of these texts with any characters between them.

    Each text is matched at its first occurrence, which finds a match if there is one. A regular
    expression (`.*a.*a.*`) would try every position for every text.
    """
    if not others:
        return value == first
    *inner, last = others
    if not value.startswith(first):
        return False
    at = len(first)
    for text in inner:
        found = value.find(text, at)
        if found < 0:
            return False
        at = found + len(text)
    return len(value) - len(last) >= at and value.endswith(last)


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}

COMPARISONS: Mapping[str, Callable[[Json, Json], bool]] = {
    **{
        f"String{name}": _typed_rule_comparison(_rule_value_is_string, compare)
        for name, compare in _ORDER.items()
    },
    **{
        f"Numeric{name}": _typed_rule_comparison(_rule_value_is_number, compare)
        for name, compare in _ORDER.items()
    },
    **{f"Timestamp{name}": _timestamp_rule_comparison(compare) for name, compare in _ORDER.items()},
    "BooleanEquals": _typed_rule_comparison(_rule_value_is_boolean, operator.eq),
    "StringMatches": _string_matches_rule,
}
"""The comparison operators: (value of Variable, expected value) → whether the comparison is true.

All except StringMatches have a …Path form.
"""
