"""Durations as text."""

from __future__ import annotations

import pytest

from sfn_cli.views.text.time_spans import format_long_span, format_rough_span, format_span

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    "milliseconds, shown",
    [
        (-5, "0.00 s"),
        (20, "0.02 s"),
        (59_990, "59.99 s"),
        (59_999, "1 min 0 s"),
        (65 * SECOND, "1 min 5 s"),
        (HOUR - 1, "1 h 0 min"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min"),
        (60 * HOUR, "2.5 days"),
    ],
)
def test_spans(milliseconds: int, shown: str) -> None:
    """A duration has suitable units, and never 60 of a smaller unit."""
    assert format_span(milliseconds) == shown


@pytest.mark.parametrize(
    "milliseconds, shown",
    [
        (0, "0.00 s"),
        (520, "0.52 s"),
        (SECOND, "1 s"),
        (59_400, "59 s"),
        (59_600, "1 min"),
        (90_001, "2 min"),
        (HOUR - 40 * SECOND, "59 min"),
        (HOUR - 20 * SECOND, "1 h"),
        (DAY - MINUTE, "1 day"),
        (3 * DAY - MINUTE, "3 days"),
    ],
)
def test_rough_spans(milliseconds: int, shown: str) -> None:
    """A duration is rounded to one unit, perhaps the next larger one."""
    assert format_rough_span(milliseconds) == shown


@pytest.mark.parametrize(
    "milliseconds, shown",
    [(90 * SECOND, "1 min 30 s"), (90 * MINUTE, "90 min"), (36 * HOUR, "36 h"), (3 * DAY, "3 days")],
)
def test_long_spans(milliseconds: int, shown: str) -> None:
    """A long duration has the largest unit of which it has at least two."""
    assert format_long_span(milliseconds) == shown
