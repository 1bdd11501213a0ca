"""Comparison of two values in a JSONPath filter, as in Jayway, which AWS uses.

Rule 1: a number and a string are equal if the right one equals the left one after conversion to its type:
`'1' == 1`.
Rule 2: only two numbers or two strings are ordered.
Rule 3: MISSING is equal to nothing, not even itself, so it differs from everything.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.query.java_text import java_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json

MISSING = object()
"""The value of a definite path in a filter that matches nothing."""

_NUMBER = re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d{1,6})?", re.ASCII)


def read_compared_number(text: str) -> int | float | None:
    """Returns the number that the text means in Java (`010` is ten).

    None if it is not a number, or exceeds a double.
    """
    if not _NUMBER.fullmatch(text):
        return None
    if text.isdigit() and len(text) < 300:
        return int(text)
    number = float(text)
    return (
        None
        if math.isinf(number)
        else int(number)
        if number.is_integer() and abs(number) <= 2**53
        else number
    )


def compare_equal(left: Any, right: Any) -> bool:
    """`==`"""
    kind, other = type(left), type(right)
    if kind is str and other in (int, float):
        return bool(left == java_text(right))
    if kind in (int, float):
        if other is str:
            right = read_compared_number(right)
        return type(right) in (int, float) and bool(left == right)
    return left is not MISSING and kind is other and _compare_json(left, right)


def _compare_json(left: Json, right: Json) -> bool:
    """Whether both are equal JSON; true is not 1."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_compare_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _compare_json(item, right[name]) for name, item in left.items()
        )
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _compare_strictly(left: Any, right: Any) -> bool:
    """`===`"""
    numbers = (int, float)
    return (
        type(left) is type(right) or (type(left) in numbers and type(right) in numbers)
    ) and compare_equal(left, right)


def _comparison_is_ordered(left: Any, right: Any) -> bool:
    kind, other = type(left), type(right)
    return other in (int, float) if kind in (int, float) else kind is other is str


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": compare_equal,
    "!=": lambda left, right: not compare_equal(left, right),
    "===": _compare_strictly,
    "!==": lambda left, right: not _compare_strictly(left, right),
    "<": lambda left, right: _comparison_is_ordered(left, right) and left < right,
    ">": lambda left, right: _comparison_is_ordered(left, right) and left > right,
    "<=": lambda left, right: _comparison_is_ordered(left, right) and left <= right,
    ">=": lambda left, right: _comparison_is_ordered(left, right) and left >= right,
}
