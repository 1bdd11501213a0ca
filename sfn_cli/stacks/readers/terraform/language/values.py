"""Terraform's values and the conversions between their types.

Values are JSON values: None, bool, int and float, str, list (also for tuples and sets) and dict.
Objects whose attributes are evaluated when they are read (resources, modules) are `Attributes`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.terraform.language.syntax import Position

Value = Any


class ConversionError(Exception):
    """A value of the wrong type or out of range; the evaluator adds the place."""


@runtime_checkable
class Attributes(Protocol):
    """An object whose attributes are evaluated when they are read."""

    def attribute(self, name: str, at: Position) -> Value:
        """Returns an attribute. Raises TemplateError if it does not exist."""


def type_name(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "an object"


def to_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    raise ConversionError(f"{type_name(value)} cannot be used as a string")


def number_text(value: float) -> str:
    value = simple_number(value)
    if isinstance(value, float):
        text = repr(value)
        return format(value, "f").rstrip("0").rstrip(".") if "e" in text else text
    return str(value)


def to_number(value: Value) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ConversionError(f"{type_name(value)} cannot be used as a number")
    if isinstance(value, str):
        try:
            return simple_number(float(value)) if not value.lstrip("-").isdigit() else int(value)
        except ValueError:
            raise ConversionError(f"{value[:40]!r} is not a number") from None
    return value


def to_boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise ConversionError(f"{type_name(value)} cannot be used as a boolean")


def to_list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise ConversionError(f"{type_name(value)} cannot be used as a list")


def to_object(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise ConversionError(f"{type_name(value)} cannot be used as an object")


def to_integer(value: Value) -> int:
    number = to_number(value)
    if isinstance(number, float):
        raise ConversionError(f"{number_text(number)} is not a whole number")
    return number


def simple_number(value: float) -> int | float:
    """Returns a number, as an int if it is whole."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    return value


def are_equal(left: Value, right: Value) -> bool:
    """Compares by type and value: `1 == "1"` and `1 == true` are false."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(are_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(are_equal(left[key], right[key]) for key in left)
    return type_name(left) == type_name(right) and bool(left == right)


def sort_key(value: Value) -> tuple[int, Any]:
    """Returns the sort key of an item in a set."""
    if isinstance(value, bool):
        return 0, value
    if isinstance(value, int | float):
        return 1, value
    return 2, str(value)


def unique(values: list[Value]) -> list[Value]:
    """Returns the values without duplicates."""
    found: list[Value] = []
    for value in values:
        if not any(are_equal(value, other) for other in found):
            found.append(value)
    return found
