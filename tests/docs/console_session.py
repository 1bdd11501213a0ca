"""A bash session at a pseudo-terminal: the commands of a page, one after another."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.processes import TIMEOUT_SECONDS
from tests.pseudo_terminals import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Commands arrive through a FIFO, so that nothing is echoed. With job control (set -m), a program in the
# background does not receive the Ctrl-C of one in the foreground.
_LOOP = r"""
set -m
trap : INT
exec 9<>"$CONSOLE_COMMANDS"
while IFS= read -r -d "" -u 9 command; do
    eval "$command" 9<&-
    printf '\033]777;%s\007' "$?"
done
"""
_END_OF_COMMAND = re.compile(rb"\x1b\]777;(\d+)\x07")
_CONTROL = re.compile(rb"\x1b|\r(?!\n)|\x08")
COLUMNS = 100
CTRL_C = "\x03"


class ConsoleSession:
    """A shell of its own; `cd`, exports and background jobs last as long as it does."""

    def __init__(self, commands: Path, environment: Mapping[str, str], folder: Path) -> None:
        os.mkfifo(commands)
        self._terminal = PseudoTerminal(
            ["bash", "--norc", "--noprofile", "-c", _LOOP],
            {**environment, "CONSOLE_COMMANDS": str(commands)},
            columns=COLUMNS,
            lines=100,
            cwd=folder,
        )
        # Opened for reading too: a session that has ended leaves no writer that waits.
        self._commands = os.open(commands, os.O_RDWR)
        self._has_begun = False

    def start(self, command: str) -> None:
        """Types a command, once the one before it has ended, and does not wait for its end."""
        if self._has_begun:
            self.end_of_command()
        self._has_begun = True
        self._terminal.clear()
        os.write(self._commands, command.encode() + b"\0")

    def run(self, command: str, timeout_seconds: float = TIMEOUT_SECONDS) -> tuple[int, str]:
        """Runs a command to its end; returns its exit code and what the terminal shows of it."""
        self.start(command)
        return self.end_of_command(timeout_seconds)

    def until_output(self, has_appeared: Callable[[str], bool]) -> bool:
        """Waits for output of the current command; returns False if it does not appear in time."""
        with suppress(AssertionError):
            self._terminal.until(lambda _: has_appeared(self.output) or self._ended)
        return has_appeared(self.output)

    def interrupt(self) -> None:
        self._terminal.type(CTRL_C)

    def end_of_command(self, timeout_seconds: float = TIMEOUT_SECONDS) -> tuple[int, str]:
        self._terminal.until(lambda _: self._ended, "the end of the command", timeout_seconds)
        end = _END_OF_COMMAND.search(self._terminal.written)
        assert end is not None, f"the shell has ended\n{self._terminal.text}"
        return int(end[1]), self.output

    @property
    def output(self) -> str:
        """What the terminal shows: lines as they were written, unless the cursor was moved."""
        written = _END_OF_COMMAND.split(self._terminal.written)[0]
        if _CONTROL.search(written):
            return self._terminal.text
        return written.decode(errors="replace").replace("\r\n", "\n")

    def close(self) -> None:
        os.close(self._commands)
        self._terminal.close()

    @property
    def _ended(self) -> bool:
        return _END_OF_COMMAND.search(self._terminal.written) is not None
