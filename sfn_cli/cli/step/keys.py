"""The names of keys, from what a terminal sends for them; pure.

A key is a character, or one of these names: "up", "down", "left", "right", "home", "end", "pageup",
"pagedown", the arrows with "shift-", "enter", "esc", "tab", "space", "backspace", "ctrl-u" and so on.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ESC = "\033"

_SEQUENCE = re.compile(r"\033(?:\[[0-?]*[ -/]*[@-~]|O[A-Za-z])")
"""An escape sequence: CSI with its parameters, or SS3."""

_BEGUN = re.compile(r"\033(?:\[[0-?]*[ -/]*|O)?")
"""A sequence whose end has not arrived."""

_ARROWS: Mapping[str, str] = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}

_NUMBERED: Mapping[str, str] = {
    "1": "home", "3": "delete", "4": "end", "5": "pageup", "6": "pagedown", "7": "home", "8": "end",
}  # fmt: skip

_CHARACTERS: Mapping[str, str] = {
    "\r": "enter", "\n": "enter", "\t": "tab", " ": "space", "\x7f": "backspace", "\x08": "backspace",
    **{chr(number): f"ctrl-{chr(number + 96)}" for number in range(1, 27) if chr(number) not in "\r\n\t\x08"},
}  # fmt: skip


class KeyDecoder:
    """Decodes the bytes of a terminal, which may end in the middle of a key."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._text = ""

    @property
    def is_in_sequence(self) -> bool:
        """Whether an escape sequence has begun: more of it arrives at once, or it was the key Esc."""
        return bool(self._text)

    def feed(self, data: bytes) -> list[str]:
        """Returns the keys that are complete."""
        self._text += self._decoder.decode(data)
        return list(self._complete_keys())

    def flush(self) -> list[str]:
        """Returns the keys of a sequence that did not go on: Esc, and the characters after it."""
        text, self._text = self._text, ""
        return [_key_of_character(char) for char in text]

    def _complete_keys(self) -> Iterator[str]:
        while self._text:
            if not self._text.startswith(_ESC):
                yield _key_of_character(self._text[0])
                self._text = self._text[1:]
            elif (found := _SEQUENCE.match(self._text)) is not None:
                self._text = self._text[found.end() :]
                key = _key_of_sequence(found[0])
                if key is not None:
                    yield key
            elif _BEGUN.fullmatch(self._text) is not None:
                return
            else:
                yield "esc"
                self._text = self._text[1:]


def _key_of_character(char: str) -> str:
    return "esc" if char == _ESC else _CHARACTERS.get(char, char)


def _key_of_sequence(sequence: str) -> str | None:
    """Returns the key of an escape sequence; None for a key without a name here."""
    final = sequence[-1]
    number, _, modifiers = sequence[2:-1].partition(";")
    if final in "abcd" and sequence[1] == "[":  # rxvt's arrows with Shift
        return f"shift-{_ARROWS[final.upper()]}"
    key = _NUMBERED.get(number) if final == "~" else _ARROWS.get(final)
    if key is None:
        return None
    # With Shift, Alt or Ctrl: a terminal may keep one of them for itself.
    return f"shift-{key}" if modifiers not in ("", "1") else key
