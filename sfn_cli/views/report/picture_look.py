"""How a page shows a picture of states: scaled down to the page only as far as its text is readable."""

from __future__ import annotations

WIDEST_SCALED = 1200
"""Wider pictures are not scaled down to the page at all."""

_WIDEST_ON_PHONE = 560
"""Wider pictures are scaled down on a narrow page to about this width, and scroll sideways there."""


def picture_look(width: float) -> str:
    """Returns the classes of the element around a picture of this width in pixels."""
    if width >= WIDEST_SCALED:
        return "picture wide"
    return "picture broad" if width > _WIDEST_ON_PHONE else "picture"
