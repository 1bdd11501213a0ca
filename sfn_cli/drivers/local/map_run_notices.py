"""Notifies the conductors of Map Runs that children have ended.

A Map Run is conducted by the worker that drives its execution; its children may run in any worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.integrations.integration import TaskContext


class MapRunNotices:
    """The Map Runs of the executions that one worker drives."""

    def __init__(self, context: TaskContext) -> None:
        self._context = context
        self._changed: set[int] = set()

    def child_ended(self, map_run: int) -> None:
        """Notes, for the next `send`, that a child of the Map Run in this row has ended."""
        self._changed.add(map_run)

    def send(self) -> None:
        """Notifies the conductors of Map Runs whose children have ended, whichever worker they are in."""
        changed, self._changed = self._changed, set()
        self._check(changed & self._context.map_runs.keys())
        if changed - self._context.map_runs.keys():
            self._context.service.runner.wake()

    def check_all(self) -> None:
        """Checks every Map Run: another process may have ended children, or changed the run's limits."""
        self._check(tuple(self._context.map_runs))

    def _check(self, map_runs: Iterable[int]) -> None:
        for run in map_runs:
            if (check := self._context.map_runs.get(run)) is not None:
                check()
