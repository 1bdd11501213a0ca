"""Finds the failed child of a running Map or Parallel when the history does not say what happens next.

No event is recorded before all children run again after a delay, for a Fail state in a branch, or for a
failed JSONPath expression. Such a child only appears to have failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.views.execution.state_visit import StateVisit


def has_running_children(visit: StateVisit) -> bool:
    """Whether the state is a Map or Parallel with running children."""
    return bool(visit.threads) and _has_open_attempt(visit)


def failed_child(visit: StateVisit, is_over: Callable[[StateVisit], bool]) -> StateVisit | None:
    """Returns the state in which a child failed, or appears to have failed; None if all continue.

    `is_over` returns whether the time of a Wait has passed.
    """
    for thread in visit.threads:
        last = thread.visits[-1] if thread.visits else None
        if last is None or thread.status == "SUCCEEDED" or last.exited_id is not None:
            continue
        if last.status in FAILURES:
            return last
        if last.ended_at is None and not _has_open_attempt(last) and (last.type != "Wait" or is_over(last)):
            return last
    return None


def _has_open_attempt(visit: StateVisit) -> bool:
    return bool(visit.attempts) and visit.attempts[-1].ended_at is None
