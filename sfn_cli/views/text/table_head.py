"""The first row of a table in HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Container, Iterable


def draw_table_head(titles: Iterable[str], numbers: Container[str] = ()) -> Markup:
    """Returns the head with the columns' titles; `numbers` are the titles of columns with numbers."""
    cells = (
        element("th", {"scope": "col", "class": "number" if title in numbers else None}, title)
        for title in titles
    )
    return element("thead", {}, element("tr", {}, *cells))
