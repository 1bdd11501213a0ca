"""Styled lines (`views/text/styled_line.py`) on their way to a terminal, a file or a pipe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli import screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.views.text.styled_line import Style, StyledLine

PIPED_COLUMNS = 120
"""The width of the output if stdout is not a terminal."""

_CODES: Mapping[Style, str] = {
    "bold": "1",
    "dim": "2",
    "code": "36",
    "running": "36",
    "waiting": "35",
    "succeeded": "32",
    "caught": "33",
    "failed": "31",
    "aborted": "2",
    "not_visited": "2",
}
"""Style → SGR codes."""


def output_columns(stream: TextIO) -> int:
    """Returns how many columns a line may take: the terminal's, or PIPED_COLUMNS."""
    if not stream.isatty():
        return PIPED_COLUMNS
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPED_COLUMNS
    except OSError:
        return PIPED_COLUMNS


def output_lines(stream: TextIO) -> int | None:
    """Returns how many lines a terminal has; None for a file, a pipe, or a terminal of unknown size."""
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).lines or None
    except OSError:
        return None


def write_lines(lines: Iterable[StyledLine], stream: TextIO, *, color: bool) -> None:
    """Writes each line; control characters are escaped, in a file too: the text is for people."""
    is_utf8 = screen.is_screen(stream) or (stream.encoding or "utf-8") == "utf-8"
    for line in lines:
        shown = line if is_utf8 else [span._replace(text=_encodable_text(span.text, stream)) for span in line]
        screen.write_screen_parts(stream, [*line_parts(shown, color=color), "\n"])


def _encodable_text(text: str, stream: TextIO) -> str:
    return screen.fit_encoding(screen.one_screen_line(text), stream)


def line_parts(line: StyledLine, *, color: bool) -> list[str]:
    """Returns the parts of one line for `screen.write_screen_parts`, control characters escaped."""
    parts: list[str] = []
    for text, style in line:
        shown = screen.one_screen_line(text)
        parts += screen.screen_style(shown, _CODES[style], color=color) if style else [shown]
    return parts
