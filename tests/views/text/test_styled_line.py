"""Lines that are shortened to a width."""

from __future__ import annotations

import pytest

from sfn_cli.views.text.styled_line import (
    Span,
    cell_width,
    cut_to_width,
    line_width,
    plain_line,
    shorten_line,
)
from sfn_cli.views.text.visible_text import visible_line

LONG = 1_000_000
"""The length of a text that must be shortened at once, not character by character."""


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
        (["e\u0301e\u0301e\u0301"], 2, "e\u0301…"),  # a combining accent takes no column
        (["x" * LONG], 3, "xx…"),
        (["é" * LONG], 3, "éé…"),
    ],
)
def test_shortened(texts: list[str], width: int, shown: str) -> None:
    """A shortened line ends with "…", within the width."""
    line = shorten_line([Span(text, "bold") for text in texts], width)
    assert plain_line(line) == shown
    assert line_width(line) <= max(0, width)


@pytest.mark.parametrize(
    "text, columns",
    [
        ("plain", 5),
        ("é", 1),
        ("e\u0301", 1),
        ("日本", 4),
        ("\x1b[31m", 10),  # shown as \u001b[31m
        ("a\nb", 4),
        ("\u202e", 6),
        ("\ud800", 6),
    ],
)
def test_width(text: str, columns: int) -> None:
    """The width of a text is that of its visible form, with invisible characters escaped."""
    assert cell_width(text) == cell_width(visible_line(text)) == columns
    assert cut_to_width(f"{text}tail", columns) == text
