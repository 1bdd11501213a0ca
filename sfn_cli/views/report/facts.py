"""A list of facts, each with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable


def draw_facts(facts: Iterable[tuple[str, str]]) -> Markup:
    """Returns the list of names and values."""
    rows = (element("div", {}, element("dt", {}, name), element("dd", {}, value)) for name, value in facts)
    return element("dl", {"class": "facts"}, *rows)
