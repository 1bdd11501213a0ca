"""Escapes control characters and invisible characters in text."""

from __future__ import annotations

import re

_HIDDEN = (
    # C0 without tab and newline, DEL, C1
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"
    # Cf, format characters: invisible; those for bidirectional text reorder visible characters
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f"
    r"\u2028\u2029"  # separators of lines and paragraphs
    r"\u115f\u1160\u3164\uffa0"  # fillers of Hangul: invisible letters
    r"\ud800-\udfff\ufffe\uffff"  # surrogates and noncharacters, which encodings and XML do not allow
)
# Joiners (ZWNJ, ZWJ) are part of some scripts and emoji; next to ASCII they are merely invisible.
_JOINERS = r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_INVISIBLE = re.compile(f"[{_HIDDEN}]|{_JOINERS}")


def visible_text(text: str) -> str:
    """Escapes, as in JSON, characters that control a terminal or are invisible.

    Newlines and tabs are not escaped.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(_escape_invisible, text)


def visible_line(text: str) -> str:
    """Also escapes newlines and tabs, for text on one line.

    Columns are aligned by the width of the escaped text.
    """
    return visible_text(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape_invisible(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
