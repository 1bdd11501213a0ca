"""Readable text of Retriers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphNode, GraphRetrier


def retry_labels(node: GraphNode) -> list[str]:
    """Returns a short label for each Retrier with retries: "retry Timeout, ALL ≤ 4"."""
    return [
        f"retry {', '.join(retrier.errors)} ≤ {retrier.attempts}"
        for retrier in node.retriers
        if retrier.attempts
    ]


def describe_retries(node: GraphNode) -> list[str]:
    """Returns a line for each Retrier: "Busy: at most 4 times, after 0.5 s, 1 s, 2 s, 2 s"."""
    return [f"{', '.join(retrier.errors)}: {_describe_retrier(retrier)}" for retrier in node.retriers]


_MOST_DELAYS = 4
_HOUR_SECONDS = 3_600
_LONGEST_DELAY_SECONDS = 31_622_400
"""A limit above any delay (MaxDelaySeconds is at most a year), so that powers of rates stay finite."""


def _describe_retrier(retrier: GraphRetrier) -> str:
    if not retrier.attempts:
        return "not retried"
    times = {1: "once", 2: "twice"}.get(retrier.attempts, f"{retrier.attempts} times")
    delays = [_delay_text(retrier, number) for number in range(min(retrier.attempts, _MOST_DELAYS))]
    more = ", …" if retrier.attempts > _MOST_DELAYS else ""
    return f"at most {times}, after {', '.join(delays)}{more}"


def _delay_text(retrier: GraphRetrier, number: int) -> str:
    """Returns the delay before retry `number`, from 0, without jitter."""
    most = _LONGEST_DELAY_SECONDS if retrier.most_seconds is None else retrier.most_seconds
    try:
        seconds = min(most, retrier.interval_seconds * retrier.backoff_rate**number)
    except OverflowError:
        seconds = most
    return f"{seconds:.6g} s" if seconds < _HOUR_SECONDS else format_span(round(seconds * 1000))
