"""Readable times: as short as the other end of a period allows, or in full."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

_A_DAY = 24 * 3600 * 1000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The names of months; strftime's %b depends on the locale."""


def format_moment(at: int, since: int, zone: tzinfo | None = None) -> str:
    """Returns the time `at` in a period that starts at `since`: "09:00:05 UTC", "3 Dec 09:00 UTC".

    Both are in milliseconds since 1970. With a `zone`, by default UTC, the zone's name is left out.
    """
    try:
        moment, start = (datetime.fromtimestamp(time / 1000, zone or UTC) for time in (at, since))
    except (OverflowError, ValueError, OSError):
        return "the end of time"
    clock = f"{moment:%H:%M}" if moment.second == 0 or at - since >= _A_DAY else f"{moment:%H:%M:%S}"
    day = "" if moment.date() == start.date() else f"{moment.day} {_MONTHS[moment.month - 1]} "
    year = "" if moment.year == start.year else f"{moment.year} "
    return f"{day}{year}{clock}" + (" UTC" if zone is None else "")


def utc_text(at: int) -> str:
    """Returns a time in milliseconds since 1970 as "2026-12-01 09:00:00.123 UTC"."""
    try:
        moment = datetime.fromtimestamp(at // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return f"{at} ms after 1970"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{at % 1000:03} UTC"
