"""Labelled data in lines of a terminal's width: nothing is cut off, and long lines are wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import loads
from sfn_cli.views.text.indented_json import indented_json
from sfn_cli.views.text.styled_line import Span, cut_to_width
from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.text.styled_line import Style, StyledLine

LABEL_WIDTH = 12
"""The columns of a label, including the spaces after it."""

_MOST_LINES = 5_000
"""The maximum number of lines of one value."""

_NARROWEST = 8


def data_lines(label: str, text: str, width: int) -> Iterator[StyledLine]:
    """Yields a JSON text beside its label. A text that is not JSON is shown as it is."""
    try:
        shown = indented_json(loads(text), _room(width))
    except (ValueError, RecursionError):
        shown = text
    yield from text_lines(label, shown, width, style="code")


def text_lines(label: str, text: str, width: int, style: Style = "") -> Iterator[StyledLine]:
    """Yields a text beside its label, in as many lines as it needs."""
    room = _room(width)
    beside = label.ljust(LABEL_WIDTH)
    written = text.split("\n")
    for line in written[:_MOST_LINES]:
        for piece in _wrapped_line(visible_line(line.expandtabs(4)), room):
            yield [Span(beside, "dim"), Span(piece, style)]
            beside = " " * LABEL_WIDTH
    if len(written) > _MOST_LINES:
        yield [Span(f"{beside}… {len(written) - _MOST_LINES:,} more lines", "dim")]


def spans_beside(label: str, spans: StyledLine) -> StyledLine:
    """Returns one line with a label before it."""
    return [Span(label.ljust(LABEL_WIDTH), "dim"), *spans]


def _room(width: int) -> int:
    return max(_NARROWEST, width - LABEL_WIDTH)


def _wrapped_line(text: str, width: int) -> Iterator[str]:
    while len(piece := cut_to_width(text, width)) < len(text) and piece:
        yield piece
        text = text[len(piece) :]
    yield text
