"""Spans of time for people: "0.02 s", "1 min 5 s", "3 h 20 min", "2.5 days"."""

from __future__ import annotations


def format_span(milliseconds: int) -> str:
    """Returns a span in the units that a person would use; virtual days are days."""
    seconds = max(0, milliseconds) / 1000
    if seconds < 60:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 2 * 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole / 86_400:.1f} days"
