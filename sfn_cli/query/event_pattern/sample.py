"""An example of an event that a pattern matches, for trying out a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json

_OR = "$or"
_ANY_TEXT = "example"


def sample_event_values(pattern: Mapping[str, Json]) -> dict[str, Json]:
    """Returns values for the names in a valid pattern; the pattern may still not match them.

    A pattern can contradict itself, or name several conditions for one value, of which only the first
    is used.
    """
    values: dict[str, Json] = {}
    for name, test in pattern.items():
        if name == _OR:
            _merge_sample(values, sample_event_values(test[0]))
        elif isinstance(test, dict):
            values[name] = sample_event_values(test)
        elif not _is_absence(test[0]):
            values[name] = _sample_value(test[0])
    return values


def _merge_sample(values: dict[str, Json], more: Mapping[str, Json]) -> None:
    for name, value in more.items():
        present = values.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge_sample(present, value)
        else:
            values[name] = value


def _is_absence(test: Json) -> bool:
    return isinstance(test, dict) and test.get("exists") is False


def _sample_value(test: Json) -> Json:
    """Returns a value that passes one test: a value itself, or an operator with its operand."""
    if not isinstance(test, dict):
        return test
    ((operator, operand),) = test.items()
    match operator:
        case "prefix" | "suffix" | "equals-ignore-case" | "exactly":
            return operand["equals-ignore-case"] if isinstance(operand, dict) else operand
        case "wildcard":
            return str(operand).replace("\\*", "\0").replace("*", _ANY_TEXT).replace("\0", "*")
        case "cidr":
            return str(operand).partition("/")[0]
        case "numeric":
            return _sample_number(operand)
        case "anything-but":
            return _other_value(operand)
        case _:
            return _ANY_TEXT


def _sample_number(comparisons: list[Any]) -> Json:
    """Returns a number for [">", 0, "<=", 5] and the like."""
    bounds: dict[str, float] = dict(zip(comparisons[::2], comparisons[1::2], strict=True))
    for sign in ("=", ">=", "<="):
        if sign in bounds:
            return bounds[sign]
    if ">" in bounds and "<" in bounds:
        return (bounds[">"] + bounds["<"]) / 2
    return bounds[">"] + 1 if ">" in bounds else bounds["<"] - 1


def _other_value(refused: Json) -> Json:
    operands = refused if isinstance(refused, list) else [refused]
    if operands and all(isinstance(one, (int, float)) for one in operands):
        return max(operands) + 1
    return _ANY_TEXT if _ANY_TEXT not in operands else f"another {_ANY_TEXT}"
