"""The keyboard while a command draws: without the echo, which would move lines, and perhaps key by key."""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from typing import Any

_LOCAL_MODES, _SPECIAL_CHARACTERS = 3, 6
"""The places of the local modes and of the special characters among the attributes of a terminal."""


class Keyboard:
    """The keyboard of stdin's terminal, if stdin is one.

    What is typed is left to the shell, or with `reads_keys`, it can be read key by key.
    """

    def __init__(self, descriptor: int = 0, *, reads_keys: bool = False) -> None:
        self._descriptor = descriptor
        self._reads_keys = reads_keys
        self._earlier: list[Any] | None = None

    def silence(self) -> None:
        """Turns off the echo."""
        if self._earlier is not None or not os.isatty(self._descriptor):
            return
        with suppress(termios.error):
            earlier = termios.tcgetattr(self._descriptor)
            silent = list(earlier)
            silent[_LOCAL_MODES] &= ~termios.ECHO
            if self._reads_keys:
                silent[_LOCAL_MODES] &= ~termios.ICANON
                special = silent[_SPECIAL_CHARACTERS] = list(silent[_SPECIAL_CHARACTERS])
                special[termios.VMIN], special[termios.VTIME] = 1, 0
            self._earlier = earlier
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, silent)

    def restore(self) -> None:
        """Sets the terminal's attributes as they were."""
        if self._earlier is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._earlier)
            self._earlier = None
