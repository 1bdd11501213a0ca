"""Times of a report, in UTC: the same for all who read it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(at: int) -> str:
    """Returns a time in milliseconds since 1970 as "2026-12-01 09:00:00.123 UTC"."""
    try:
        moment = datetime.fromtimestamp(at // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return f"{at} ms after 1970"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{at % 1000:03} UTC"
