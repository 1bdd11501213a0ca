"""Text in which every character shows: control characters and invisible ones are escaped."""

from __future__ import annotations

import re

_HIDDEN = (
    # C0 but tab and newline, DEL, C1
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"
    # Cf, format characters: invisible, and those for bidirectional text reorder visible ones
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f"
    r"\u2028\u2029"  # separators of lines and of paragraphs
    r"\u115f\u1160\u3164\uffa0"  # fillers of Hangul: invisible letters
    r"\ud800-\udfff\ufffe\uffff"  # surrogates and what is no character: no encoding or XML has them
)
# Joiners (ZWNJ, ZWJ) belong to several scripts and to emoji; beside ASCII they are only invisible.
_JOINERS = r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_INVISIBLE = re.compile(f"[{_HIDDEN}]|{_JOINERS}")


def visible_text(text: str) -> str:
    """Escapes, as JSON does, the characters that a terminal would act on or that do not show.

    Newlines and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(_escape_invisible, text)


def visible_line(text: str) -> str:
    """Escapes newlines and tabs too, for a place of one line.

    Texts are put into columns by the width that they then have.
    """
    return visible_text(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape_invisible(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
