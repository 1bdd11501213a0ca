"""Differences of values, as lines of styled text.

~ input.total     5 → 7
+ output.receipt  "R-17"
− output.error    "Declined"
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Literal

from sfn_cli import jsonvalue
from sfn_cli.views.diff.value_changes import ABSENT
from sfn_cli.views.text.styled_line import Span, cell_width, line_width, shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.views.diff.value_changes import ValueChange
    from sfn_cli.views.text.styled_line import Style, StyledLine

Mark = Literal["", "+", "−", "~"]

MARK_STYLES: "Mapping[str, Style]" = {"": "", "+": "succeeded", "−": "failed", "~": "caught"}

_WIDEST_PATH = 32
_MOST_CHANGES = 20
"""The maximum number of values shown for one state; `--output json` has all."""


def marked_span(mark: str) -> Span:
    """Returns the column of a mark with a space after it."""
    return Span(f"{mark or ' '} ", MARK_STYLES[mark])


def change_lines(changes: "Sequence[ValueChange]", *, indent: int, width: int) -> "Iterator[StyledLine]":
    """Yields the differences, with marks in the column `indent`."""
    shown = changes[:_MOST_CHANGES]
    column = min(max((cell_width(change.path) for change in shown), default=0), _WIDEST_PATH)
    for change in shown:
        yield from _lines_of_change(change, column, indent, width)
    if len(changes) > len(shown):
        yield [Span(" " * (indent + 2)), Span(f"… {len(changes) - len(shown)} more values", "dim")]


def _lines_of_change(change: "ValueChange", column: int, indent: int, width: int) -> "Iterator[StyledLine]":
    before, after = _shown_value(change.before), _shown_value(change.after)
    path = change.path or "(the whole value)"
    head = [
        Span(" " * indent),
        marked_span(change.mark),
        Span(path + " " * max(0, column - cell_width(path))),
    ]
    if before is None or after is None:
        yield shorten_line([*head, Span(f"  {after if before is None else before}", "code")], width)
        return
    whole = [*head, Span(f"  {before}", "failed"), Span(" → "), Span(after, "succeeded")]
    if line_width(whole) <= width:
        yield whole
        return
    yield shorten_line(head, width)
    for sign, value in (("−", before), ("+", after)):
        line = [Span(" " * (indent + 4)), marked_span(sign), Span(value, MARK_STYLES[sign])]
        yield shorten_line(line, width)


def _shown_value(value: object) -> str | None:
    return None if value is ABSENT else jsonvalue.dumps(value)
