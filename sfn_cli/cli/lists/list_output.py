"""What all lists have in common: the number of rows, and the mark of a status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from sfn_cli.cli.show.styled_output import output_columns, write_lines
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.styled_line import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.statuses import Status

PIPED_ROWS = 50
"""How many rows a list has by default where there is no terminal."""

_FEWEST_ROWS = 5
_OTHER_ROWS = 4
"""The title, what follows the list, and the prompts before and after."""


def list_rows(stream: TextIO) -> int:
    """Returns how many rows fit the terminal, or PIPED_ROWS."""
    if not stream.isatty():
        return PIPED_ROWS
    try:
        lines = os.get_terminal_size(stream.fileno()).lines
    except OSError:
        return PIPED_ROWS
    return max(_FEWEST_ROWS, lines - _OTHER_ROWS) if lines else PIPED_ROWS


def list_columns() -> int | None:
    """Returns the width of the terminal; None in a pipe, where lines have any length."""
    return output_columns(sys.stdout) if sys.stdout.isatty() else None


def list_answer(items: str, values: Sequence[Any], *, has_more: bool) -> dict[str, Any]:
    """Returns a list as data: the values by the name `items`, and whether there are more."""
    return {items: values, **({"hasMore": True} if has_more else {})}


def write_more_note(terminal: Terminal, left: int | None = None) -> None:
    """Writes below a list that there are more rows; to stderr if stdout is not a terminal.

    `left` is how many rows follow, None when they were not counted.
    """
    stream = sys.stdout if sys.stdout.isatty() else sys.stderr
    more = "older ones" if left is None else f"{left:,} more"
    write_lines([[Span(f"… and {more}. To show more: --max-items", "dim")]], stream, color=terminal.color)


def status_mark(status: Status) -> Span:
    look = LOOKS[status]
    return Span(look.mark, look.colour)


def status_words(status: Status) -> Span:
    """Returns the mark and the word of a status: "✗ timed out"."""
    look = LOOKS[status]
    return Span(f"{look.mark} {look.word}", look.colour)
