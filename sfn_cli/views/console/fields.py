"""Fields of forms that several pages have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.text.markup import Attributes

WALL_CLOCK, VIRTUAL_CLOCK = "wall", "virtual"
_CLOCKS = (
    (WALL_CLOCK, "Wall clock"),
    (VIRTUAL_CLOCK, "Virtual time: waits, retry delays and timeouts are skipped"),
    ("60", "60 times faster"),
)


def draw_labelled(id: str, text: str, field: Markup, *, look: str = "field") -> Markup:
    """Returns a field with its label above it; `id` is the field's."""
    return element("p", {"class": look}, element("label", {"for": id}, text), field)


def draw_name_field(name: str) -> Markup:
    """Returns the field for the name of a new execution."""
    attributes: Attributes = {"id": "name", "name": "name", "value": name, "maxlength": 80}
    return draw_labelled("name", "Name (optional)", element("input", attributes))


def draw_select(id: str, options: Sequence[tuple[str, str]], chosen: str) -> Markup:
    """Returns a choice of (value, text), which has its id as its name."""
    return element(
        "select",
        {"id": id, "name": id},
        *(element("option", {"value": value, "selected": value == chosen}, text) for value, text in options),
    )


def draw_json_field(id: str, text: str, *, rows: int = 12) -> Markup:
    """Returns a field of several lines for JSON."""
    return draw_text_area({"id": id, "name": id, "rows": rows, "cols": 80}, text)


def draw_text_area(attributes: Attributes, text: str) -> Markup:
    """Returns a field of several lines, which the browser does not check for spelling."""
    # HTML leaves out the first line feed, which may be the text's.
    return element("textarea", {**attributes, "spellcheck": "false"}, Markup("\n"), text)


def draw_clock_field(clock: str) -> Markup:
    """Returns the choice of an execution's clock."""
    known = list(_CLOCKS)
    options = known if clock in dict(known) else [*known, (clock, f"{clock} times faster")]
    return draw_labelled("clock", "Clock", draw_select("clock", options, clock))
