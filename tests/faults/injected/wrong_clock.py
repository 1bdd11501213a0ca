"""A wall clock that is set forward or back while the process runs; the monotonic clock goes on as it did."""

from __future__ import annotations

import time


def install(path: str) -> None:
    """Moves `time.time` by the seconds that the file at `path` holds when they are asked; no file
    is no change.
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
