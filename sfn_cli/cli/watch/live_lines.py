"""Lines at the end of a terminal's text that are redrawn in place as they change.

Rule 1: the cursor rests at the beginning of the line below the last one, so that other text, and the
shell's after a crash, begins on a new line.
Rule 2: a drawing is one write, of the changed lines only: nothing flickers, and an unchanged drawing
writes nothing.
Rule 3: after a stop, the lines are drawn again below what the shell has written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli.show.styled_output import line_parts
from sfn_cli.cli.watch.held_terminal import HeldTerminal, escaped_line
from sfn_cli.cli.watch.keyboard import Keyboard
from sfn_cli.views.text.styled_line import line_width, shorten_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from sfn_cli.views.text.styled_line import StyledLine

_ERASE_LINE, _ERASE_BELOW = "\033[2K", "\033[J"


class LiveLines(HeldTerminal):
    """The lines at the end of one terminal's text."""

    _taking = "\033[?25l"  # hides the cursor
    _restoring = "\033[?25h"

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        super().__init__(stream, Keyboard())
        self._color = color
        self._lines: list[str] = []  # as they are on the screen, with their controls
        self._widths: list[int] = []

    @property
    def columns(self) -> int:
        return self.size.columns

    @property
    def room(self) -> int:
        """How many lines can be redrawn: those of the terminal but the one with the cursor."""
        return max(1, self.size.lines - 1)

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
        shown = [shorten_line(escaped_line(line), columns) for line in lines]
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

    def _clear(self) -> None:
        self.finish([])

    def _continue(self, number: int, frame: FrameType | None) -> None:
        self._lines, self._widths = [], []
        super()._continue(number, frame)


def _down(rows: int) -> str:
    return f"\033[{rows}B" if rows else ""
