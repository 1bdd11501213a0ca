"""AWS's dialect of cron: minutes, hours, days of the month, months, days of the week, years.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based

    0 10 * * ? *            10:00 every day             0/15 9-17 ? * MON-FRI *   every quarter of an hour
    0 18 L * ? *            the last day of a month     0 8 ? * 6#3 *             the third Friday
    0 8 15W * ? *           the weekday nearest the 15th     0 8 ? * 6L *         the last Friday

Sunday is 1. Of the two fields for days, one must be "?". A time that a change of the clocks skips is
left out; one that it repeats comes once.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.query.schedule_expression.errors import ScheduleExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import tzinfo

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_SATURDAY = 7


class _Field(NamedTuple):
    least: int
    most: int
    names: Sequence[str] = ()
    """The names of the values from `least` on."""

    def value(self, text: str) -> int:
        if text.upper() in self.names:
            return self.least + self.names.index(text.upper())
        if not (text.isascii() and text.isdigit()) or not self.least <= int(text) <= self.most:
            raise ScheduleExpressionError(text)
        return int(text)

    def values(self, text: str) -> list[int]:
        """Returns the values of a list such as "0/15" or "MON-WED,5", in order."""
        return sorted({value for part in text.split(",") for value in self._part_values(part)})

    def _part_values(self, part: str) -> range:
        span, slash, step_text = part.partition("/")
        step = 1
        if slash:
            if not (step_text.isascii() and step_text.isdigit()) or int(step_text) < 1:
                raise ScheduleExpressionError(part)
            step = int(step_text)
        first_text, dash, last_text = span.partition("-")
        if span == "*":
            first, last = self.least, self.most
        else:
            first = self.value(first_text)
            last = self.value(last_text) if dash else self.most if slash else first
        if first > last:
            raise ScheduleExpressionError(part)
        return range(first, last + 1, step)


_MINUTES, _HOURS, _DAYS_OF_MONTH = _Field(0, 59), _Field(0, 23), _Field(1, 31)
_MONTHS_OF_YEAR, _DAYS_OF_WEEK = _Field(1, 12, _MONTHS), _Field(1, 7, _DAYS)
_YEARS = _Field(_FIRST_YEAR, _LAST_YEAR)


class CronTimes:
    """The times of a cron expression in a time zone."""

    def __init__(self, text: str, zone: tzinfo) -> None:
        """Takes the six fields. Raises ScheduleExpressionError."""
        fields = text.split()
        if len(fields) != 6:
            raise ScheduleExpressionError(text)
        minutes, hours, days_of_month, months, days_of_week, years = fields
        if (days_of_month == "?") == (days_of_week == "?"):
            raise ScheduleExpressionError(text)
        self._zone = zone
        self._minutes = _MINUTES.values(minutes)
        self._hours = _HOURS.values(hours)
        self._months = _MONTHS_OF_YEAR.values(months)
        self._years = _YEARS.values(years)
        self._is_day = _month_day_test(days_of_month) if days_of_week == "?" else _week_day_test(days_of_week)

    def next_after(self, after: int) -> int | None:
        local = datetime.fromtimestamp(after / 1000, self._zone)
        for day in self._days_from(local.date()):
            for hour in self._hours:
                if day == local.date() and hour < local.hour:
                    continue
                for minute in self._minutes:
                    at = self._time_at(day, hour, minute)
                    if at is not None and at > after:
                        return at
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self._years:
            if year < first.year:
                continue
            for month in self._months:
                if (year, month) < (first.year, first.month):
                    continue
                for number in range(1, monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self._is_day(day):
                        yield day

    def _time_at(self, day: date, hour: int, minute: int) -> int | None:
        """Returns a local time in milliseconds since 1970; None if the clocks skip it."""
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            return None
        return int(moment.timestamp()) * 1000


def _month_day_test(text: str) -> Callable[[date], bool]:
    tests = [_one_month_day_test(part) for part in text.upper().split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_month_day_test(part: str) -> Callable[[date], bool]:
    if part in ("L", "LW"):
        return lambda day: day.day == _month_day(day, 31, is_weekday=part == "LW")
    if found := re.fullmatch(r"L-(\d{1,2})", part):
        back = _DAYS_OF_MONTH.value(found[1])
        return lambda day: day.day == monthrange(day.year, day.month)[1] - back
    if found := re.fullmatch(r"(\d{1,2})W", part):
        number = _DAYS_OF_MONTH.value(found[1])
        return lambda day: day.day == _month_day(day, number, is_weekday=True)
    numbers = frozenset(_DAYS_OF_MONTH.values(part))
    return lambda day: day.day in numbers


def _month_day(day: date, number: int, *, is_weekday: bool) -> int:
    """Returns the number of a day of the month of `day`, or of the weekday that is nearest to it."""
    last = monthrange(day.year, day.month)[1]
    found = day.replace(day=min(number, last))
    if not is_weekday or found.weekday() < 5:
        return found.day
    nearest = found + timedelta(days=-1 if found.weekday() == 5 else 1)
    if nearest.month == day.month:
        return nearest.day
    return found.day + 2 if found.day == 1 else found.day - 2


def _week_day_test(text: str) -> Callable[[date], bool]:
    tests = [_one_week_day_test(part) for part in text.upper().split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_week_day_test(part: str) -> Callable[[date], bool]:
    if part == "L":
        return lambda day: _week_day(day) == _SATURDAY
    if found := re.fullmatch(r"(\w+)L", part):
        last = _DAYS_OF_WEEK.value(found[1])
        return lambda day: _week_day(day) == last and day.day > monthrange(day.year, day.month)[1] - 7
    if found := re.fullmatch(r"(\w+)#([1-5])", part):
        wanted, week = _DAYS_OF_WEEK.value(found[1]), int(found[2])
        return lambda day: _week_day(day) == wanted and (day.day + 6) // 7 == week
    numbers = frozenset(_DAYS_OF_WEEK.values(part))
    return lambda day: _week_day(day) in numbers


def _week_day(day: date) -> int:
    """Returns 1 for Sunday to 7 for Saturday."""
    return day.isoweekday() % 7 + 1
