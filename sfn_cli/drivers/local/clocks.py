"""Clocks of executions that do not follow the wall clock (SFN_CLOCK): virtual and fast.

A virtual clock jumps; a fast one runs faster. `wall` is wall-clock time, `now` and `due` are times
of the execution, all in milliseconds since 1970. The position of a clock is derived from the
history: a worker that resumes an execution continues from there.
"""

from __future__ import annotations

from sfn_cli.settings import VIRTUAL_CLOCK, fast_time
from sfn_cli.store.records.stepfunctions.worker_commits import VirtualJump

GRACE_MS = 1_000
"""How long a virtual clock pauses before it jumps to the timeout, while only an outside caller can
answer."""


class VirtualClock:
    """Runs at the wall clock's rate, ahead of it, and jumps to the next due time."""

    def __init__(self, last_at: int, wall: int) -> None:
        self._ahead = max(0, last_at - wall)
        self.paused_until: tuple[int, int] = (0, 0)
        """Its pause for an outside caller: (after which event, until when by wall clock)."""
        self._jumps: list[VirtualJump] = []

    def now(self, wall: int) -> int:
        """Returns the clock's time."""
        return wall + self._ahead

    def wall_time_of(self, due: int) -> int:
        """Returns the wall-clock time at which this clock reaches `due` if it does not jump."""
        return due - self._ahead

    def jump(self, due: int, wall: int) -> None:
        """Moves the clock forward to `due`, unless it is already later."""
        now = self.now(wall)
        if due > now:
            self._jumps.append(VirtualJump(now, due))
            self._ahead = due - wall

    def take_jumps(self, until: int) -> list[VirtualJump]:
        """Removes and returns the jumps that ended by `until`."""
        taken = [jump for jump in self._jumps if jump.jumped_to <= until]
        self._jumps = self._jumps[len(taken) :]
        return taken


class FastClock:
    """Runs `factor` times as fast as the wall clock, from the start of the execution."""

    def __init__(self, factor: float, started_at: int) -> None:
        self._factor = factor
        self._started_at = started_at

    def now(self, wall: int) -> int:
        return fast_time(self._factor, self._started_at, wall)

    def wall_time_of(self, due: int) -> int:
        return self._started_at + int((due - self._started_at) / self._factor) + 1


Clock = VirtualClock | FastClock


def clock_of(setting: str, started_at: int, last_at: int, wall: int) -> Clock:
    """Returns the clock that the setting names, at the position of the execution's last event."""
    return VirtualClock(last_at, wall) if setting == VIRTUAL_CLOCK else FastClock(float(setting), started_at)
