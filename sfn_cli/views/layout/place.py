"""Places all of a graph, from the innermost levels outwards.

A Map or Parallel is a box around its levels: a heading, then the levels side by side.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sfn_cli.views.graph.graph import START
from sfn_cli.views.layout.engine import EngineEdge, lay_out
from sfn_cli.views.layout.entry import lay_out_below_entry
from sfn_cli.views.layout.labels import (
    NAME_SIZE,
    SMALL_SIZE,
    edge_label_size,
    second_line,
    state_marks,
)
from sfn_cli.views.layout.placed import PlacedEdge, PlacedLevel, Point
from sfn_cli.views.layout.text_size import text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.views.graph.graph import EdgeKind, GraphEdge, GraphLevel, GraphNode

STATE_HEIGHT = 48.0
"""All sizes are in pixels."""
HEADING_HEIGHT = 40.0
PADDING = 14.0
"""The space around each level inside a box."""
DOT_SIZE = 22.0
ICON_ROOM = 40.0
"""The distance from a box's left border to its text."""

_LEAST_WIDTH = 132.0
_LEAST_MAP_WIDTH = 230.0
"""Wide enough for the counts of a Map: "12 of 60 · 5 running · 0 failed"."""
_MOST_WIDTH = 300.0
_MOST_SECOND_LINE_WIDTH = 220.0

_WEIGHTS: Mapping[EdgeKind, int] = {"start": 8, "next": 8, "choice": 4, "end": 2, "catch": 1}
_WEIGHT_OF_DEFAULT = 5


def place(level: GraphLevel, *, is_folded: Callable[[GraphNode], bool]) -> PlacedLevel:
    """Returns the level with the positions of all its parts.

    `is_folded` returns whether a Map or Parallel is drawn without its nested states (see `folding.py`).
    Raises ConfigurationError if graphlay is not installed, and UsageError if the graph is too large.
    """
    sizes: dict[str, tuple[float, float]] = {}
    inner: dict[str, list[tuple[Point, PlacedLevel]]] = {}
    for path, node in level.nodes.items():
        if node.is_dot:
            sizes[path] = (DOT_SIZE, DOT_SIZE)
        elif not node.levels or is_folded(node):
            sizes[path] = (_state_width(node, is_folded=bool(node.levels)), STATE_HEIGHT)
        else:
            levels = [place(inside, is_folded=is_folded) for inside in node.levels]
            sizes[path], inner[path] = _place_side_by_side(levels, _state_width(node, is_folded=False))
    ways = [_engine_edge(edge) for edge in level.edges]
    if START in level.nodes:
        laid_out = lay_out(sizes, ways, START)
    else:
        laid_out = lay_out_below_entry(sizes, ways, level.start)
    edges = [
        PlacedEdge(edge, route.points, route.label)
        for edge, route in zip(level.edges, laid_out.routes, strict=True)
    ]
    return PlacedLevel(level, laid_out.boxes, edges, inner, laid_out.width, laid_out.height)


def _place_side_by_side(
    levels: Sequence[PlacedLevel], least_width: float
) -> tuple[tuple[float, float], list[tuple[Point, PlacedLevel]]]:
    """Returns the size of a box around levels, and the levels with the offsets of their corners."""
    needed = sum(level.width + 2 * PADDING for level in levels)
    width = float(math.ceil(max(needed, least_width)))
    height = float(math.ceil(HEADING_HEIGHT + max(level.height for level in levels) + 2 * PADDING))
    x = (width - needed) / 2
    offsets: list[tuple[Point, PlacedLevel]] = []
    for level in levels:
        offsets.append((Point(round(x + PADDING, 1), HEADING_HEIGHT + PADDING / 2), level))
        x += level.width + 2 * PADDING
    return (width, height), offsets


def _state_width(node: GraphNode, *, is_folded: bool) -> float:
    """Returns the width of a state's box in whole pixels, for its name and its second line."""
    name = text_width(node.name, NAME_SIZE, bold=True) + 24
    second = text_width(second_line(node, is_folded=is_folded), SMALL_SIZE)
    marks = sum(text_width(mark, SMALL_SIZE) + 22 for mark in state_marks(node))
    least = _LEAST_MAP_WIDTH if node.type == "Map" else _LEAST_WIDTH
    needed = ICON_ROOM + 4 + max(name, min(second, _MOST_SECOND_LINE_WIDTH) + 12 + marks)
    return float(math.ceil(min(_MOST_WIDTH, max(least, needed))))


def _engine_edge(edge: GraphEdge) -> EngineEdge:
    weight = _WEIGHT_OF_DEFAULT if edge.labels == ("otherwise",) else _WEIGHTS[edge.key.kind]
    return EngineEdge(edge.key.source, edge.key.target, weight, *edge_label_size(edge))
