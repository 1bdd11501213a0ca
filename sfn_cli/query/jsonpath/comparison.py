"""How two values compare in a filter of a JSONPath: as in Jayway, which AWS uses.

Rule 1: a number and a string are equal if the right one, read as the left one's type, is: `'1' == 1`.
Rule 2: an order is only between two numbers or two strings.
Rule 3: MISSING equals nothing, not even itself, so it differs from everything.
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
"""The value of a definite path in a filter that names nothing."""

_NUMBER = re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d{1,6})?", re.ASCII)


def read_number(text: str) -> int | float | None:
    """The number that the text spells in Java (`010` is ten), or None if it is none, or beyond a double."""
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


def equal(left: Any, right: Any) -> bool:
    """`==`"""
    kind, other = type(left), type(right)
    if kind is str and other in (int, float):
        return bool(left == java_text(right))
    if kind in (int, float):
        if other is str:
            right = read_number(right)
        return type(right) in (int, float) and bool(left == right)
    return left is not MISSING and kind is other and _same(left, right)


def _same(left: Json, right: Json) -> bool:
    """Equal JSON; true is not 1."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(item, right[name]) for name, item in left.items())
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _alike(left: Any, right: Any) -> bool:
    """`===`"""
    numbers = (int, float)
    return (type(left) is type(right) or (type(left) in numbers and type(right) in numbers)) and equal(
        left, right
    )


def _are_ordered(left: Any, right: Any) -> bool:
    kind, other = type(left), type(right)
    return other in (int, float) if kind in (int, float) else kind is other is str


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "===": _alike,
    "!==": lambda left, right: not _alike(left, right),
    "<": lambda left, right: _are_ordered(left, right) and left < right,
    ">": lambda left, right: _are_ordered(left, right) and left > right,
    "<=": lambda left, right: _are_ordered(left, right) and left <= right,
    ">=": lambda left, right: _are_ordered(left, right) and left >= right,
}
