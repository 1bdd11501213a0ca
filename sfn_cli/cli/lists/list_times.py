"""Times in lists for people: how long ago, and when."""

from __future__ import annotations

from sfn_cli.views.text.time_spans import format_rough_span


def format_age(milliseconds: int) -> str:
    """Returns how long ago something was, in one unit: "5 min ago", "2 days ago", "now"."""
    return "now" if milliseconds < 1000 else f"{format_rough_span(milliseconds)} ago"


def format_until(milliseconds: int) -> str:
    """Returns when something will be: "in 5 min"; "due" when that has passed."""
    return "due" if milliseconds <= 0 else f"in {format_rough_span(milliseconds)}"
