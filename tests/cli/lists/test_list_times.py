"""Times in lists."""

from __future__ import annotations

from sfn_cli.cli.lists.list_times import format_age, format_until


def test_before_and_after_now() -> None:
    """Less than a second ago is "now"; a time that has passed is "due"."""
    assert [format_age(999), format_age(2 * 3_600_000)] == ["now", "2 h ago"]
    assert [format_until(0), format_until(5 * 60_000)] == ["due", "in 5 min"]
