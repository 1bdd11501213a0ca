"""Data of an execution, as indented JSON; long data is cut, with a link to all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.addresses import JSON_ENDING
from sfn_cli.views.text.indented_json import indented_json_text
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput

_LONGEST = 20_000


def draw_value(id: str, title: str, text: str | None, page: ExecutionPageInput) -> Markup:
    """Returns a section with a JSON text; an empty element if there is none."""
    if text is None:
        return element("div", {"id": id})
    shown = indented_json_text(text)
    note = Markup("")
    if len(shown) > _LONGEST:
        whole = page.link_below() + JSON_ENDING
        more = f"… {len(shown) - _LONGEST:,} more characters: "
        note = element("p", {"class": "note"}, more, element("a", {"href": whole}, "all data"))
        shown = shown[:_LONGEST]
    return element(
        "section", {"id": id}, element("h2", {}, title), element("pre", {"tabindex": 0}, shown), note
    )
