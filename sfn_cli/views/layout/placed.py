"""The records of a layout. Coordinates are pixels from the level's upper left corner, downwards."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.graph.graph import GraphEdge, GraphLevel


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    """A rectangle by its upper left corner and its size."""

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
    """A level with a place for everything.

    `inner` has the levels inside each open Map or Parallel, with the offset of their corners from
    this level's; a folded one has none.
    """

    level: "GraphLevel"
    boxes: "Mapping[str, Box]"
    edges: "Sequence[PlacedEdge]"
    inner: "Mapping[str, Sequence[tuple[Point, PlacedLevel]]]"
    width: float
    height: float
