"""Cleans up after children that ended: dying processes, and daemons (strays.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.functions import strays

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.functions.process import Process

REAP_MILLISECONDS = 20
SWEEP_MILLISECONDS = 1000
"""How often a pool with children looks for strays of children that ended."""


class Reaper:
    """Reaps killed processes and kills their strays; only `close` blocks.

    All times are milliseconds of a monotonic clock.
    """

    def __init__(self, home: str, report: Callable[[str], None]) -> None:
        """`report` writes a line to the log of this process."""
        self._home = home
        self._report = report
        self._dying: list[Process] = []
        self._sweep_at: int | None = None

    def wake_at(self, now: int) -> int | None:
        """When `tick` is due next."""
        reap_at = now + REAP_MILLISECONDS if self._dying else None
        return min((at for at in (reap_at, self._sweep_at) if at is not None), default=None)

    def tick(self, now: int, *, has_children: bool) -> None:
        """Handles due events. While the pool has children, it looks for strays repeatedly."""
        self._dying = [process for process in self._dying if not process.reap()]
        if self._sweep_at is not None and self._sweep_at <= now:
            left = strays.sweep_strays(self._report) or bool(self._dying)
            self._sweep_at = (
                now + REAP_MILLISECONDS if left else now + SWEEP_MILLISECONDS if has_children else None
            )

    def note_start(self, now: int) -> None:
        """Records that a process was started: it may leave strays."""
        self._sweep_by(now + SWEEP_MILLISECONDS)

    def kill(self, process: Process, now: int) -> None:
        """Kills a process, and its strays soon after."""
        process.kill()
        if not process.reap():
            self._dying.append(process)
        self._sweep_by(now)

    def end_orphans(self) -> None:
        """Kills processes that functions of killed workers left behind."""
        strays.end_orphaned_strays(self._home, self._report)

    def close(self) -> None:
        """Waits until all killed processes have ended, and kills all strays."""
        for process in self._dying:
            process.reap(wait=True)
        self._dying.clear()
        if self._sweep_at is not None:
            strays.end_all_strays(self._report)
            self._sweep_at = None

    def _sweep_by(self, at: int) -> None:
        if strays.ARE_FOUND:
            self._sweep_at = at if self._sweep_at is None else min(self._sweep_at, at)
