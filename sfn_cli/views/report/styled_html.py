"""Converts lines of styled text to a block of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element, escape_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.views.text.styled_line import StyledLine


def draw_styled_lines(lines: Iterable[StyledLine]) -> Markup:
    """Returns the lines in a <pre>, with a class for the style of each span."""
    parts: list[Markup] = []
    for line in lines:
        for text, style in line:
            parts.append(element("span", {"class": f"mark-{style}"}, text) if style else escape_markup(text))
        parts.append(Markup("\n"))
    return element("pre", {"class": "outline", "tabindex": 0}, *parts)
