"""JSON for people: indented, with everything that fits into a line in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

COLUMNS = 80
_INDENT = "  "
_DEEPEST = 100
"""Values that are nested more deeply are in one line."""


def indented_json(value: Json) -> str:
    """Returns the JSON text of a value in lines of about COLUMNS characters."""
    return _indent_value(value, 0, 0)


def _indent_value(value: Json, depth: int, before: int) -> str:
    """Returns the text of a value whose first line follows `before` characters."""
    if depth >= _DEEPEST or not isinstance(value, (dict, list)) or _fits(value, before):
        return jsonvalue.dumps_spaced(value)
    pad = _INDENT * (depth + 1)
    if isinstance(value, dict):
        lines = []
        for name, item in value.items():
            key = f"{pad}{jsonvalue.dumps(name)}: "
            lines.append(key + _indent_value(item, depth + 1, len(key)))
        return "{\n" + ",\n".join(lines) + f"\n{_INDENT * depth}}}"
    if any(isinstance(item, (dict, list)) for item in value):
        lines = [pad + _indent_value(item, depth + 1, len(pad)) for item in value]
    else:
        lines = _filled_lines(value, pad)
    return "[\n" + ",\n".join(lines) + f"\n{_INDENT * depth}]"


def _fits(value: Json, before: int) -> bool:
    room = COLUMNS - before
    if jsonvalue.json_value_is_larger_than(value, room):
        return False
    return len(jsonvalue.dumps_spaced(value)) <= room


def _filled_lines(items: list[Json], pad: str) -> list[str]:
    """Returns lines of values, each with as many as have room in it."""
    lines: list[str] = []
    for text in map(jsonvalue.dumps_spaced, items):
        if lines and len(lines[-1]) + len(text) + 2 <= COLUMNS:
            lines[-1] += f", {text}"
        else:
            lines.append(pad + text)
    return lines
