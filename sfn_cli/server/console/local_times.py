"""Times on the console's pages: in the time zone of this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def local_zone() -> tzinfo | None:
    """Returns this machine's time zone, as it is now."""
    return datetime.now().astimezone().tzinfo


def local_time_text(at: int) -> str:
    """Returns a time in milliseconds since 1970 as "2026-12-01 09:00:00"."""
    try:
        moment = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)).astimezone()
    except (OverflowError, ValueError, OSError):
        return "the end of time"
    return f"{moment:%Y-%m-%d %H:%M:%S}"
