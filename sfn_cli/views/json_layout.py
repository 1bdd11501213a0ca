"""JSON for people: what fits into a line is in one line, the rest is indented."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps_spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json

_INDENT = "  "


def json_lines(value: "Json", width: int) -> "Iterator[str]":
    """Yields the lines of a value, of at most `width` characters where its texts allow it."""
    return _json_lines(value, "", "", "", width)


def _json_lines(value: "Json", indent: str, before: str, after: str, width: int) -> "Iterator[str]":
    """Yields the lines of a value that comes after the text `before` and ahead of `after`."""
    whole = f"{indent}{before}{dumps_spaced(value)}{after}"
    if len(whole) <= width or not value or not isinstance(value, (dict, list)):
        yield whole
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{before}{opening}"
    members = (
        [(f"{dumps_spaced(name)}: ", item) for name, item in value.items()]
        if isinstance(value, dict)
        else [("", item) for item in value]
    )
    for place, (name, item) in enumerate(members):
        comma = "," if place < len(members) - 1 else ""
        yield from _json_lines(item, indent + _INDENT, name, comma, width)
    yield f"{indent}{closing}{after}"
