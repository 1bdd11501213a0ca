"""Bars that show periods of an execution's time in columns of a terminal."""

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
    """Returns a text of `width` columns that shows the periods within the whole time.

    Times are in milliseconds; an open period (None) lasts until `now`. With `is_waiting`, the last period
    is drawn as waiting. A period without duration has one column.
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
