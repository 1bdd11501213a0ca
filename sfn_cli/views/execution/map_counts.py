"""The progress of a Map's iterations or a Map Run's items: "12 of 60 · 5 running · 0 failed"."""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource


class MapCounts(NamedTuple):
    """The items of a Map by status; `failed` includes those that timed out."""

    total: int
    succeeded: int
    running: int
    failed: int
    aborted: int


def map_counts(visit: "StateVisit", source: "ExecutionSource") -> MapCounts | None:
    """Returns the counts of a visit of a Map; None for other states, or if they are unknown."""
    if visit.type != "Map":
        return None
    if visit.map_run_arn is not None:
        run = source.map_runs.get(visit.map_run_arn)
        if run is None:
            return None
        return MapCounts(run.total, run.succeeded, run.running, run.failed + run.timed_out, run.aborted)
    if visit.item_count is None and not visit.threads:
        return None
    statuses = Counter(thread.status for thread in visit.threads)
    total = len(visit.threads) if visit.item_count is None else visit.item_count
    failed = statuses["FAILED"] + statuses["TIMED_OUT"]
    return MapCounts(total, statuses["SUCCEEDED"], statuses["RUNNING"], failed, statuses["ABORTED"])


def format_map_counts(counts: MapCounts, *, is_open: bool) -> str:
    """Returns the counts in words. For a running Map, zero running and zero failed are included."""
    words = [f"{counts.succeeded} of {counts.total}"]
    if is_open or counts.running:
        words.append(f"{counts.running} running")
    if is_open or counts.failed:
        words.append(f"{counts.failed} failed")
    if counts.aborted:
        words.append(f"{counts.aborted} aborted")
    return " · ".join(words)
