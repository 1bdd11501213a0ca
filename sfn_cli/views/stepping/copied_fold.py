"""A fold that can be copied, to return to an earlier event without starting again.

Law: a copy shares with its original what no later event changes: states that were exited, and threads
that succeeded. So a copy costs little more than the states that are open.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from sfn_cli.views.execution.fold import ExecutionFold

if TYPE_CHECKING:
    from sfn_cli.views.execution.state_visit import StateVisit, Thread


class CopiableFold(ExecutionFold):
    """A fold, and copies of it that continue independently."""

    def copy(self) -> CopiableFold:
        """Returns a fold with the same view, which later events of this fold do not change."""
        copies = _OpenParts()
        view = copy(self.view)
        view.root = copies.thread(view.root)
        copied = CopiableFold(view.source)
        copied.view = view
        copied._threads = self._threads.copy(copies.threads, copies.visits)
        copied._silent = self._silent
        return copied


class _OpenParts:
    """Copies of threads and visits that may still change, by the `id` of the original."""

    def __init__(self) -> None:
        self.threads: dict[int, Thread] = {}
        self.visits: dict[int, StateVisit] = {}

    def thread(self, thread: Thread) -> Thread:
        if thread.ended_at is not None and thread.status == "SUCCEEDED":
            return thread
        known = self.threads.get(id(thread))
        if known is None:
            known = self.threads[id(thread)] = copy(thread)
            known.parent = None if thread.parent is None else self.visit(thread.parent)
            known.visits = [self.visit(visit) for visit in thread.visits]
        return known

    def visit(self, visit: StateVisit) -> StateVisit:
        if visit.exited_id is not None:
            return visit
        known = self.visits.get(id(visit))
        if known is None:
            known = self.visits[id(visit)] = copy(visit)
            known.thread = self.thread(visit.thread)
            known.previous = None if visit.previous is None else self.visit(visit.previous)
            known.attempts = [copy(attempt) for attempt in visit.attempts]
            known.threads = [self.thread(thread) for thread in visit.threads]
            known.former_threads = list(visit.former_threads)
        return known
