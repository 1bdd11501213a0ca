"""A command at a pseudo-terminal, with the screen that a user sees."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pyte

from tests.processes import SFN, TIMEOUT_SECONDS, environment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


class PseudoTerminal:
    """A terminal whose session leader is the command: it receives Ctrl-C, Ctrl-Z and resizes.

    `written` is all that reached it, `history` its lines that have left the screen at the top.
    """

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        *,
        columns: int,
        lines: int,
        cwd: Path | None,
    ) -> None:
        self._screen = pyte.HistoryScreen(columns, lines, history=10_000, ratio=1.0)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        self._set_size(slave, columns, lines)
        self._kept_open = os.dup(slave)
        self.written = b""
        self.modes = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_controlling_terminal,  # noqa: PLW1509  (no thread of a test holds a lock)
        )
        os.close(slave)

    @property
    def screen(self) -> str:
        """The text on the screen, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    @property
    def text(self) -> str:
        """The text with what was scrolled off the screen at the top."""
        columns = self._screen.columns
        above = ("".join(line[column].data for column in range(columns)) for line in self._screen.history.top)
        return "\n".join([*(line.rstrip() for line in above), self.screen])

    @property
    def cursor_is_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def current_modes(self) -> list[object]:
        """The terminal's attributes, as `termios` returns them."""
        return termios.tcgetattr(self._kept_open)

    def until(
        self,
        condition: Callable[[PseudoTerminal], object],
        what: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> str:
        """Reads what the command writes until the condition holds; returns the screen then."""
        give_up_at = time.monotonic() + timeout_seconds
        while not condition(self):
            left = give_up_at - time.monotonic()
            if left <= 0 or not self._read(min(left, 0.5)):
                assert condition(self), f"never on the screen: {what}\n{self.screen}"
        return self.screen

    def until_shown(self, text: str) -> str:
        return self.until(lambda terminal: text in terminal.screen, text)

    def read_for(self, seconds: float) -> None:
        """Reads what the command writes for so long: a measure of time, and no way to await text."""
        end_at = time.monotonic() + seconds
        while (left := end_at - time.monotonic()) > 0:
            self._read(left)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def press(self, keys: str, *shown: str) -> None:
        """Types keys and waits until the screen has all of these texts."""
        self.type(keys)
        self.until(lambda terminal: all(text in terminal.screen for text in shown), ", ".join(shown))

    def clear(self) -> None:
        """Discards what was written so far; the command continues on an empty screen."""
        self._screen.reset()
        self._screen.history.top.clear()
        self.written = b""

    def resize(self, columns: int, lines: int) -> None:
        self._screen.resize(lines, columns)
        self._set_size(self._master, columns, lines)

    def end(self) -> int:
        """Reads until the command has ended; returns its exit code."""
        self.until(lambda terminal: terminal.process.poll() is not None, "the end of the command")
        while self._read(0):
            pass
        return self.process.wait()

    def assert_restored(self, *, had_own_screen: bool = False) -> None:
        """Checks that the command has left the terminal as it was.

        `had_own_screen` is whether the command has used the alternate screen.
        """
        assert self.current_modes() == self.modes
        assert not self.cursor_is_hidden
        entered = self.written.count(b"\x1b[?1049h")
        assert self.written.count(b"\x1b[?1049l") == entered
        assert (entered > 0) is had_own_screen

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._kept_open)
        os.close(self._master)

    def _read(self, seconds: float) -> bool:
        """Reads available output; returns False if there is none and the command has ended."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return self.process.poll() is None and seconds > 0
        piece = os.read(self._master, 65536)
        self.written += piece
        self._stream.feed(piece)
        return True

    def _set_size(self, descriptor: int, columns: int, lines: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def _take_controlling_terminal() -> None:
    # As from a shell, even if the tests run in the background, where these signals may be ignored.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def pseudo_terminal(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    columns: int = 100,
    lines: int = 30,
    cwd: Path | None = None,
    program: list[str] | None = None,
) -> Iterator[PseudoTerminal]:
    """Runs the installed command (or another program) at a terminal, and kills it if it still runs."""
    variables = {**environment_of(home, {"TERM": "xterm-256color", "AWS_PAGER": ""}), **(environment or {})}
    terminal = PseudoTerminal(program or [SFN, *arguments], variables, columns=columns, lines=lines, cwd=cwd)
    try:
        yield terminal
    finally:
        terminal.close()
