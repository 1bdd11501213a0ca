"""Reads of a definition that may be broken: what has the wrong type is as good as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def mapping_or_empty(value: Any) -> Mapping[str, Any]:
    """Returns the value if it is an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yields the objects of a list; other members are skipped, other values have none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def texts_in(value: Any) -> Iterator[str]:
    """Yields the strings of a list; other members are skipped, other values have none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def text_or_empty(value: Any) -> str:
    """Returns the value if it is a string, or an empty one."""
    return value if isinstance(value, str) else ""


def single_spaced(text: str) -> str:
    """Returns the text with each run of white space as one space."""
    return " ".join(text.split())
