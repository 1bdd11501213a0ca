"""What clients did wrong, as lines on stderr for the person who runs the server: a line, however many clients did it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

QUIET_SECONDS = 10.0
"""How long a line is not repeated; what happened meanwhile is counted in the next one."""


class Notices:
    """The notices of one server. Belongs to the thread of its event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def note(self, line: str) -> None:
        """Prints a line, or counts it if it was printed within the last QUIET_SECONDS."""
        if line in self._counts:
            self._counts[line] += 1
            return
        self._print(line)
        self._counts[line] = 0
        asyncio.get_running_loop().call_later(QUIET_SECONDS, self._summarize, line)

    def _summarize(self, line: str) -> None:
        if count := self._counts.pop(line):
            self._print(f"{line} ({count} more in {QUIET_SECONDS:.0f} s)")

    def _print(self, line: str) -> None:
        with suppress(OSError):  # nobody reads them
            print(f"sfn serve: {line}", file=sys.stderr, flush=True)
