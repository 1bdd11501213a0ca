"""The whole screen of a terminal, with the keys that are typed.

Rule 1: what was on the terminal before is there again afterwards (the alternate screen).
Rule 2: a drawing is one write, of the changed lines only.
Rule 3: the terminal is restored at the end of the `with` block, while an editor runs, and before a
signal stops or ends the process. After a stop, the screen is drawn again.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli import screen
from sfn_cli.cli.show.styled_output import line_parts
from sfn_cli.cli.step.keys import KeyDecoder
from sfn_cli.cli.watch.keyboard import Keyboard
from sfn_cli.views.text.styled_line import shorten_line
from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType
    from typing import Self

    from sfn_cli.views.text.styled_line import StyledLine

_ENTER = "\033[?1049h\033[?25l\033[2J"
_LEAVE = "\033[?25h\033[?1049l"
_ERASE_LINE = "\033[2K"

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_ESC_SECONDS = 0.05
"""How soon the rest of an escape sequence arrives, at the latest."""


class FullScreen:
    """The screen of one terminal and its keyboard; a `with` block long.

    `is_stale`: it has to be drawn again, because the terminal was resized or the process was stopped.
    """

    def __init__(self, stream: TextIO, keyboard: int, *, color: bool) -> None:
        self._stream = stream
        self._color = color
        self._descriptor = keyboard
        self._keyboard = Keyboard(keyboard, reads_keys=True)
        self._decoder = KeyDecoder()
        self._lines: list[str] = []
        self._former: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._wake, self._waker = -1, -1
        self._is_taken = False
        self._is_lent = False
        self.is_stale = True

    def __enter__(self) -> Self:
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        handlers = {
            signal.SIGWINCH: self._note_resize,
            signal.SIGTSTP: self._stop,
            signal.SIGCONT: self._continue,
            **dict.fromkeys(_ENDING_SIGNALS, self._end),
        }
        for number, handler in handlers.items():
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets SIGHUP
                self._former[number] = signal.signal(number, handler)
        self._stream.flush()
        self._take_terminal()
        return self

    def __exit__(self, *exception: object) -> None:
        self._restore_terminal()
        for number, earlier in self._former.items():
            signal.signal(number, earlier)
        os.close(self._wake)
        os.close(self._waker)

    @property
    def size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except OSError:
            size = os.terminal_size((0, 0))
        return os.terminal_size((size.columns or 80, size.lines or 24))

    def draw(self, lines: Sequence[StyledLine]) -> None:
        """Draws the lines from the top of the screen."""
        was_stale, self.is_stale = self.is_stale, False
        if not self._is_in_foreground():  # SIGCONT follows when the terminal is ours again
            return
        columns, rows = self.size
        texts = [
            "".join(line_parts(shorten_line(_escaped_line(line), columns), color=self._color))
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
        """Returns the keys that were typed; waits for one at most so long, or until `is_stale`.

        None at the end of the input: the terminal is gone.
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

    # Input and output

    def _await_input(self, seconds: float | None, *, until_stale: bool = True) -> bool:
        """Waits for input, at most so long; returns whether there is any."""
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

    def _write(self, text: str) -> None:
        """Writes to the terminal itself: the data in the text was escaped by `line_parts`."""
        data = text.encode(self._stream.encoding, screen.MARKS_IN_ASCII)
        while data:
            data = data[os.write(self._stream.fileno(), data) :]

    # The terminal's state

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except OSError:  # not the terminal of this session: nothing can send us to the background
            return True

    def _take_terminal(self) -> None:
        if not self._is_taken and self._is_in_foreground():
            self._is_taken = True
            self._write(_ENTER)
            self._keyboard.silence()

    def _restore_terminal(self) -> None:
        if self._is_taken:
            self._is_taken = False
            with suppress(OSError):  # the terminal is gone
                if self._is_in_foreground():
                    self._keyboard.restore()
                self._write(_LEAVE)

    def _become_stale(self) -> None:
        self.is_stale = True
        with suppress(OSError):
            os.write(self._waker, b"!")

    def _note_resize(self, number: int, frame: FrameType | None) -> None:
        self._become_stale()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._restore_terminal()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # stops here, unless no shell could continue it
        signal.signal(number, self._stop)
        self._continue(number, frame)

    def _continue(self, number: int, frame: FrameType | None) -> None:
        if not self._is_lent:
            self._take_terminal()
        self._become_stale()

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._restore_terminal()
        signal.signal(number, self._former[signal.Signals(number)])
        os.kill(os.getpid(), number)


def keyboard_descriptor() -> int | None:
    """Returns the descriptor of the keyboard: stdin's, or that of the terminal if stdin is another file."""
    if os.isatty(0):
        return 0
    try:
        return os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _escaped_line(line: StyledLine) -> StyledLine:
    """Returns the line as it is shown, so that its width is known: escapes are longer than data."""
    return [span._replace(text=visible_line(span.text)) for span in line]
