"""Schedule expressions: `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)`, `at(2026-12-01T09:00:00)`.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
Times are milliseconds since 1970; cron and at are read in a time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from sfn_cli.query.schedule_expression.cron import CronTimes
from sfn_cli.query.schedule_expression.errors import ScheduleExpressionError

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["ScheduleExpressionError", "ScheduleTimes", "schedule_times"]

_UNITS = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
_RATE = re.compile(r"\s*([1-9]\d{0,8})\s+(minute|hour|day)(s?)\s*")
_AT = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\s*")
_EXPRESSION = re.compile(r"(rate|cron|at)\((.*)\)")


class ScheduleTimes(Protocol):
    """The times of a schedule."""

    def next_after(self, after: int) -> int | None:
        """Returns the first time after `after`; None if there is no further one."""


class _RateTimes(NamedTuple):
    first: int
    interval: int

    def next_after(self, after: int) -> int | None:
        passed = max(0, (after - self.first) // self.interval + 1)
        return self.first + passed * self.interval


class _OneTime(NamedTuple):
    at: int

    def next_after(self, after: int) -> int | None:
        return self.at if self.at > after else None


def schedule_times(
    expression: str,
    *,
    created_at: int,
    time_zone: str = "UTC",
    is_rule: bool = False,
    start: int | None = None,
) -> ScheduleTimes:
    """Returns the times of an expression. Raises ScheduleExpressionError.

    A rate begins at `start`, or at once, when the schedule is created; a rule's (`is_rule`) after its
    first interval. A rule has no `at`, and its unit must be singular for 1 and plural otherwise.
    """
    found = _EXPRESSION.fullmatch(expression.strip())
    if found is None:
        raise ScheduleExpressionError(expression)
    kind, text = found.groups()
    zone = schedule_zone(time_zone)
    if kind == "cron":
        return CronTimes(text, zone)
    if kind == "rate":
        return _rate_times(text, created_at, start, is_rule=is_rule)
    if is_rule:
        raise ScheduleExpressionError(expression)
    return _OneTime(_one_time(text, zone))


def schedule_zone(name: str) -> tzinfo:
    """Returns a time zone by its IANA name. Raises ScheduleExpressionError."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleExpressionError(name) from error


def _rate_times(text: str, created_at: int, start: int | None, *, is_rule: bool) -> _RateTimes:
    found = _RATE.fullmatch(text)
    if found is None:
        raise ScheduleExpressionError(text)
    value, unit, plural = found.groups()
    if is_rule and (value == "1") is bool(plural):
        raise ScheduleExpressionError(text)
    interval = int(value) * _UNITS[unit]
    first = created_at + interval if is_rule else start if start is not None else created_at
    return _RateTimes(first, interval)


def _one_time(text: str, zone: tzinfo) -> int:
    found = _AT.fullmatch(text)
    if found is None:
        raise ScheduleExpressionError(text)
    try:
        moment = datetime(*map(int, found.groups()), tzinfo=zone)  # type: ignore[arg-type,misc]
        return int(moment.timestamp()) * 1000
    except (ValueError, OverflowError) as error:
        raise ScheduleExpressionError(text) from error
