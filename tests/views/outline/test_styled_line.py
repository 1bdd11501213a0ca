"""How wide texts are, and what of them fits."""

from __future__ import annotations

import pytest

from sfn_cli.views.outline.styled_line import (
    Span,
    cell_width,
    cut_to_width,
    line_width,
    one_line,
    plain_line,
    shorten_line,
)


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
    """A text is as wide as what is shown of it: characters that do not show are escaped."""
    assert cell_width(text) == cell_width(one_line(text)) == columns
    assert cut_to_width(f"{text}tail", columns) == text


@pytest.mark.parametrize("width", range(2, 12))
def test_a_shortened_line_fits(width: int) -> None:
    line = shorten_line([Span("\x1bab"), Span("日本"), Span("\ud800z")], width)
    assert line_width(line) <= width
    assert cell_width(one_line(plain_line(line))) <= width


def test_a_long_line_of_any_script_is_cut() -> None:
    """In time that does not grow with the square of its length."""
    assert plain_line(shorten_line([Span("é" * 2_000_000)], 5)) == "éééé…"
