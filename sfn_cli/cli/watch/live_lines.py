"""Lines at the end of a terminal's text that are redrawn in place as they change.

Rule 1: the cursor rests at the beginning of the line below the last one, so that other text, and the
shell's after a crash, begins on a new line.
Rule 2: a drawing is one write, of the changed lines only: nothing flickers, and an unchanged drawing
writes nothing.
Rule 3: the terminal is restored at the end of the `with` block, and before a signal stops or ends the
process. After a stop, the lines are drawn again below what the shell has written.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli import screen
from sfn_cli.cli.show.styled_output import line_parts
from sfn_cli.cli.watch.keyboard import Keyboard
from sfn_cli.views.text.styled_line import line_width, shorten_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Self

    from sfn_cli.views.text.styled_line import StyledLine

_HIDE_CURSOR, _SHOW_CURSOR = "\033[?25l", "\033[?25h"
_ERASE_LINE, _ERASE_BELOW = "\033[2K", "\033[J"

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class LiveLines:
    """The lines at the end of one terminal's text; a `with` block long.

    `is_stale`: the lines have to be drawn again, because the terminal was resized or the process was
    stopped.
    """

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        self._stream = stream
        self._color = color
        self._lines: list[str] = []  # as they are on the screen, with their controls
        self._widths: list[int] = []
        self._former: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._keyboard = Keyboard()
        self.is_stale = True

    def __enter__(self) -> Self:
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

    @property
    def columns(self) -> int:
        return self._size().columns

    @property
    def room(self) -> int:
        """How many lines can be redrawn: those of the terminal but the one with the cursor."""
        return max(1, self._size().lines - 1)

    def draw(self, lines: Sequence[StyledLine]) -> None:
        """Draws the lines in place of those drawn before, as many as there is room for."""
        was_stale, self.is_stale = self.is_stale, False
        if self._is_in_foreground():  # otherwise SIGCONT follows when the terminal is ours again
            self._replace(lines[: self.room], whole=was_stale)

    def finish(self, lines: Sequence[StyledLine]) -> None:
        """Leaves these lines, however many, in place of those drawn before."""
        self._replace(lines, whole=True)
        self._lines, self._widths = [], []

    def _replace(self, lines: Sequence[StyledLine], *, whole: bool) -> None:
        columns, room = self.columns, self.room
        shown = [shorten_line(_escaped_line(line), columns) for line in lines]
        texts = ["".join(line_parts(line, color=self._color)) for line in shown]
        widths = [line_width(line) for line in shown]
        above = min(self._rows(columns), room)
        parts = [f"\033[{above}A"] if above else []
        earlier = [] if whole else self._lines
        if whole:
            parts.append(_ERASE_BELOW)
        unmoved = 0
        for index, text in enumerate(texts):
            if index < len(earlier) and earlier[index] == text:
                unmoved += 1
                continue
            parts += [_down(unmoved), _ERASE_LINE, text, "\n"]
            unmoved = 0
        parts.append(_down(unmoved))
        if len(earlier) > len(texts):
            parts.append(_ERASE_BELOW)
        if whole or texts != earlier:
            self._lines, self._widths = texts, widths
            self._write("".join(parts))

    def _rows(self, columns: int) -> int:
        """Returns how many rows the drawn lines take: a narrower terminal has wrapped them."""
        return sum(max(1, -(-width // columns)) for width in self._widths)

    def _size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except OSError:
            size = os.terminal_size((0, 0))
        return os.terminal_size((size.columns or 80, size.lines or 24))

    def _write(self, text: str) -> None:
        """Writes to the terminal itself: the data in the text was escaped by `line_parts`.

        Not through the stream, which must not be written to again while a signal's handler runs.
        """
        data = text.encode(self._stream.encoding, "backslashreplace")
        while data:
            data = data[os.write(self._stream.fileno(), data) :]

    # The terminal's state

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except OSError:  # not the terminal of this session: nothing can send us to the background
            return True

    def _take_terminal(self) -> None:
        self._write(_HIDE_CURSOR)
        if self._is_in_foreground():
            self._keyboard.silence()

    def _restore_terminal(self) -> None:
        with suppress(OSError):  # the terminal is gone
            self._write(_SHOW_CURSOR)
            if self._is_in_foreground():
                self._keyboard.restore()

    def _note_resize(self, number: int, frame: FrameType | None) -> None:
        self.is_stale = True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            self.finish([])
        self._restore_terminal()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # stops here, unless no shell could continue it
        signal.signal(number, self._stop)
        self._continue(number, frame)

    def _continue(self, number: int, frame: FrameType | None) -> None:
        self._lines, self._widths = [], []
        if self._is_in_foreground():
            self._take_terminal()
        self.is_stale = True

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._restore_terminal()
        signal.signal(number, self._former[signal.Signals(number)])
        os.kill(os.getpid(), number)


def _escaped_line(line: StyledLine) -> StyledLine:
    """Returns the line as it is shown, so that its width is known: escapes are longer than data."""
    return [span._replace(text=screen.one_screen_line(span.text)) for span in line]


def _down(rows: int) -> str:
    return f"\033[{rows}B" if rows else ""
