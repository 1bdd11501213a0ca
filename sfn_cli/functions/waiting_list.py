"""Invocations that wait for a child, in the order of arrival, with their timeouts."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.functions.fleets import Fleet
    from sfn_cli.functions.invocation import Invocation


class WaitingList:
    """The waiting invocations of all fleets; each is also in its fleet's `waiting`."""

    def __init__(self) -> None:
        self._fleets: dict[Invocation, Fleet] = {}
        self._timeouts: list[tuple[int, int, Invocation]] = []
        self._serial = count()

    def __len__(self) -> int:
        return len(self._fleets)

    @property
    def timeout_at(self) -> int | None:
        """When (monotonic) the next invocation times out."""
        return self._timeouts[0][0] if self._timeouts else None

    def add(self, fleet: Fleet, invocation: Invocation) -> None:
        """Adds an invocation that waits for a child of this fleet."""
        fleet.waiting[invocation] = None
        self._fleets[invocation] = fleet
        if invocation.timeout_at is not None:
            heapq.heappush(self._timeouts, (invocation.timeout_at, next(self._serial), invocation))

    def pop_first(self, fleet: Fleet) -> Invocation | None:
        """Removes and returns the invocation that has waited longest for this fleet."""
        if not fleet.waiting:
            return None
        invocation, _ = fleet.waiting.popitem(last=False)
        del self._fleets[invocation]
        return invocation

    def remove(self, invocation: Invocation) -> bool:
        """Removes an invocation. Returns whether it was waiting."""
        fleet = self._fleets.pop(invocation, None)
        if fleet is None:
            return False
        del fleet.waiting[invocation]
        return True

    def pop_timed_out(self, now: int) -> Iterator[Invocation]:
        """Removes and yields, one by one, the invocations whose timeouts have passed."""
        while self._timeouts and (self._timeouts[0][0] <= now or self._timeouts[0][2].settled):
            invocation = heapq.heappop(self._timeouts)[2]
            if self.remove(invocation):
                yield invocation

    def clear(self) -> None:
        self._fleets.clear()
        self._timeouts.clear()
