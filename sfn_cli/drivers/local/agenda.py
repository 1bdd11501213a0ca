"""The schedule of a worker's executions: turns in the next round, or at a wall-clock time."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.drivers.local.driven_execution import DrivenExecution, DrivenExecutions


class Agenda:
    """A queue and timers. An entry of an execution that is no longer `driven` is skipped."""

    def __init__(self, driven: DrivenExecutions) -> None:
        self._driven = driven
        self._ready: deque[DrivenExecution] = deque()
        self._timers: list[tuple[int, int]] = []  # a heap of (due at, execution)

    def __len__(self) -> int:
        """The number of queued executions."""
        return len(self._ready)

    @property
    def wake_at(self) -> int | None:
        """When the next timer is due, by the wall clock (milliseconds since 1970)."""
        return self._timers[0][0] if self._timers else None

    def queue(self, driven: DrivenExecution) -> None:
        """Queues the execution for the next round, unless it is offloaded."""
        if not driven.is_queued and not driven.is_offloaded:
            driven.is_queued = True
            self._ready.append(driven)

    def wake(self, driven: DrivenExecution, due_at: int) -> None:
        """Queues the execution at `due_at`, which replaces any earlier setting."""
        if driven.due_at != due_at:
            driven.due_at = due_at
            heappush(self._timers, (due_at, driven.id))

    def queue_due(self, now: int) -> None:
        """Queues the executions whose time has come."""
        while self._timers and self._timers[0][0] <= now:
            due_at, execution = heappop(self._timers)
            driven = self._driven.get(execution)
            if driven is not None and driven.due_at == due_at:
                driven.due_at = None
                self.queue(driven)

    def turns(self) -> Iterator[DrivenExecution]:
        """Removes and yields the executions that are queued now, oldest first."""
        for _ in range(len(self._ready)):
            driven = self._ready.popleft()
            driven.is_queued = False
            if self._driven.contains(driven) and not driven.is_offloaded:
                yield driven
