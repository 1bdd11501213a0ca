"""Source maps: finds the source file and line for a place in a bundle.

https://tc39.es/ecma426/: `mappings` has a group for each line, separated by ";". A group has segments,
separated by ",", of base-64 numbers that are relative to the previous segment.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json

_DIGITS = {
    digit: value
    for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}


class OriginalPlace(NamedTuple):
    """A place in a source file: the path in the map, and the line, counted from 1."""

    source: str
    line: int


def original_place(source_map: "Json", line: int, column: int) -> OriginalPlace | None:
    """Returns the source of a place in the bundle, counted from 1; None if it is unknown."""
    try:
        found = _segment_at(source_map["mappings"], line - 1, max(0, column - 1))
        if found is None:
            return None
        source, original_line = found
        root = source_map.get("sourceRoot") or ""
        return OriginalPlace(f"{root}{source_map['sources'][source]}", original_line + 1)
    except (KeyError, IndexError, TypeError, AttributeError):
        return None  # not a source map


def _segment_at(mappings: str, line: int, column: int) -> tuple[int, int] | None:
    """Returns the source and its line, from 0, of the last segment at or before the column."""
    source = original_line = 0
    found: tuple[int, int] | None = None
    for at, group in enumerate(mappings.split(";")):
        if at > line:
            break
        generated = 0
        for segment in group.split(",") if group else ():
            numbers = list(_numbers_of_segment(segment))
            generated += numbers[0]
            if len(numbers) < 4:
                continue
            source += numbers[1]
            original_line += numbers[2]
            if at == line and (generated <= column or found is None):
                found = (source, original_line)
    return found


def _numbers_of_segment(segment: str) -> "Iterator[int]":
    value = shift = 0
    for digit in segment:
        number = _DIGITS[digit]
        value += (number & 31) << shift
        if number & 32:
            shift += 5
        else:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
