"""Lines that are cut to a width."""

from __future__ import annotations

import pytest

from sfn_cli.views.outline.styled_line import Span, line_width, plain_line, shorten_line

LONG = 1_000_000
"""Characters of a text that is cut at once, and not one character after another."""


@pytest.mark.parametrize(
    "texts, width, shown",
    [
        (["abc", "def"], 6, "abcdef"),
        (["abc", "def"], 5, "abcd…"),
        (["abc", "def"], 4, "abc…"),
        (["abc"], 1, "…"),
        (["abc"], 0, ""),
        (["abc"], -3, ""),
        ([], -3, ""),
        (["日本語"], 6, "日本語"),
        (["日本語"], 5, "日本…"),
        (["日本語"], 4, "日…"),  # a wide character takes two columns
        (["e\u0301e\u0301e\u0301"], 2, "e\u0301…"),  # an accent takes none
        (["x" * LONG], 3, "xx…"),
        (["é" * LONG], 3, "éé…"),
    ],
)
def test_shortened(texts: list[str], width: int, shown: str) -> None:
    """A line that is cut ends with "…", within the width."""
    line = shorten_line([Span(text, "bold") for text in texts], width)
    assert plain_line(line) == shown
    assert line_width(line) <= max(0, width)
