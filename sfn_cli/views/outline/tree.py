"""The outline of an execution: a tree with a line for each state, aligned in columns.

    ✗ order/last  failed  1.50 s
    ├── ✓ Prepare      Parallel  0.01 s ━
    │   ├── ✓ Reserve  Task      0.01 s ━
    │   └── ✓ AskRate  Task      0.01 s ━
    └── ! Charge       Task      1.45 s  ━━━━━━━━━━━━━━━━━━━━━━  ↻ 3 States.Http.StatusCode.402

If the page is narrow, first the bars and then the types are left out. `rows.py` chooses the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.arn import name_of_execution
from sfn_cli.views.outline.bars import draw_bar
from sfn_cli.views.outline.fit_rows import fit_rows
from sfn_cli.views.outline.rows import OutlineRow, OutlineRows
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.styled_line import Span, cell_width, line_width, shorten_line
from sfn_cli.views.text.time_spans import format_span
from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.styled_line import StyledLine

_WIDEST_BAR, _NARROWEST_BAR = 40, 6
_BARS_FROM = 64
"""The minimum width with bars."""
_TYPES_FROM = 48
"""The minimum width with types."""
_TYPE_WIDTH = len("Parallel")
_SHARE_OF_NOTES = 0.55
_SHARE_OF_WAITING_NOTES = 0.75
"""The share of the remaining columns that is for notes instead of bars."""
_GAP = 2


def outline_lines(
    view: ExecutionView,
    *,
    now: int,
    width: int,
    pending: Mapping[int, Pending],
    max_lines: int | None = None,
    selected: StateVisit | None = None,
) -> list[StyledLine]:
    """Returns the outline, its header first, in lines of at most `width` columns.

    `now` is the time by the execution's clock, at which open states end. `pending` has the reasons why
    states wait. With `max_lines`, successful states are left out first, to fit that number of lines. The
    row of the `selected` visit, the last one of its state in its thread, is marked and never left out.
    """
    builder = OutlineRows(view, pending, selected)
    rows = builder.rows()
    if max_lines is not None:
        rows = fit_rows(rows, max(1, max_lines - 1), selected)
    header = execution_header(view, builder.status(), now=now)
    return [shorten_line(header, width), *_outline_lines_of_rows(view, rows, now, width, selected)]


def execution_header(view: ExecutionView, status: Status, *, now: int) -> StyledLine:
    """Returns the line about the whole execution: its name, status and duration.

    The wall time follows if it differs, and the error if no state has it.
    """
    look = LOOKS[status]
    if view.source.suspension is not None:
        look = LOOKS["FAILED"]._replace(word="suspended")
    header = [
        Span(f"{look.mark} ", look.colour),
        Span(visible_line(view.source.name), "bold"),
        Span("  "),
        Span(look.word, look.colour),
        Span(f"  {format_span(view.duration_ms(now))}{_wall_time(view, now)}"),
    ]
    if view.redrives:
        header.append(Span(f"  (redrive {view.redrives})", "dim"))
    if view.origin is not None:
        place = f"{name_of_execution(view.origin.arn)} at {view.origin.state}"
        header.append(Span(f"  (from {visible_line(place)})", "dim"))
    if view.error is not None and all(visit.error != view.error for visit in view.visits()):
        header.append(Span(f"  {visible_line(view.error)}", look.colour))
    return header


def _wall_time(view: ExecutionView, now: int) -> str:
    end = now if view.ended_at is None else view.ended_at
    own = format_span(view.duration_ms(now))
    wall = format_span(view.wall_ms(view.started_at, end))
    return "" if wall == own else f" ({wall} of wall time)"


class _OutlineLine(NamedTuple):
    """A row with the tree guides before it."""

    guide: str
    row: OutlineRow

    @property
    def label_width(self) -> int:
        mark = 2 if self.row.status is not None else 0
        return len(self.guide) + mark + cell_width(self.row.name)


class _OutlineColumns(NamedTuple):
    """The widths of columns; 0 for a column that is left out."""

    label: int
    type: int
    duration: int
    bar: int


def _outline_lines_of_rows(
    view: ExecutionView, rows: Sequence[OutlineRow], now: int, width: int, selected: StateVisit | None
) -> Iterator[StyledLine]:
    indent = 4 if _depth_of_rows(rows) * 4 <= width // 3 else 2
    lines = list(_guided_rows(rows, "", indent, width // 2))
    columns = _outline_columns(lines, now, width)
    period = (view.started_at, now if view.ended_at is None else view.ended_at)
    for line in lines:
        is_selected = selected is not None and line.row.visit is selected
        shown = _marked_line(line) if is_selected else line
        yield shorten_line(_outline_line(shown, columns, period, now, width), width)


def _marked_line(line: _OutlineLine) -> _OutlineLine:
    """Returns the line with a mark at the end of its guides."""
    return line._replace(guide=f"{line.guide[:-2]}▸ ")


def _depth_of_rows(rows: Sequence[OutlineRow]) -> int:
    return 1 + max(_depth_of_rows(row.children) for row in rows) if rows else 0


def _guided_rows(rows: Sequence[OutlineRow], guide: str, indent: int, most: int) -> Iterator[_OutlineLine]:
    """Yields each row with its guides. If the tree is too deep, the first guides are cut off."""
    for row in rows:
        is_last = row is rows[-1]
        corner = ("└" if is_last else "├") + "─" * (indent - 2) + " "
        yield _OutlineLine(_cut_guide(guide + corner, most), row)
        below = (" " if is_last else "│") + " " * (indent - 1)
        yield from _guided_rows(row.children, guide + below, indent, most)


def _cut_guide(guide: str, most: int) -> str:
    return guide if len(guide) <= most else f"…{guide[1 - most :]}"


def _outline_columns(lines: Sequence[_OutlineLine], now: int, width: int) -> _OutlineColumns:
    timed = [line for line in lines if line.row.status is not None and not line.row.is_execution]
    label = max((line.label_width for line in timed), default=0)
    duration = max((len(format_span(line.row.duration_ms(now))) for line in timed), default=0)
    type = _TYPE_WIDTH if width >= _TYPES_FROM else 0
    label = min(label, max(width // 4, width - duration - (type + _GAP if type else 0) - _GAP - 1))
    left = width - label - _GAP - (type + _GAP if type else 0) - duration - 1
    notes = [line.row.notes for line in timed if line.row.notes]
    longest = max(map(line_width, notes), default=-_GAP) + _GAP
    commands = max((line_width(note) for note in notes if _command_in_note(note)), default=-_GAP) + _GAP
    waits = any(span.style == "waiting" for note in notes for span in note)
    share = _SHARE_OF_WAITING_NOTES if waits else _SHARE_OF_NOTES
    bar = min(_WIDEST_BAR, left - max(commands, min(longest, round(left * share))))
    return _OutlineColumns(label, type, duration, bar if width >= _BARS_FROM and bar >= _NARROWEST_BAR else 0)


def _outline_line(
    line: _OutlineLine, columns: _OutlineColumns, period: tuple[int, int], now: int, width: int
) -> StyledLine:
    guide, row = line
    if row.status is None:
        return [Span(guide, "dim"), Span(row.name, "dim")]
    look = LOOKS[row.status]
    if row.is_execution:  # its name must be complete for copying, so it ignores the columns
        took = format_span(row.duration_ms(now))
        name = [Span(f"{look.mark} ", look.colour), Span(row.name), Span(f"  {took}")]
        return [Span(guide, "dim"), *name, *([Span("  "), *row.notes] if row.notes else [])]
    room = max(1, columns.label - len(guide) - 2)
    name = shorten_line([Span(row.name)], room)
    styled: StyledLine = [Span(guide, "dim"), Span(f"{look.mark} ", look.colour), *name]
    styled.append(Span(" " * (room - line_width(name) + _GAP)))
    if columns.type:
        styled.append(Span(row.type.ljust(columns.type + _GAP), "dim"))
    styled.append(Span(format_span(row.duration_ms(now)).rjust(columns.duration)))
    if columns.bar:
        bar = draw_bar(row.periods, period, columns.bar, is_waiting=row.status == "WAITING", now=now)
        bar = bar if row.notes else bar.rstrip()
        styled += [Span(" "), Span(bar, look.colour)]
    if row.notes:
        styled += [Span(" " * _GAP), *_fitting_notes(row.notes, width - line_width(styled) - _GAP)]
    return styled


def _fitting_notes(notes: StyledLine, room: int) -> StyledLine:
    """Returns the notes, without their command if they are too long with it."""
    command = _command_in_note(notes)
    if command and line_width(notes) > room:
        return [span for span in notes if span is not command and span.text != ": "]
    return notes


def _command_in_note(notes: StyledLine) -> Span | None:
    return next((span for span in notes if span.style == "code"), None)
