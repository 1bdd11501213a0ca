"""Times in lists for people: how long ago, and when."""

from __future__ import annotations

from sfn_cli.views.text.time_spans import format_span

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def format_age(milliseconds: int) -> str:
    """Returns how long ago something was, in one unit: "5 min ago", "2 days ago", "now"."""
    return "now" if milliseconds < 1000 else f"{format_rough_span(milliseconds)} ago"


def format_rough_span(milliseconds: int) -> str:
    """Returns a span in one unit, rounded: "5 min", "2 days"; below a second, in hundredths."""
    if milliseconds < 1000:
        return format_span(milliseconds)
    seconds = milliseconds / 1000
    for unit, name in _UNITS:
        count = round(seconds / unit)
        if count >= 1 and seconds >= unit - _half_of_smaller_unit(unit):
            return f"{count} {name}{'s' if name == 'day' and count > 1 else ''}"
    return format_span(milliseconds)


def _half_of_smaller_unit(unit: int) -> float:
    """Returns what a span may lack of a unit and still be rounded up to it: 59.6 min are 1 h."""
    smaller = max((other for other, _ in _UNITS if other < unit), default=0)
    return smaller / 2


def format_until(milliseconds: int) -> str:
    """Returns when something will be: "in 5 min"; "due" when that has passed."""
    return "due" if milliseconds <= 0 else f"in {format_rough_span(milliseconds)}"
