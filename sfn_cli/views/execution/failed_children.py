"""A Map or Parallel of which a child failed, while nothing in the history says what it will do.

Before all children run again after a delay, no event is recorded. Nor is there one for a Fail in a
branch, nor for an expression of JSONPath that fails: such a child only seems to have failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.views.execution.state_visit import StateVisit


def has_running_children(visit: StateVisit) -> bool:
    """Whether the state is a Map or Parallel, and its children run."""
    return bool(visit.threads) and _has_open_attempt(visit)


def failed_child(visit: StateVisit, is_over: Callable[[StateVisit], bool]) -> StateVisit | None:
    """Returns the state with which a child failed, or seems to have failed; None if all go on.

    `is_over` says of a Wait whether its time has passed.
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
