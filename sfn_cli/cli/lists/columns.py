"""Tables for people: aligned columns without lines, no wider than the terminal.

Rule 1: in a pipe (width None) nothing is shortened or left out.
Rule 2: if a table is too wide, its columns shrink to their smallest widths. If that is not enough, the
least important column is left out.
Rule 3: a column without any text is left out.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Sequence
from typing import NamedTuple

from sfn_cli.views.text.styled_line import Span, StyledLine, line_width, shorten_line

_GAP = "  "


class Column(NamedTuple):
    """A column. `least` is the width to which it may shrink, 0 when it may not.

    Those with a higher `spare` are left out first, those with 0 never.
    """

    title: str
    least: int = 0
    spare: int = 0
    is_right: bool = False


Row = Sequence[StyledLine]


def column_lines(columns: Sequence[Column], rows: Sequence[Row], width: int | None) -> list[StyledLine]:
    """Returns the lines of a table: the titles, then the rows."""
    shown = [number for number in range(len(columns)) if any(line_width(row[number]) for row in rows)]
    widths = _column_widths(columns, rows, shown, width)
    titles = [[Span(column.title, "dim")] for column in columns]
    lines = [_column_line(columns, widths, row) for row in (titles, *rows)]
    return lines if width is None else [shorten_line(line, width) for line in lines]


def _column_widths(
    columns: Sequence[Column], rows: Sequence[Row], shown: Sequence[int], width: int | None
) -> dict[int, int]:
    """Returns the widths of the columns that are shown, by their number."""
    widths = {
        number: max(len(columns[number].title), *(line_width(row[number]) for row in rows))
        for number in shown
    }
    while width is not None:
        excess = sum(widths.values()) + len(_GAP) * (len(widths) - 1) - width
        room = {number: widths[number] - columns[number].least for number in widths if columns[number].least}
        if excess <= sum(max(0, spare) for spare in room.values()):
            _shrink_columns(widths, {number: columns[number].least for number in room}, excess)
            break
        dropped = max(widths, key=lambda number: columns[number].spare)
        if columns[dropped].spare == 0:
            _shrink_columns(widths, {number: columns[number].least for number in room}, excess)
            break
        del widths[dropped]
    return widths


def _shrink_columns(widths: dict[int, int], least: dict[int, int], excess: int) -> None:
    """Takes `excess` from the widest columns that may shrink."""
    for _ in range(excess):
        shrinkable = [number for number in least if widths[number] > least[number]]
        if not shrinkable:
            return
        widths[max(shrinkable, key=lambda number: widths[number])] -= 1


def _column_line(columns: Sequence[Column], widths: dict[int, int], row: Row) -> StyledLine:
    line: StyledLine = []
    for number, width in widths.items():
        cell = shorten_line(list(row[number]), width)
        padding = Span(" " * (width - line_width(cell)))
        line += [Span(_GAP)] if line else []
        line += [padding, *cell] if columns[number].is_right else [*cell, padding]
    while line and not line[-1].text.strip():
        line.pop()
    return line
