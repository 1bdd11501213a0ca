"""The records of a layout. Coordinates are pixels from the level's upper left corner."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.graph.graph import GraphEdge, GraphLevel


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    """A rectangle, given by its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float


class PlacedEdge(NamedTuple):
    """An edge's polyline from border to border, and the centre of its label, if it has one."""

    edge: "GraphEdge"
    points: "Sequence[Point]"
    label: Point | None


class PlacedLevel(NamedTuple):
    """A level with the positions of all its parts.

    `inner` has the levels inside each open Map or Parallel, with their corners' offsets from this level's
    corner. A folded Map or Parallel has none.
    """

    level: "GraphLevel"
    boxes: "Mapping[str, Box]"
    edges: "Sequence[PlacedEdge]"
    inner: "Mapping[str, Sequence[tuple[Point, PlacedLevel]]]"
    width: float
    height: float
