"""Reads a definition that may be invalid: values of the wrong type are treated as absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def mapping_or_empty(value: Any) -> Mapping[str, Any]:
    """Returns the value if it is an object, otherwise an empty object."""
    return value if isinstance(value, dict) else {}


def mappings_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yields the objects in a list; skips other items, and yields nothing for other values."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def texts_in(value: Any) -> Iterator[str]:
    """Yields the strings in a list; skips other items, and yields nothing for other values."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def text_or_empty(value: Any) -> str:
    """Returns the value if it is a string, otherwise an empty string."""
    return value if isinstance(value, str) else ""


def single_spaced(text: str) -> str:
    """Returns the text with each run of whitespace replaced with one space."""
    return " ".join(text.split())
