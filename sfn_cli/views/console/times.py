"""Times on pages of the console, in the time zone of this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.text.markup import Markup, element
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from datetime import tzinfo


def draw_time(at: int, zone: tzinfo | None) -> Markup:
    """Returns a time in milliseconds since 1970 as "2026-12-01 09:00:05 CET"; its title is exact, in UTC.

    Without a `zone`, it is in that of this machine.
    """
    try:
        moment, exact = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone), utc_date(at)
    except (OverflowError, ValueError, OSError):
        return element("span", {}, "the end of time")
    return element("time", {"datetime": exact, "title": exact}, f"{moment:%Y-%m-%d %H:%M:%S %Z}")


def draw_duration(started_at: int, ended_at: int | None) -> Markup:
    """Returns how long something took; while it lasts, an element in which the script counts."""
    if ended_at is not None:
        return element("span", {}, format_span(ended_at - started_at))
    return element("span", {"data-since": started_at}, "…")
