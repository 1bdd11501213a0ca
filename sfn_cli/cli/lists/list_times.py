"""Times in lists for people: how long ago, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sfn_cli.views.time_spans import format_span

if TYPE_CHECKING:
    from datetime import tzinfo

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def format_age(milliseconds: int) -> str:
    """Returns how long ago something was, in one unit: "5 min ago", "2 days ago", "now"."""
    return "now" if milliseconds < 1000 else f"{format_rough_span(milliseconds)} ago"


def format_rough_span(milliseconds: int) -> str:
    """Returns a span in its largest unit: "5 min", "2 days"; below a second, in hundredths."""
    seconds = milliseconds // 1000
    for unit, name in _UNITS:
        if seconds >= unit:
            count = seconds // unit
            return f"{count} {name}{'s' if name == 'day' and count > 1 else ''}"
    return format_span(milliseconds)


def format_until(milliseconds: int) -> str:
    """Returns when something will be: "in 5 min"; "due" when that has passed."""
    return "due" if milliseconds <= 0 else f"in {format_rough_span(milliseconds)}"


def local_zone() -> tzinfo | None:
    """Returns this machine's time zone, as of now."""
    return datetime.now().astimezone().tzinfo
