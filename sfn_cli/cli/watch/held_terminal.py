"""A terminal that a command draws on.

Rule: the terminal is restored at the end of the `with` block, and before a signal stops or ends the
process. After a stop, it is drawn on again.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, TextIO

from sfn_cli.cli import screen
from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Self

    from sfn_cli.cli.watch.keyboard import Keyboard
    from sfn_cli.views.text.styled_line import StyledLine

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class HeldTerminal:
    """The terminal of a stream, and its keyboard, for the duration of a `with` block.

    `is_stale`: everything has to be drawn again, because the terminal was resized or the process was
    stopped.
    """

    _taking: ClassVar[str]
    """What is written to the terminal when it is taken, ..."""
    _restoring: ClassVar[str]
    """... and when it is restored."""

    def __init__(self, stream: TextIO, keyboard: Keyboard) -> None:
        self._stream = stream
        self._keyboard = keyboard
        self._former: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._is_taken = False
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
    def size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except OSError:
            size = os.terminal_size((0, 0))
        return os.terminal_size((size.columns or 80, size.lines or 24))

    def _write(self, text: str) -> None:
        """Writes to the terminal itself: the data in the text was escaped by `line_parts`.

        Not through the stream, which must not be written to again while a signal's handler runs.
        """
        data = text.encode(self._stream.encoding, screen.MARKS_IN_ASCII)
        while data:
            data = data[os.write(self._stream.fileno(), data) :]

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except OSError:  # not the terminal of this session: nothing can send us to the background
            return True

    def _take_terminal(self) -> None:
        if not self._is_taken and self._is_in_foreground():
            self._is_taken = True
            self._write(self._taking)
            self._keyboard.silence()

    def _restore_terminal(self) -> None:
        if self._is_taken:
            self._is_taken = False
            with suppress(OSError):  # the terminal was closed
                if self._is_in_foreground():
                    self._keyboard.restore()
                self._write(self._restoring)

    def _become_stale(self) -> None:
        self.is_stale = True

    def _clear(self) -> None:
        """Removes from the terminal what the shell should not show while the process is stopped."""

    # Signals

    def _note_resize(self, number: int, frame: FrameType | None) -> None:
        self._become_stale()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            self._clear()
        self._restore_terminal()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # stops here, unless no shell could continue it
        signal.signal(number, self._stop)
        self._continue(number, frame)

    def _continue(self, number: int, frame: FrameType | None) -> None:
        self._take_terminal()
        self._become_stale()

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._restore_terminal()
        signal.signal(number, self._former[signal.Signals(number)])
        os.kill(os.getpid(), number)


def escaped_line(line: StyledLine) -> StyledLine:
    """Returns the line as it is shown, so that its width is known: escapes are longer than data."""
    return [span._replace(text=visible_line(span.text)) for span in line]
