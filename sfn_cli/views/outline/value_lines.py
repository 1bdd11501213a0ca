"""JSON values as lines below a label, or beside it if they fit in one line."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import loads
from sfn_cli.views.text.indented_json import indented_json
from sfn_cli.views.text.styled_line import Span, shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.text.styled_line import StyledLine

LABEL_WIDTH = 20
"""The columns of a label, including the spaces after it."""

_MOST_LINES = 60
"""The maximum number of lines of one value."""

_LONGEST_LINE = 2_000
"""The maximum length of a line, which may be wider than the page so that the value can be read."""


def value_lines(label: str, text: str, width: int) -> "Iterator[StyledLine]":
    """Yields a JSON text beside its label, or below it if it needs more than one line."""
    value = _parse_value(text)
    lines = [text] if value is None else indented_json(value, max(8, width - LABEL_WIDTH)).split("\n")
    if len(lines) == 1:
        line = [Span(label.ljust(LABEL_WIDTH), "dim"), Span(lines[0], "code")]
        yield shorten_line(line, max(width, _LONGEST_LINE))
        return
    yield [Span(label, "dim")]
    for shown in lines[:_MOST_LINES]:
        yield shorten_line([Span("  "), Span(shown, "code")], max(width, _LONGEST_LINE))
    if len(lines) > _MOST_LINES:
        yield [Span(f"  … {len(lines) - _MOST_LINES} more lines: --output json shows all", "dim")]


def _parse_value(text: str) -> "Json":
    """Returns the value of a JSON text; None if it is null or not JSON."""
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return None
