"""Converts values to and from the JSONata engine, and defines their text and equality.

In the engine, None is undefined and NULL is null, lists have flags, and functions are values. Outside,
values are plain JSON.
"""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonata.utils import Utils

from sfn_cli.jsonvalue import dumps, json_value_is_larger_than
from sfn_cli.query.intrinsics import LONG
from sfn_cli.query.jsonata.limits import MAX_CHARACTERS, MAX_ELEMENTS, TOO_BIG, current_allowance
from sfn_cli.query.jsonata.messages import Refusal

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.query.scope import Scope

NULL = Utils.NULL_VALUE


class Bound(NamedTuple):
    """A value of the scope in the engine's form.

    If it contains no null (`plain`), it is also plain JSON.
    """

    original: Json
    value: Any
    plain: bool

    @classmethod
    def of(cls, original: Json) -> Bound:
        conversion = _ValueConversion()
        value = conversion.of(original)
        return cls(original, value, conversion.plain)


def to_engine_value(value: Json) -> Any:
    """Returns `value` with NULL for null and 1 for 1.0. Unchanged parts are shared, not copied."""
    return _ValueConversion().of(value)


_AS_THEY_ARE = frozenset((str, int, bool))


class _ValueConversion:
    """Converts for `to_engine_value`; afterwards `plain` says whether there was no null."""

    __slots__ = ("plain",)

    def __init__(self) -> None:
        self.plain = True

    def of(self, value: Json) -> Any:
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is dict:
            changed = {
                name: converted
                for name, item in value.items()
                if type(item) not in _AS_THEY_ARE and (converted := self.of(item)) is not item
            }
            return {**value, **changed} if changed else value
        if kind is list:
            places = {
                place: converted
                for place, item in enumerate(value)
                if type(item) not in _AS_THEY_ARE and (converted := self.of(item)) is not item
            }
            return [places.get(place, item) for place, item in enumerate(value)] if places else value
        if value is None:
            self.plain = False
            return NULL
        return _plain_number_value(value)


def from_engine_value(value: Any, scope: Scope) -> Json:
    """Returns a result as plain JSON. Raises Refusal if it cannot be JSON."""
    shared = {
        id(bound.value) for bound in scope.engine_values.values() if isinstance(bound, Bound) and bound.plain
    }
    return _PlainValue(shared).of(value)


class _PlainValue:
    """Converts to plain JSON; `shared` has the ids of values that are already plain.

    Elements and characters are limited, because a small result may contain one array 2**60 times, or one
    long string.
    """

    def __init__(self, shared: set[int]) -> None:
        self.shared = shared
        self.elements_left = MAX_ELEMENTS
        self.characters_left = 2 * MAX_CHARACTERS
        self.lengths: dict[int, int] = {}

    def of(self, value: Any) -> Json:
        if isinstance(value, str):
            self.take(len(value))
            if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                raise Refusal("", "The result contains half of a surrogate pair, which is not a character")
            return value
        if value is NULL or value is None:
            return None
        if isinstance(value, (bool, int, float)):
            return _plain_number_value(value)
        if id(value) in self.shared:
            self.take(self.length_of(value))
            return value
        if isinstance(value, (dict, list)):
            current_allowance().count_visits(len(value))
            self.elements_left -= len(value)
            if self.elements_left < 0:
                raise Refusal("", TOO_BIG)
        if isinstance(value, dict):
            return {name: self.of(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.of(item) for item in value]
        raise Refusal("", "The result contains a function, which is not JSON")

    def take(self, characters: int) -> None:
        self.characters_left -= characters
        if self.characters_left < 0:
            raise Refusal("", TOO_BIG)

    def length_of(self, shared: Json) -> int:
        """Returns the length of a shared value's text, which counts from its second use on."""
        known = self.lengths.get(id(shared))
        if known is None:
            self.lengths[id(shared)] = -1
            return 0
        if known < 0:
            known = self.lengths[id(shared)] = len(dumps(shared))
        return known


_MAX_INTEGER = int(sys.float_info.max)
"""The largest integer that fits a double. Larger integers are infinite in JSONata."""


def _plain_number_value(value: int | float) -> int | float:
    """Returns a number as AWS has it: an integer for 1.0 if it fits Java's long, otherwise a double.

    Raises Refusal for infinity and NaN.
    """
    if isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            raise Refusal("D1001", f"Number out of range: {'-' if value < 0 else ''}Infinity")
        # Measured on AWS: 9223372036854775808 is 9.223372036854776E18.
        return value if -LONG <= value < LONG else float(value)
    if not math.isfinite(value):
        raise Refusal("D1001", f"Number out of range: {'NaN' if math.isnan(value) else 'Infinity'}")
    if value.is_integer() and -LONG <= value < LONG:
        return int(value) if abs(value) <= 2**53 else int(Decimal(repr(value)))
    return value


def value_text(value: Any, indent: bool = False) -> str | None:
    """Returns `$string` of a value: a string unchanged, any other value as JavaScript's JSON.

    A function becomes the empty string.
    """
    if value is None:
        return None
    if getattr(value, "outer_wrapper", False):
        value = value[0]
    if isinstance(value, str):
        return value
    if not isinstance(value, (bool, int, float, dict, list)) and value is not NULL:
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        raise Refusal("D3001", "Attempting to invoke string function on Infinity or NaN")
    if isinstance(value, (dict, list)) and json_value_is_larger_than(value, MAX_CHARACTERS):
        raise Refusal("", TOO_BIG)
    return _value_json_text(value, "\n" if indent else "")


def _value_json_text(value: Any, newline: str) -> str:
    if value is NULL or value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number_value_text(value)
    inner = newline and newline + "  "
    if isinstance(value, dict):
        colon = ": " if newline else ":"
        parts = [
            json.dumps(name, ensure_ascii=False) + colon + _value_json_text(item, inner)
            for name, item in value.items()
        ]
        return "{" + inner + ("," + inner).join(parts) + newline + "}" if parts else "{}"
    if isinstance(value, list):
        parts = [_value_json_text(item, inner) for item in value]
        return "[" + inner + ("," + inner).join(parts) + newline + "]" if parts else "[]"
    return '""'


def number_value_text(value: int | float) -> str:
    """Returns a number as JavaScript prints it, to 15 digits if it has a fraction.

    So 0.1 + 0.2 is 0.3.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise Refusal("D1001", f"Number out of range: {'NaN' if math.isnan(value) else 'Infinity'}")
    if isinstance(value, int) and abs(value) < 10**21:
        return str(value)
    number = float(value) if float(value).is_integer() else float(f"{value:.15g}")
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    figures = "".join(map(str, digits))
    point = len(figures) + exponent  # the position of the decimal point in the figures
    minus = "-" if sign and number else ""
    if 0 < point <= 21:
        return minus + (
            figures[:point].ljust(point, "0") + ("." + figures[point:] if point < len(figures) else "")
        )
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{figures}"
    fraction = "." + figures[1:] if len(figures) > 1 else ""
    return f"{minus}{figures[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def values_strictly_equal(left: Any, right: Any) -> bool:
    """Whether both have the same type and are equal, as in JavaScript's ===.

    Objects and arrays are equal only if they are identical.
    """
    if isinstance(left, (dict, list)) or isinstance(right, (dict, list)):
        return left is right
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def values_deeply_equal(left: Any, right: Any) -> bool:
    """Whether both are equal JSON; true is not 1."""
    if isinstance(left, list) and isinstance(right, list):
        current_allowance().count_visits(len(left))
        return len(left) == len(right) and all(map(values_deeply_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        current_allowance().count_visits(len(left))
        return left.keys() == right.keys() and all(
            values_deeply_equal(item, right[name]) for name, item in left.items()
        )
    return left is right or (isinstance(left, bool) == isinstance(right, bool) and bool(left == right))


def value_key(value: Any) -> object:
    """Returns a hashable key that is equal for values that are deeply equal."""
    if isinstance(value, (list, dict)):
        current_allowance().count_visits(32 + 16 * len(value))
        current_allowance().count_bytes(100 * len(value))
    if isinstance(value, list):
        return tuple(map(value_key, value))
    if isinstance(value, dict):
        return frozenset((name, value_key(item)) for name, item in value.items())
    return (bool, value) if isinstance(value, bool) else value


def double_value(value: Any) -> Any:
    """Returns a number as a JavaScript double, if possible; any other value unchanged."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError:
        return value
