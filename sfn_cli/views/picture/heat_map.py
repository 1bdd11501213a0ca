"""A heat map: a small square for each item of a Map, in item order.

It is readable without colours: succeeded items are pale, failed items are solid and larger, and items
that have not started are hollow. There is one path for each status, so that ten thousand items draw
quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.statuses import LOOKS, WORST_FIRST
from sfn_cli.views.text.markup import Markup, element, number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.markup import Attributes

_IN_A_ROW = 200
_FEW = 60
"""The number of items up to which the squares are larger."""

_CELL, _LARGE_CELL = 5, 11
"""The pixels from one square to the next."""


def draw_heat_map(statuses: Sequence[Status], label: str) -> Markup:
    """Returns an <svg> for an HTML page whose stylesheet has `heat_map_rules`.

    NOT_VISITED is the status of items that have not started.
    """
    cell = _LARGE_CELL if len(statuses) <= _FEW else _CELL
    places: dict[Status, list[int]] = {}
    for place, status in enumerate(statuses):
        places.setdefault(status, []).append(place)
    width = min(len(statuses), _IN_A_ROW) * cell + 1
    height = ((len(statuses) - 1) // _IN_A_ROW + 1) * cell + 1
    attributes: Attributes = {
        "class": "heat-map",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "aria-label": label,
    }
    # The worst statuses are drawn last, because their squares are larger.
    in_order = [status for status in reversed(WORST_FIRST) if status in places]
    paths = (_draw_cells(status, places[status], cell) for status in in_order)
    return element("svg", attributes, element("title", {}, label), *paths)


def heat_map_rules() -> str:
    """Returns the CSS rules of heat maps; their colours are variables of the page."""
    colours = sorted({look.colour for look in LOOKS.values()})
    rules = [f".heat-map .{colour}{{fill:var(--{colour})}}" for colour in colours]
    rules.append(".heat-map .succeeded{fill-opacity:.35}")
    rules.append(".heat-map .not_visited{fill:none;stroke:var(--rule)}")
    return "".join(rules)


def _draw_cells(status: Status, places: Iterable[int], cell: int) -> Markup:
    is_larger = LOOKS[status].colour == "failed"
    grown = 0.5 if is_larger else 0.0
    side = number_text(cell - 1 + 2 * grown)
    parts = []
    for place in places:
        row, column = divmod(place, _IN_A_ROW)
        x, y = number_text(column * cell + 0.5 - grown), number_text(row * cell + 0.5 - grown)
        parts.append(f"M{x} {y}h{side}v{side}h-{side}z")
    return element("path", {"class": LOOKS[status].colour, "d": "".join(parts)})
