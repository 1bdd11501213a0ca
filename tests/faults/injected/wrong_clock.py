"""A wall clock that is set while the process runs; the monotonic clock is unchanged."""

from __future__ import annotations

import time


def install(path: str) -> None:
    """Moves `time.time` by the seconds in the file at `path`, which is read at each call.

    A missing file means no change.
    """
    really, really_ns = time.time, time.time_ns

    def offset() -> int:
        try:
            with open(path, encoding="ascii") as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    time.time = lambda: really() + offset()
    time.time_ns = lambda: really_ns() + offset() * 1_000_000_000
