"""Keeps the first state of a nested level on top, although the level has no start dot.

A loop may lead back to the first state, so an invisible entry is placed above it. (A separate rank for
the first state causes edge crossings: 4 instead of none on real projects' definitions.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.layout.engine import EngineEdge, EngineLayout, Route, lay_out
from sfn_cli.views.layout.placed import Point

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ENTRY = "/ entry"
_ENTRY_SIZE = (2.0, 2.0)
_ENTRY_WEIGHT = 8


def lay_out_below_entry(
    sizes: Mapping[str, tuple[float, float]], edges: Sequence[EngineEdge], start: str
) -> EngineLayout:
    """Returns the layout of a level like `lay_out`, with `start` in the first row."""
    if not any(edge.target == start for edge in edges):
        return lay_out(sizes, edges)
    laid_out = lay_out(
        {_ENTRY: _ENTRY_SIZE, **sizes}, [EngineEdge(_ENTRY, start, _ENTRY_WEIGHT), *edges], _ENTRY
    )
    boxes = {name: box for name, box in laid_out.boxes.items() if name != _ENTRY}
    return _moved_up(laid_out._replace(boxes=boxes, routes=laid_out.routes[1:]), edges)


def _moved_up(laid_out: EngineLayout, edges: Sequence[EngineEdge]) -> EngineLayout:
    """Returns the layout without the empty space at its top."""
    tops = [box.y for box in laid_out.boxes.values()]
    for edge, route in zip(edges, laid_out.routes, strict=True):
        tops += [point.y for point in route.points]
        if route.label is not None:
            tops.append(route.label.y - edge.label_height / 2)
    top = min(tops)

    def moved(point: Point) -> Point:
        return Point(point.x, round(point.y - top, 1))

    return EngineLayout(
        {name: box._replace(y=round(box.y - top, 1)) for name, box in laid_out.boxes.items()},
        [
            Route(
                [moved(point) for point in route.points], None if route.label is None else moved(route.label)
            )
            for route in laid_out.routes
        ],
        laid_out.width,
        round(laid_out.height - top, 1),
    )
