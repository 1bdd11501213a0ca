"""The adapter for graphlay, which lays out one level. Only this module uses it.

https://github.com/aarkue/graphlay silently ignores unknown fields and options: `tests/views/layout/`
checks the effect of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.views.layout.placed import Box, Point

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class EngineEdge(NamedTuple):
    """An edge between two boxes. Edges with more weight are drawn straighter and shorter."""

    source: str
    target: str
    weight: int
    label_width: float = 0.0
    label_height: float = 0.0


class Route(NamedTuple):
    """An edge's polyline, and the centre of its label, if it has one."""

    points: Sequence[Point]
    label: Point | None


class EngineLayout(NamedTuple):
    boxes: Mapping[str, Box]
    routes: Sequence[Route]
    """The routes, in the order of the edges."""
    width: float
    height: float


_PRESET = "process_map"
_OPTIONS: Mapping[str, Any] = {
    "direction": "topbottom",
    "spacing": {"layer_gap": 40, "node_gap": 32},
    "cycles": {"strategy": "follow_flow"},
}
_MANY_STATES, _MANY_EDGES = 150, 200
_OPTIONS_OF_LARGE_GRAPHS: Mapping[str, Any] = {
    "effort": "fast",
    "coords": {"placement": "brandes_koepf"},
}
_LIMITS: Mapping[str, int] = {"max_nodes": 10_000, "max_edges": 30_000, "max_dummies": 3_000}
"""Limits that stop a layout that would take more than a second or two.

A dummy is a point where an edge passes a row of states. Real machines have at most hundreds.
"""


def lay_out(
    sizes: Mapping[str, tuple[float, float]], edges: Sequence[EngineEdge], start: str | None = None
) -> EngineLayout:
    """Returns positions of boxes with these sizes, in pixels with one decimal, and routes of edges.

    `start` is drawn in the first row. The order of the boxes breaks ties (see `graph/reading_order.py`).
    Raises ConfigurationError if graphlay is not installed, and UsageError for a graph that is too large.
    """
    if not sizes:
        return EngineLayout({}, (), 0.0, 0.0)
    graphlay = _import_graphlay()
    graph = graphlay.Graph()
    # graphlay breaks ties by its nodes' keys, as strings, not by their order.
    keys = {name: f"{number:06}" for number, name in enumerate(sizes)}
    for name, (width, height) in sizes.items():
        first = {"rank": "first"} if name == start else {}
        graph.node(keys[name], width=width, height=height, **first)
    for edge in edges:
        graph.edge(keys[edge.source], keys[edge.target], weight=edge.weight, **_label_field(edge))
    options = {**_OPTIONS, "limits": _LIMITS}
    if len(sizes) > _MANY_STATES or len(edges) > _MANY_EDGES:
        options |= _OPTIONS_OF_LARGE_GRAPHS
    try:
        layout = graphlay.layout(graph, preset=_PRESET, options=options)
    except graphlay.GraphlayError as error:
        if "limit" not in str(error):
            raise
        raise UsageError(
            f"The state machine is too large for a picture: {len(sizes):,} states with "
            f"{len(edges):,} transitions. Show it as text: sfn graph … --format text"
        ) from None
    return _read_layout(layout, sizes, edges)


def _import_graphlay() -> Any:
    try:
        import graphlay
    except ImportError:
        from sfn_cli.installation.extras import install_hint

        raise ConfigurationError(
            f"Pictures need graphlay, which is not installed. {install_hint('console')}"
        ) from None
    return graphlay


def _label_field(edge: EngineEdge) -> dict[str, Any]:
    if not edge.label_width:
        return {}
    width, height = edge.label_width, edge.label_height
    if edge.source == edge.target:
        # For the label of a loop at a box, graphlay uses the label's height as its width.
        width = height = max(width, height)
    return {"label_size": {"width": width, "height": height}}


def _read_layout(
    layout: Any, sizes: Mapping[str, tuple[float, float]], edges: Sequence[EngineEdge]
) -> EngineLayout:
    least, most = layout.bounds["min"], layout.bounds["max"]
    left, top, right, bottom = least["x"], least["y"], most["x"], most["y"]
    for edge, laid_out in zip(edges, layout.edges, strict=True):  # the bounds do not include labels
        if edge.label_width and (centre := laid_out["label_anchor"]):
            left = min(left, centre["x"] - edge.label_width / 2)
            right = max(right, centre["x"] + edge.label_width / 2)
            top = min(top, centre["y"] - edge.label_height / 2)
            bottom = max(bottom, centre["y"] + edge.label_height / 2)

    def point(at: Mapping[str, float]) -> Point:
        return Point(_tenths(at["x"] - left), _tenths(at["y"] - top))

    boxes: dict[str, Box] = {}
    for (name, (width, height)), node in zip(sizes.items(), layout.nodes, strict=True):
        corner = {"x": node["center"]["x"] - width / 2, "y": node["center"]["y"] - height / 2}
        boxes[name] = Box(*point(corner), width, height)
    routes = [
        Route(
            [point(at) for at in laid_out["points"]],
            point(laid_out["label_anchor"]) if edge.label_width and laid_out["label_anchor"] else None,
        )
        for edge, laid_out in zip(edges, layout.edges, strict=True)
    ]
    return EngineLayout(boxes, routes, _tenths(right - left), _tenths(bottom - top))


def _tenths(value: float) -> float:
    return round(value, 1) + 0.0  # avoids -0.0
