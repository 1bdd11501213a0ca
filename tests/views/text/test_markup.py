"""Markup is well-formed XML with the same text, whatever the text contains."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfn_cli.views.text.markup import (
    Markup,
    code_element,
    element,
    escape_markup,
    join_markup,
    number_text,
)
from sfn_cli.views.text.visible_text import visible_text


@given(st.text(st.characters(exclude_categories=()), max_size=30))
@example("</text><script>alert(1)</script>")
@example("]]>")
@example('" onload="x')
@example("\x00\x1b\x9b \u202e \ud800 \ufffe &amp;")
def test_any_text(text: str) -> None:
    """An XML parser reads back the visible form of the text, as content and as an attribute."""
    read = ElementTree.fromstring(element("g", {"title": text}, element("text", {}, text)))
    assert (read[0].text or "") == visible_text(text)
    # XML converts line breaks in attributes to spaces.
    assert read.get("title") == visible_text(text).replace("\n", " ").replace("\t", " ")


@pytest.mark.parametrize(
    "markup, written",
    [
        (
            element("g", {"class": "a", "id": None, "hidden": True, "open": False}),
            '<g class="a" hidden=""></g>',
        ),
        (element("rect", {"x": 1.0, "y": 2.25, "width": 10}), '<rect x="1" y="2.2" width="10"></rect>'),
        (element("br", {}), "<br>"),
        (element("p", {}, "a < b", element("b", {}, "c & d")), "<p>a &lt; b<b>c &amp; d</b></p>"),
        (join_markup(["<", Markup("<i>")]), "&lt;<i>"),
        (escape_markup(escape_markup("<")), "&lt;"),
    ],
)
def test_elements(markup: Markup, written: str) -> None:
    """Text is escaped once, attributes without a value are left out, and numbers are short."""
    assert markup == written


@pytest.mark.parametrize("code", ["a</style>", "a & b", "]]>"])
def test_code_cannot_leave_its_element(code: str) -> None:
    """Code that a parser could read as markup is rejected."""
    with pytest.raises(ValueError, match="not code"):
        code_element("style", {}, code)


@pytest.mark.parametrize(
    "number, text", [(0.04, "0"), (-0.04, "0"), (12.25, "12.2"), (-7, "-7"), (100.0, "100")]
)
def test_numbers(number: float, text: str) -> None:
    """Coordinates have at most one decimal place."""
    assert number_text(number) == text
