"""Reports clients' errors on stderr: one line for all clients with the same error."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

QUIET_SECONDS = 10.0
"""How long a line is suppressed after it was printed; then one line counts the repetitions."""


class Notices:
    """The notices of one server. Belongs to the thread of its event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def note(self, line: str) -> None:
        """Prints a line, or counts it if it was printed within the last QUIET_SECONDS."""
        if line in self._counts:
            self._counts[line] += 1
            return
        self.print_line(line)
        self._counts[line] = 0
        asyncio.get_running_loop().call_later(QUIET_SECONDS, self._summarize, line)

    def _summarize(self, line: str) -> None:
        if count := self._counts.pop(line):
            self.print_line(f"{line} ({count} more in {QUIET_SECONDS:.0f} s)")

    def print_line(self, line: str) -> None:
        with suppress(OSError):  # stderr is closed
            print(f"sfn serve: {line}", file=sys.stderr, flush=True)
