"""Compares the output that a page shows with the real one.

`…` in a line stands for any text, and a line of `…` for any lines, also none. Times, durations,
UUIDs and the bars of timelines differ from run to run, and columns move with them. A note that another
version of Python or Node.js runs a function depends on the machine, and is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DURATION = r"\d+(?:\.\d+)?(?:[ ]?(?:ms|s|m|min|h)\b)"
_VARYING = {
    "ellipsis": r"…",
    "uuid": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "instant": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?",
    "date": r"\d{4}-\d\d-\d\d",
    "time": r"\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b",
    "duration": rf"(?:{_DURATION})(?: {_DURATION})*",
    "gap": r"[ ]*[━╸╺╌─][━╸╺╌─ ]*|[ ]{2,}",
}
"""What differs between runs, as a page shows it."""

_IN_OUTPUT = {
    **_VARYING,
    "ellipsis": r".*?",
    "time": r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?",
    "gap": r"[━╸╺╌─ ]*",
}
"""What the output may have in its place."""

_SUBSTITUTE_NOTE = re.compile(r"\S+: (?:Python|Node\.js) [\d.]+ is not installed; using .*")
_TREE = re.compile(r"^[│├└─ ]*(?=[^─\s])")
_TOKEN = re.compile("|".join(f"(?P<{name}>{found})" for name, found in _VARYING.items()))


def output_matches(shown: Iterable[str], actual: str) -> bool:
    """Whether the output is all that the page shows."""
    return _shown_pattern(shown).fullmatch(_with_newline(actual)) is not None


def output_has_appeared(shown: Iterable[str], actual: str) -> bool:
    """Whether the output begins as the page shows, and may continue."""
    return _shown_pattern(shown).match(_with_newline(actual)) is not None


def _with_newline(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines() if not _SUBSTITUTE_NOTE.fullmatch(line.strip())]
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _shown_pattern(shown: Iterable[str]) -> re.Pattern[str]:
    lines = (line for line in shown if not _SUBSTITUTE_NOTE.fullmatch(line.strip()))
    return re.compile("".join(_line_pattern(line) for line in lines))


def _line_pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    branch = _TREE.match(line)
    end_of_branch = branch.end() if branch is not None else 0
    pattern = re.escape(line[:end_of_branch])
    position = end_of_branch
    for token in _TOKEN.finditer(line, end_of_branch):
        pattern += re.escape(line[position : token.start()]) + _IN_OUTPUT[str(token.lastgroup)]
        position = token.end()
    return pattern + re.escape(line[position:].rstrip()) + r"[ ]*\n"
