"""Lines of styled text. Each form defines how a style looks."""

# No `from __future__ import annotations`: see settings/__init__.py.

import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable

Style = Literal[
    "", "bold", "dim", "code", "running", "waiting", "succeeded", "caught", "failed", "aborted", "not_visited"
]
"""The names of styles; "" is plain. Those from "running" on are colours of statuses (`statuses.LOOKS`)."""


class Span(NamedTuple):
    """A part of one line, without line breaks; it may contain any other character."""

    text: str
    style: Style = ""


StyledLine = list[Span]


def cell_width(text: str) -> int:
    """Returns the number of terminal columns of the text, with invisible characters escaped."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_columns_of_character, visible_line(text)))


def _columns_of_character(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def line_width(line: "Iterable[Span]") -> int:
    return sum(cell_width(span.text) for span in line)


def shorten_line(line: StyledLine, width: int) -> StyledLine:
    """Returns the line with at most `width` columns; "…" replaces the rest."""
    if line_width(line) <= width:
        return line
    shortened: StyledLine = []
    room = width - 1
    for span in line if width > 0 else ():
        text = cut_to_width(span.text, room)
        if text != span.text:
            shortened.append(span._replace(text=f"{text}…"))
            break
        shortened.append(span)
        room -= cell_width(text)
    return shortened


def cut_to_width(text: str, width: int) -> str:
    """Returns the longest prefix of the text with at most `width` columns."""
    if text.isascii() and text.isprintable():
        return text[: max(0, width)]
    left = width
    for end, char in enumerate(text):
        left -= cell_width(char)
        if left < 0:
            return text[:end]
    return text


def plain_line(line: "Iterable[Span]") -> str:
    return "".join(span.text for span in line).rstrip()
