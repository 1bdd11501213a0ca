"""The whole screen of a terminal, with the keys that are typed.

Rule 1: what was on the terminal before is there again afterwards (the alternate screen).
Rule 2: a drawing is one write, of the changed lines only.
Rule 3: the terminal is also restored while an editor runs.
"""

from __future__ import annotations

import os
import select
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli.show.styled_output import line_parts
from sfn_cli.cli.step.keys import KeyDecoder
from sfn_cli.cli.watch.held_terminal import HeldTerminal, escaped_line
from sfn_cli.cli.watch.keyboard import Keyboard
from sfn_cli.views.text.styled_line import shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from sfn_cli.views.text.styled_line import StyledLine

_ERASE_LINE = "\033[2K"

_ESC_SECONDS = 0.05
"""How soon the rest of an escape sequence arrives, at the latest."""


class FullScreen(HeldTerminal):
    """The screen of one terminal and its keyboard."""

    _taking = "\033[?1049h\033[?25l\033[2J"
    _restoring = "\033[?25h\033[?1049l"

    def __init__(self, stream: TextIO, keyboard: int, *, color: bool) -> None:
        super().__init__(stream, Keyboard(keyboard, reads_keys=True))
        self._color = color
        self._descriptor = keyboard
        self._decoder = KeyDecoder()
        self._lines: list[str] = []
        self._wake, self._waker = -1, -1
        self._is_lent = False

    def __enter__(self) -> Self:
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        os.close(self._wake)
        os.close(self._waker)

    def draw(self, lines: Sequence[StyledLine]) -> None:
        """Draws the lines from the top of the screen."""
        was_stale, self.is_stale = self.is_stale, False
        if not self._is_in_foreground():  # SIGCONT follows when the terminal is ours again
            return
        columns, rows = self.size
        texts = [
            "".join(line_parts(shorten_line(escaped_line(line), columns), color=self._color))
            for line in lines[:rows]
        ]
        texts += [""] * (rows - len(texts))
        earlier = [] if was_stale else self._lines
        parts = [
            f"\033[{row};1H{_ERASE_LINE}{text}"
            for row, text in enumerate(texts, 1)
            if row > len(earlier) or earlier[row - 1] != text
        ]
        self._lines = texts
        if parts:
            self._write("".join(parts))

    def keys(self, seconds: float | None) -> list[str] | None:
        """Returns the keys that were typed; waits up to `seconds` for one, or until `is_stale`.

        None at the end of the input: the terminal was closed.
        """
        if not self._await_input(seconds):
            return []
        typed = self._read()
        if typed is None:
            return None
        keys = self._decoder.feed(typed)
        while self._decoder.is_in_sequence:
            more = self._read() if self._await_input(_ESC_SECONDS, until_stale=False) else None
            keys += self._decoder.flush() if more is None else self._decoder.feed(more)
        return keys

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Restores the terminal for another program, and takes it again afterwards."""
        self._restore_terminal()
        self._is_lent = True
        try:
            yield
        finally:
            self._is_lent = False
            self._take_terminal()
            self.is_stale = True

    def _await_input(self, seconds: float | None, *, until_stale: bool = True) -> bool:
        """Waits up to `seconds` for input; returns whether there is any."""
        give_up_at = None if seconds is None else time.monotonic() + seconds
        while not (until_stale and self.is_stale):
            left = None if give_up_at is None else max(0.0, give_up_at - time.monotonic())
            ready, _, _ = select.select([self._descriptor, self._wake], [], [], left)
            if self._wake in ready:
                with suppress(BlockingIOError):
                    os.read(self._wake, 4096)
            if self._descriptor in ready:
                return True
            if left == 0.0:
                return False
        return False

    def _read(self) -> bytes | None:
        try:
            return os.read(self._descriptor, 4096) or None
        except OSError:  # the terminal was closed
            return None

    def _take_terminal(self) -> None:
        if not self._is_lent:
            super()._take_terminal()

    def _become_stale(self) -> None:
        super()._become_stale()
        with suppress(OSError):
            os.write(self._waker, b"!")


def keyboard_descriptor() -> int | None:
    """Returns the descriptor of the keyboard: stdin's, or that of the terminal if stdin is another file."""
    if os.isatty(0):
        return 0
    try:
        return os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
