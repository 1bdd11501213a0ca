"""Words of a POSIX shell's command line, for commands that users copy."""

from __future__ import annotations

_PLAIN = frozenset("@+:,./-_")


def shell_word(text: str) -> str:
    """Returns the text as one word, quoted if necessary."""
    if text and all(char.isascii() and (char.isalnum() or char in _PLAIN) for char in text):
        return text
    quoted = text.replace("'", "'\"'\"'")
    return f"'{quoted}'"
