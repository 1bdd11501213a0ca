"""Times in lists."""

from __future__ import annotations

import pytest

from sfn_cli.cli.lists.list_times import format_age, format_rough_span, format_until

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


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
    """A span is rounded to one unit, which may be the next larger one."""
    assert format_rough_span(milliseconds) == shown


def test_before_and_after_now() -> None:
    """What happened less than a second ago is now, and what is overdue is due."""
    assert [format_age(999), format_age(2 * HOUR)] == ["now", "2 h ago"]
    assert [format_until(0), format_until(5 * MINUTE)] == ["due", "in 5 min"]
