"""Schedule expressions: their next times, and those that AWS refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sfn_cli.query.schedule_expression import ScheduleExpressionError, schedule_times


def milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def written(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat()[:16]


CREATED = "2026-11-27T10:30:20"  # a Friday


@pytest.mark.parametrize(
    "expression, zone, times",
    [
        ("cron(0 10 * * ? *)", "UTC", ["2026-11-28T10:00", "2026-11-29T10:00"]),
        ("cron(0/15 9-10 ? * MON-FRI *)", "UTC", ["2026-11-27T10:45", "2026-11-30T09:00"]),
        ("cron(* * * * ? *)", "UTC", ["2026-11-27T10:31", "2026-11-27T10:32"]),
        ("cron(0 18 L * ? *)", "UTC", ["2026-11-30T18:00", "2026-12-31T18:00"]),
        ("cron(0 18 L-1 * ? *)", "UTC", ["2026-11-29T18:00", "2026-12-30T18:00"]),
        ("cron(0 8 15W * ? *)", "UTC", ["2026-12-15T08:00", "2027-01-15T08:00"]),
        ("cron(0 8 1W MAY ? *)", "UTC", ["2027-05-03T08:00", "2028-05-01T08:00"]),
        ("cron(0 8 LW * ? *)", "UTC", ["2026-11-30T08:00", "2026-12-31T08:00", "2027-01-29T08:00"]),
        ("cron(0 8 ? * 6#3 *)", "UTC", ["2026-12-18T08:00", "2027-01-15T08:00"]),
        ("cron(0 8 ? * FRIL *)", "UTC", ["2026-12-25T08:00", "2027-01-29T08:00"]),
        ("cron(0 8 ? * L *)", "UTC", ["2026-11-28T08:00"]),
        ("cron(0 8 ? * 1 *)", "UTC", ["2026-11-29T08:00"]),
        ("cron(0 8 ? jan,MAR sun 2027-2028)", "UTC", ["2027-01-03T08:00"]),
        ("cron(0 0 29 2 ? *)", "UTC", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("cron(5,10 0 1 1 ? 2027)", "UTC", ["2027-01-01T00:05", "2027-01-01T00:10", None]),
        ("cron(0 0 1 1 ? 2020)", "UTC", [None]),
        ("cron(0 9 * * ? *)", "Europe/Berlin", ["2026-11-28T08:00"]),
        ("cron(30 2 28-29 3 ? 2027)", "Europe/Berlin", ["2027-03-29T00:30"]),  # the clocks skip the 28th
        (
            "cron(30 2 31 10 ? 2027)",
            "Europe/Berlin",
            ["2027-10-31T00:30", None],
        ),  # it comes twice, and once here
        ("rate(5 minutes)", "UTC", ["2026-11-27T10:35", "2026-11-27T10:40"]),
        ("rate(1 day)", "UTC", ["2026-11-28T10:30"]),
        ("at(2026-12-24T18:00:00)", "America/New_York", ["2026-12-24T23:00", None]),
        ("at(2020-01-01T00:00:00)", "UTC", [None]),
    ],
)
def test_next_times(expression, zone, times):
    """Times follow each other, and None the last one."""
    created_at = at = milliseconds(CREATED)
    schedule = schedule_times(expression, created_at=created_at, time_zone=zone)
    for expected in times:
        at = schedule.next_after(at)
        assert written(at) == expected


@pytest.mark.parametrize(
    "facts, first",
    [
        ({}, "2026-11-27T10:30"),
        ({"is_rule": True}, "2026-11-27T11:30"),
        ({"start": milliseconds("2026-11-27T12:00:00")}, "2026-11-27T12:00"),
        ({"start": milliseconds("2026-11-27T09:00:00")}, "2026-11-27T11:00"),
    ],
)
def test_the_first_time_of_a_rate(facts, first):
    """A schedule begins at once or at its start, a rule after its interval."""
    created_at = milliseconds(CREATED)
    assert (
        written(schedule_times("rate(1 hour)", created_at=created_at, **facts).next_after(created_at - 1))
        == first
    )


@pytest.mark.parametrize(
    "expression",
    [
        "rate(5 minute)", "rate(1 minutes)", "rate(0 minutes)", "rate(-1 minutes)", "rate(5 seconds)",
        "rate(5)", "rate 5 minutes", "rate(1.5 hours)", "at(2026-12-24T18:00:00)", "every day", "",
        "cron(0 10 * * *)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)", "cron(0 0 0 * ? *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * 0 *)",
        "cron(0 0 ? * MOO *)", "cron(0 0 ? * 2#6 *)", "cron(*/0 0 * * ? *)", "cron(5-1 0 * * ? *)",
        "cron(0 0 * 13 ? *)", "cron(0 0 * * ? 1969)", "cron(0 0 32W * ? *)", "cron(² 0 * * ? *)",
    ],
)  # fmt: skip
def test_refused_expressions(expression):
    """A rule takes no other expression."""
    with pytest.raises(ScheduleExpressionError):
        schedule_times(expression, created_at=0, is_rule=True)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", ""])
def test_unknown_time_zones(zone):
    """A time zone must have an IANA name."""
    with pytest.raises(ScheduleExpressionError):
        schedule_times("rate(1 hour)", created_at=0, time_zone=zone)
