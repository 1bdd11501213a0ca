"""Suggestions for misspelled names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggested_name(name: str, names: Iterable[str]) -> str:
    """Returns ' Did you mean "X"?' with the closest name, or "" if none is close."""
    import difflib

    candidates = list(names)
    near = difflib.get_close_matches(name, candidates, 1, 0.6)
    if not near:
        near = [candidate for candidate in candidates if candidate.lower() == name.lower()]
    return f' Did you mean "{near[0]}"?' if near else ""
