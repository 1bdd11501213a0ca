"""A pipe by which threads wake a loop that waits in `select`."""

from __future__ import annotations

import os
from contextlib import suppress


class WakePipe:
    """A pipe that is readable from `wake` until `clear`, however often it was woken.

    It is registered with the loop's selector.
    """

    __slots__ = ("_read_end", "_write_end")

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        os.set_blocking(self._write_end, False)

    def fileno(self) -> int:
        return self._read_end

    def wake(self) -> None:
        """Wakes the loop. Called from any thread."""
        with suppress(OSError):  # full: it is readable already; closed: the loop has ended
            os.write(self._write_end, b".")

    def clear(self) -> None:
        """Makes the pipe unreadable until the next `wake`.

        Called in the loop, before it looks for work.
        """
        with suppress(BlockingIOError):
            while os.read(self._read_end, 4096):
                pass

    def close(self) -> None:
        """Closes both ends, after the loop has ended. A later `wake` does nothing."""
        ends = self._read_end, self._write_end
        self._read_end = self._write_end = -1
        for end in ends:
            os.close(end)
