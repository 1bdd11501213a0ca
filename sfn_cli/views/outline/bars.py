"""Bars: when something happened within an execution, in columns of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BAR, _WAITING_BAR = "━", "┄"


def draw_bar(
    periods: Sequence[tuple[int, int | None]],
    whole: tuple[int, int],
    width: int,
    *,
    is_waiting: bool,
    now: int,
) -> str:
    """Returns a text of `width` columns that shows when the periods were, within the whole.

    Times are milliseconds; an open period (None) lasts until `now`. The last period is drawn as one
    of waiting if `is_waiting`. What took no time has one column.
    """
    start, end = whole
    total = max(1, end - start)
    cells = [" "] * width
    for place, (begun, ended) in enumerate(periods):
        first = min(width - 1, max(0, (begun - start) * width // total))
        last = round(((now if ended is None else ended) - start) * width / total)
        mark = _WAITING_BAR if is_waiting and place == len(periods) - 1 else _BAR
        for cell in range(first, min(width, max(first + 1, last))):
            cells[cell] = mark
    return "".join(cells)
