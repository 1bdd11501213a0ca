"""Draws edges: polylines with round corners, arrows, and labels."""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from sfn_cli.views.layout.labels import LABEL_LINE_HEIGHT, edge_label_lines
from sfn_cli.views.layout.placed import Point
from sfn_cli.views.picture.change_looks import CHANGE_LOOKS
from sfn_cli.views.picture.element_ids import edge_id
from sfn_cli.views.text.markup import Markup, element, escape_markup, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.graph.graph import ChangeMark, EdgeKind, GraphEdge, GraphNode
    from sfn_cli.views.layout.placed import PlacedEdge
    from sfn_cli.views.text.markup import Attributes

_RADIUS = 7.0
_ARROW_LENGTH = {"plain": 8.0, "catch": 8.0, "taken": 10.0, "added": 10.0, "removed": 8.0}
_CHANGED_ARROWS = ("added", "removed")

_WAYS: Mapping[EdgeKind, str] = {
    "start": "start",
    "next": "next",
    "choice": "if",
    "catch": "catches",
    "end": "end",
}


def draw_arrows(*, with_changes: bool) -> Markup:
    """Returns the definitions of the arrows at the ends of edges."""
    looks = [look for look in _ARROW_LENGTH if with_changes or look not in _CHANGED_ARROWS]
    return element("defs", {}, *(_draw_arrow(look, _ARROW_LENGTH[look]) for look in looks))


def _draw_arrow(look: str, length: float) -> Markup:
    head = element("path", {"class": f"arrow {look}", "d": "M0 1L10 5L0 9z"})
    attributes: Attributes = {
        "id": f"sfn-arrow-{look}",
        "viewBox": "0 0 10 10",
        "refX": 1,  # an edge ends where its arrow starts, so that a thick line does not hide the tip
        "refY": 5,
        "markerWidth": length,
        "markerHeight": length,
        "markerUnits": "userSpaceOnUse",
        "orient": "auto",
    }
    return element("marker", attributes, head)


def draw_edge(
    placed: PlacedEdge,
    origin: Point,
    nodes: Mapping[str, GraphNode],
    taken: bool,
    change: ChangeMark | None = None,
) -> Markup:
    """Returns the line of an edge with its arrow."""
    edge = placed.edge
    look = "taken" if taken else "catch" if edge.key.kind == "catch" else "plain"
    if change in ("+", "−"):
        look = CHANGE_LOOKS[change].look
    points = [Point(point.x + origin.x, point.y + origin.y) for point in placed.points]
    attributes: Attributes = {
        "id": edge_id(edge.key),
        "class": f"edge {edge.key.kind}{' taken' if taken else ''}{_change_class(change)}",
        "d": _rounded_path(_shorten_polyline(points, _ARROW_LENGTH[look] * 0.9)),
        "marker-end": f"url(#sfn-arrow-{look})",
    }
    return element("path", attributes, element("title", {}, _describe_edge(edge, nodes, change)))


def draw_edge_label(
    placed: PlacedEdge,
    origin: Point,
    nodes: Mapping[str, GraphNode],
    taken: bool,
    change: ChangeMark | None = None,
    *,
    id: str | None = None,
) -> Markup:
    """Returns the lines of an edge's label, centred at its position; empty if it has none.

    The mark of a change is before the first line.
    """
    lines = edge_label_lines(placed.edge)
    centre = placed.label
    if centre is None or not lines:
        if change is None:
            return Markup("")
        lines, centre = [], _middle_of(placed.points)
    if change is not None:
        lines = [f"{change} {lines[0]}", *lines[1:]] if lines else [change]
    x = centre.x + origin.x
    top = centre.y + origin.y - LABEL_LINE_HEIGHT * (len(lines) - 1) / 2 + 4
    spans = (
        element("tspan", {"x": x, "y": top + LABEL_LINE_HEIGHT * number}, line)
        for number, line in enumerate(lines)
    )
    kind = placed.edge.key.kind
    title = element("title", {}, _describe_edge(placed.edge, nodes, change))
    look = f"small label {kind}{' taken' if taken else ''}{_change_class(change)}"
    return element("text", {"id": id, "class": look}, title, *spans)


def _change_class(change: ChangeMark | None) -> str:
    return "" if change is None else f" {CHANGE_LOOKS[change].look}"


def _middle_of(points: Sequence[Point]) -> Point:
    """Returns the middle of the longest part of a polyline."""
    before, after = max(
        pairwise(points), key=lambda part: hypot(part[1].x - part[0].x, part[1].y - part[0].y)
    )
    return Point((before.x + after.x) / 2, (before.y + after.y) / 2)


def _describe_edge(edge: GraphEdge, nodes: Mapping[str, GraphNode], change: ChangeMark | None) -> str:
    """Returns the full description of an edge: "Charge → Release, catches Timeout, ALL"."""
    words = _describe_ends(edge, nodes)
    return words if change is None else f"{words}, {CHANGE_LOOKS[change].word}"


def _describe_ends(edge: GraphEdge, nodes: Mapping[str, GraphNode]) -> str:
    key = edge.key
    ends = f"{nodes[key.source].name} → {nodes[key.target].name}"
    if key.kind in ("choice", "catch") and edge.labels:
        joined = (", " if key.kind == "catch" else " or ").join(edge.labels)
        return f"{ends}, {joined if joined == 'otherwise' else f'{_WAYS[key.kind]} {joined}'}"
    return ends


def _shorten_polyline(points: Sequence[Point], length: float) -> Sequence[Point]:
    """Returns the polyline without the last `length` pixels, at most half of its last segment."""
    before, last = points[-2], points[-1]
    whole = hypot(last.x - before.x, last.y - before.y)
    if not whole:
        return points
    part = min(length, whole / 2) / whole
    return [*points[:-1], Point(last.x - (last.x - before.x) * part, last.y - (last.y - before.y) * part)]


def _rounded_path(points: Sequence[Point]) -> str:
    parts = [f"M{_point_text(points[0])}"]
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        into, out_of = _toward(corner, before), _toward(corner, after)
        parts.append(f"L{_point_text(into)}Q{_point_text(corner)} {_point_text(out_of)}")
    return "".join([*parts, f"L{_point_text(points[-1])}"])


def _toward(corner: Point, other: Point) -> Point:
    """Returns the point where a round corner starts towards `other`."""
    length = hypot(other.x - corner.x, other.y - corner.y) or 1.0
    part = min(_RADIUS, length / 2) / length
    return Point(corner.x + (other.x - corner.x) * part, corner.y + (other.y - corner.y) * part)


def _point_text(point: Point) -> Markup:
    return escape_markup(f"{number_text(point.x)} {number_text(point.y)}")
