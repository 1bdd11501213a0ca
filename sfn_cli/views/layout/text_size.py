"""Estimates the width of a text without a font, by Helvetica's advance widths plus a margin.

System fonts are within 6 % of these widths, so text fits with each of them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_FIRST = " "
# fmt: off
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,  # from the space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,  # 0 … 9 : ; < = > ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,  # @ A … O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,  # P … Z [ \ ] ^ _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,  # ` a … o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,  # p … z { | } ~
)
# fmt: on
"""The advance widths of ASCII's printable characters, in thousandths of the font size."""

_WIDE = 1000
_OTHER = 600
_ROOM_FOR_OTHER_FONTS = 1.07
_BOLD = 1.08


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Returns the width in pixels of a text with this font size in pixels."""
    thousandths = sum(map(_character_width, text))
    return thousandths * size * _ROOM_FOR_OTHER_FONTS * (_BOLD if bold else 1) / 1000


def shorten_text(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Returns the text, or its start with "…", so that it fits in `room` pixels."""
    if text_width(text, size, bold=bold) <= room:
        return text
    left = room - text_width("…", size, bold=bold)
    for end, character in enumerate(text):
        left -= text_width(character, size, bold=bold)
        if left < 0:
            return f"{text[:end].rstrip()}…"
    return text


@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    index = ord(character) - ord(_FIRST)
    if 0 <= index < len(_WIDTHS):
        return _WIDTHS[index]
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER
