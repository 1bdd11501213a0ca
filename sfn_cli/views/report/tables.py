"""Heads of tables, and lists of facts, on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def draw_table_head(titles: Iterable[str], numbers: Collection[str] = ()) -> Markup:
    """Returns the <thead> with these titles of columns; those of `numbers` are aligned as numbers are."""
    cells = (
        element("th", {"scope": "col", "class": "number" if title in numbers else None}, title)
        for title in titles
    )
    return element("thead", {}, element("tr", {}, *cells))


def draw_fact_list(facts: Iterable[tuple[str, str]]) -> Markup:
    """Returns a <dl> of names with their values."""
    items = (element("div", {}, element("dt", {}, name), element("dd", {}, value)) for name, value in facts)
    return element("dl", {"class": "facts"}, *items)
