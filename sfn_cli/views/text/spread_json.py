"""JSON text in indented lines, with every value as it is written: 1.10 stays 1.10."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_INDENT = "  "
_LONGEST_LINE = 80


def spread_json(text: str) -> str:
    """Returns a valid JSON text in lines; a text that is short, or already in lines, is not changed."""
    if len(text) <= _LONGEST_LINE or "\n" in text.strip():
        return text
    parts: list[str] = []
    depth = 0
    before = ""
    for token in _TOKEN.findall(text):
        if token in "}]":
            depth -= 1
            if before not in ("{", "["):
                parts.append(_line(depth))
        elif before in ("{", "[", ","):
            parts.append(_line(depth))
        parts.append(": " if token == ":" else token)
        if token in "{[":
            depth += 1
        before = token
    return "".join(parts)


def _line(depth: int) -> str:
    return f"\n{_INDENT * depth}"
