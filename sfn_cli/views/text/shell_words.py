"""Words of a POSIX shell's command line, for commands that people paste."""

from __future__ import annotations

_PLAIN = frozenset("@+:,./-_")


def shell_word(text: str) -> str:
    """Returns the text as one word, quoted where it must be."""
    if text and all(char.isascii() and (char.isalnum() or char in _PLAIN) for char in text):
        return text
    quoted = text.replace("'", "'\"'\"'")
    return f"'{quoted}'"
