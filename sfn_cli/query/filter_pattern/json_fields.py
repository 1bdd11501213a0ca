"""Patterns for JSON messages.

Example: `{ $.level = "ERROR" && ($.status >= 500 || $.user.id NOT EXISTS) }`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.query.filter_pattern.conditions import SIGN, VALUE, ConditionReader
from sfn_cli.query.filter_pattern.value import compile_value_comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.query.filter_pattern.matching import Matches

    Condition = Callable[[Any], bool]

_SELECTOR = r"""\$(?:\.[\w\-/@]+|\.\*|\[\d+\]|\[\*\]|\["[^"]*"\]|\['[^']*'\])*"""
_STEP = re.compile(r"""\.([\w\-/@]+|\*)|\[(?:(\d+)|(\*)|"([^"]*)"|'([^']*)')\]""")

_CONSTANTS = {"NULL": None, "TRUE": True, "FALSE": False}


def compile_json(text: str) -> Matches:
    reader = ConditionReader(text, _read_json_field_condition)
    reader.needs(r"\{", "{")
    holds = reader.any_of()
    reader.needs(r"\}\s*$", "}")

    def matches(message: str) -> bool:
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return holds(value)

    return matches


def _read_json_field_condition(reader: ConditionReader[Any]) -> Condition:
    steps = [
        _json_field_step(*groups) for groups in _STEP.findall(reader.needs(_SELECTOR, "A selector ($.field)"))
    ]
    if (test := reader.takes(r"IS\s+(NULL|TRUE|FALSE)\b")) is not None:
        constant = _CONSTANTS[test[1]]
        return lambda value: any(found is constant for found in _find_json_fields(value, steps))
    if (test := reader.takes(r"(NOT\s+)?EXISTS\b")) is not None:
        wanted = test[1] is None
        return lambda value: any(True for _ in _find_json_fields(value, steps)) is wanted
    sign = reader.needs(SIGN, "=, !=, >, >=, <, <=, IS or EXISTS")
    holds = compile_value_comparison(sign, reader.needs(VALUE, "A value"))
    return lambda value: any(
        text is not None and holds(text) for text in map(_json_field_text, _find_json_fields(value, steps))
    )


def _json_field_step(dotted: str, index: str, every: str, double: str, single: str) -> str | int | None:
    """Returns a step's name or index; None for all children."""
    if index:
        return int(index)
    name = dotted or double or single
    return None if every or name == "*" else name


def _find_json_fields(value: Any, steps: list[str | int | None]) -> Iterator[Any]:
    """Yields the values at the end of the steps."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    match value:
        case dict() if isinstance(step, str) and step in value:
            yield from _find_json_fields(value[step], rest)
        case dict() if step is None:
            for inner in value.values():
                yield from _find_json_fields(inner, rest)
        case list() if isinstance(step, int) and step < len(value):
            yield from _find_json_fields(value[step], rest)
        case list() if step is None:
            for inner in value:
                yield from _find_json_fields(inner, rest)


def _json_field_text(value: Any) -> str | None:
    """Returns a scalar's text; None for null, objects and arrays, which are equal to nothing."""
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, (dict, list)) else json.dumps(value)
