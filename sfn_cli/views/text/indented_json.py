"""Readable JSON: indented, with each value that fits in a line on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

_COLUMNS = 80
_INDENT = "  "
_DEEPEST = 100
"""The depth from which values are on one line."""

_LONGEST_TEXT = 500_000
"""The maximum length of a text that is indented."""


def indented_json(value: Json, columns: int = _COLUMNS) -> str:
    """Returns the JSON text of a value in lines of at most `columns` characters, if its strings allow it."""
    return _indent_value(value, 0, 0, columns)


def indented_json_text(text: str) -> str:
    """Returns a JSON text indented; a text that is not JSON, or very long, is returned as it is."""
    if len(text) > _LONGEST_TEXT:
        return text
    try:
        return indented_json(jsonvalue.loads(text))
    except (ValueError, RecursionError):
        return text


def _indent_value(value: Json, depth: int, before: int, columns: int) -> str:
    """Returns the text of a value whose first line comes after `before` characters."""
    if not value or depth >= _DEEPEST or not isinstance(value, (dict, list)):
        return jsonvalue.dumps_spaced(value)
    comma = len(",") if depth else 0
    if _fits(value, columns - before - comma):
        return jsonvalue.dumps_spaced(value)
    pad = _INDENT * (depth + 1)
    if isinstance(value, dict):
        lines = []
        for name, item in value.items():
            key = f"{pad}{jsonvalue.dumps(name)}: "
            lines.append(key + _indent_value(item, depth + 1, len(key), columns))
        return "{\n" + ",\n".join(lines) + f"\n{_INDENT * depth}}}"
    if any(isinstance(item, (dict, list)) for item in value):
        lines = [pad + _indent_value(item, depth + 1, len(pad), columns) for item in value]
    else:
        lines = _filled_lines(value, pad, columns)
    return "[\n" + ",\n".join(lines) + f"\n{_INDENT * depth}]"


def _fits(value: Json, room: int) -> bool:
    if jsonvalue.json_value_is_larger_than(value, room):
        return False
    return len(jsonvalue.dumps_spaced(value)) <= room


def _filled_lines(items: list[Json], pad: str, columns: int) -> list[str]:
    """Returns lines of values, each with as many values as fit."""
    lines: list[str] = []
    for text in map(jsonvalue.dumps_spaced, items):
        if lines and len(lines[-1]) + len(text) + len(", ") < columns:
            lines[-1] += f", {text}"
        else:
            lines.append(pad + text)
    return lines
