"""The lines that differ between two texts, with a few equal lines around them."""

# No `from __future__ import annotations`: see settings/__init__.py.

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTEXT = 3
MOST_LINES = 20_000
"""The lines of both texts above which they are not compared: it would take seconds."""


class TextLine(NamedTuple):
    """A line with its number in each text; `mark` is "+", "−", or "" for a line of both."""

    mark: str
    before: int | None
    after: int | None
    text: str


def differing_lines(before: str, after: str) -> "list[list[TextLine]] | None":
    """Returns groups of lines that are close to each other; None for texts that are too long."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) + len(new) > MOST_LINES:
        return None
    matcher = SequenceMatcher(None, old, new)
    return [list(_lines_of_group(group, old, new)) for group in matcher.get_grouped_opcodes(_CONTEXT)]


def _lines_of_group(
    group: "list[tuple[str, int, int, int, int]]", old: list[str], new: list[str]
) -> "Iterator[TextLine]":
    for kind, old_start, old_end, new_start, new_end in group:
        if kind == "equal":
            for number, text in enumerate(old[old_start:old_end]):
                yield TextLine("", old_start + number + 1, new_start + number + 1, text)
            continue
        for number, text in enumerate(old[old_start:old_end], old_start + 1):
            yield TextLine("−", number, None, text)
        for number, text in enumerate(new[new_start:new_end], new_start + 1):
            yield TextLine("+", None, number, text)
