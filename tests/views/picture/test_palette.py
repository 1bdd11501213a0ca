"""Every colour is readable on its background."""

from __future__ import annotations

import pytest

from sfn_cli.views.picture.palette import COLOURS, INKS, SURFACES, colour_variables
from sfn_cli.views.statuses import LOOKS


def _luminance(colour: str) -> float:
    """Returns WCAG's relative luminance of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Returns WCAG's contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ink", INKS)
def test_contrast(ink: str, surface: str, theme: str) -> None:
    """Text and lines have a contrast of at least 4.5 to the page and to a box."""
    assert contrast(getattr(INKS[ink], theme), getattr(SURFACES[surface], theme)) >= 4.5


def test_every_status_has_a_colour() -> None:
    """The colours of statuses are in the palette."""
    assert {look.colour for look in LOOKS.values()} <= INKS.keys()


def test_variables() -> None:
    """Each theme has all variables."""
    for theme in ("light", "dark"):
        assert colour_variables(theme).count("--") == len(COLOURS)
