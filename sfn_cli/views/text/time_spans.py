"""Readable durations: "0.02 s", "1 min 5 s", "3 h 20 min", "2.5 days"."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def format_span(milliseconds: int) -> str:
    """Returns a duration in suitable units."""
    seconds = max(0, milliseconds) / 1000
    if seconds < 59.995:  # otherwise "60.00 s"
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 2 * 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole / 86_400:.1f} days"


def format_rough_span(milliseconds: int) -> str:
    """Returns a duration rounded to one unit: "5 min", "2 days"; below a second, in hundredths."""
    if milliseconds < 1000:
        return format_span(milliseconds)
    seconds = milliseconds / 1000
    for unit, name in _UNITS:
        count = round(seconds / unit)
        if count >= 1 and seconds >= unit - _half_of_smaller_unit(unit):
            return f"{count} {name}{'s' if name == 'day' and count > 1 else ''}"
    return format_span(milliseconds)


def _half_of_smaller_unit(unit: int) -> float:
    """Returns how much shorter than a unit a duration may be to be rounded up to it: 59.6 min are 1 h."""
    smaller = max((other for other, _ in _UNITS if other < unit), default=0)
    return smaller / 2


def format_long_span(milliseconds: int) -> str:
    """Returns a long duration in the largest unit of which it has at least two: "3 days", "36 h"."""
    seconds = milliseconds / 1000
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return format_span(milliseconds)
