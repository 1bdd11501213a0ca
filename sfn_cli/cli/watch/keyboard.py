"""The echo of typed characters, which would move lines that are redrawn in place."""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from typing import Any

_LOCAL_MODES = 3
"""The place of the local modes among the attributes of a terminal."""


class Keyboard:
    """The keyboard of stdin's terminal, if stdin is one. What is typed is left to the shell."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._earlier: list[Any] | None = None

    def silence(self) -> None:
        """Turns off the echo."""
        if self._earlier is not None or not os.isatty(self._descriptor):
            return
        with suppress(termios.error):
            earlier = termios.tcgetattr(self._descriptor)
            silent = list(earlier)
            silent[_LOCAL_MODES] &= ~termios.ECHO
            self._earlier = earlier
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, silent)

    def restore(self) -> None:
        """Sets the terminal's attributes as they were."""
        if self._earlier is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._earlier)
            self._earlier = None
