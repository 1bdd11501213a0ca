"""JSON values as lines below a label, in one line where they fit into it."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.views.outline.styled_line import Span, cell_width, shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.json_changes import JsonChange
    from sfn_cli.views.outline.styled_line import Style, StyledLine

LABEL_WIDTH = 20
"""Columns of a label, with the spaces after it."""

MOST_LINES = 60
"""How many lines of one value are shown."""


def value_lines(label: str, text: str, width: int) -> "Iterator[StyledLine]":
    """Yields a JSON text below its label, indented where it is longer than a line.

    Lines have at most `width` columns: what is longer is cut off.
    """
    room = max(8, width - LABEL_WIDTH)
    if cell_width(text) <= room and "\n" not in text:
        yield [Span(label.ljust(LABEL_WIDTH), "dim"), Span(text, "code")]
        return
    lines = _indented(text).split("\n")
    yield [Span(label, "dim")]
    for line in lines[:MOST_LINES]:
        yield shorten_line([Span("  "), Span(line, "code")], width)
    if len(lines) > MOST_LINES:
        yield [Span(f"  … {len(lines) - MOST_LINES} more lines: --output json shows all", "dim")]


def change_lines(change: "JsonChange", width: int) -> "Iterator[StyledLine]":
    """Yields the line of one difference: "~ $.total  5 → 7"."""
    style: Style = {"+": "succeeded", "-": "failed", "~": "caught"}[change.mark]  # type: ignore[assignment]
    values = " → ".join(text for text in (change.before, change.after) if text is not None)
    yield shorten_line([Span(f"  {change.mark} {change.path}", style), Span(f"  {values}")], width)


def _indented(text: str) -> str:
    import json

    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
