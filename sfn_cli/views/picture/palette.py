"""The colours of pictures and pages, light and dark.

Each colour of text or lines has a contrast of at least 4.5 to 1 with the page and with boxes (WCAG 2,
level AA); `tests/views/picture/test_palette.py` checks it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Theme = Literal["auto", "light", "dark"]
"""auto follows the colour scheme of the browser."""


class Colour(NamedTuple):
    light: str
    dark: str


SURFACES = {
    "page": Colour("#ffffff", "#0f1419"),
    "box": Colour("#f8f9fb", "#1a212a"),
}
"""The colours behind text and lines."""

INKS = {
    "text": Colour("#16191f", "#e8eaed"),
    "muted": Colour("#565e68", "#9aa7b4"),
    "line": Colour("#65707c", "#8592a0"),
    "succeeded": Colour("#17712a", "#4ec27a"),
    "running": Colour("#0b5fb0", "#5fb0ff"),
    "waiting": Colour("#7a3fb4", "#c79bff"),
    "caught": Colour("#8f5200", "#e9b04d"),
    "failed": Colour("#c0261c", "#ff7b6e"),
    "aborted": Colour("#565e68", "#9aa7b4"),
    "not_visited": Colour("#65707c", "#8592a0"),
}
"""The colours of text and lines; those of statuses have the names in `statuses.LOOKS`."""

FAINT = {"rule": Colour("#d5dbe1", "#323d49")}
"""The colours of separators, which carry no information."""

COLOURS = {**SURFACES, **INKS, **FAINT}


def colour_variables(theme: Literal["light", "dark"]) -> str:
    """Returns CSS declarations with a variable for each colour: "--page:#ffffff;…"."""
    return "".join(f"--{name}:{getattr(colour, theme)};" for name, colour in COLOURS.items())
