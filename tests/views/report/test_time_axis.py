"""Times are drawn in order; a gap that would take nearly all of the axis is a short break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.views.report.time_axis import TimeAxis

DAY = 86_400_000


@given(st.lists(st.integers(0, 10 * DAY), max_size=12), st.integers(0, 10 * DAY))
def test_order(times: list[int], end: int) -> None:
    """Positions are within the axis and in time order; the first and last time are at its ends."""
    axis = TimeAxis(0, end, times)
    positions = [axis.position(time) for time in sorted(times)]
    assert positions == sorted(positions)
    assert all(-1e-9 <= position <= 1 + 1e-9 for position in positions)
    assert axis.position(0) == pytest.approx(0)
    assert axis.parts[-1].right == pytest.approx(1 if end else 0)
    shares = [share for share, _ in axis.ticks()]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


@pytest.mark.parametrize(
    "end, times, breaks",
    [
        (1000, [100, 900], []),
        (1000, [], []),
        (0, [], []),
        (3 * DAY + 2000, [1000, 3 * DAY + 1000], [(1000, 3 * DAY + 1000)]),
        # Two long gaps are both cut, so that the period between them is visible.
        (5 * DAY, [10, 4 * DAY, 4 * DAY + 10, 5 * DAY - 10], [(10, 4 * DAY), (4 * DAY + 10, 5 * DAY - 10)]),
        # Only one gap: it is not cut, because there is nothing else to show.
        (DAY, [0, DAY], []),
        (2 * DAY, [DAY], []),
    ],
)
def test_breaks(end: int, times: list[int], breaks: list[tuple[int, int]]) -> None:
    """Gaps of over 80 % of the remaining time are cut."""
    assert [(part.start, part.end) for part in TimeAxis(0, end, times).breaks] == breaks
