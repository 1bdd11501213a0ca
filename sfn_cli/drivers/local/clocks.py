"""Clocks of executions that do not run by the wall's (SFN_CLOCK): one that jumps, and one that runs faster.

`wall` is the time of the wall's clock, `now` and `due` are times of the execution, all in milliseconds
since 1970. What the clock showed is told by the history: a worker that resumes goes on from there.
"""

from __future__ import annotations

from sfn_cli.settings import fast_time

VIRTUAL = "virtual"

GRACE_MS = 1_000
"""How long a virtual clock stands when only someone outside can answer: then it jumps to the timeout."""


class VirtualClock:
    """Runs as the wall's does, some time ahead of it, and jumps to where something is due."""

    def __init__(self, last_at: int, wall: int) -> None:
        self._ahead = max(0, last_at - wall)
        self.stands_until: tuple[int, int] = (0, 0)
        """(after which event, until when by the wall's clock) it waits for an answer from outside."""

    def now(self, wall: int) -> int:
        """What the clock shows."""
        return wall + self._ahead

    def comes_at(self, due: int) -> int:
        """When by the wall's clock it shows `due`, if it does not jump."""
        return due - self._ahead

    def jump(self, due: int, wall: int) -> None:
        """Shows `due` from now on, or what it shows already when that is later."""
        self._ahead = max(self._ahead, due - wall)


class FastClock:
    """Runs so many times faster than the wall's, since the execution began."""

    def __init__(self, factor: float, started_at: int) -> None:
        self._factor = factor
        self._started_at = started_at

    def now(self, wall: int) -> int:
        return fast_time(self._factor, self._started_at, wall)

    def comes_at(self, due: int) -> int:
        return self._started_at + int((due - self._started_at) / self._factor) + 1


Clock = VirtualClock | FastClock


def clock_of(setting: str, started_at: int, last_at: int, wall: int) -> Clock:
    """The clock that a setting names, of an execution that has come so far."""
    return VirtualClock(last_at, wall) if setting == VIRTUAL else FastClock(float(setting), started_at)
