"""Counts the defects of a drawing from its coordinates."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from sfn_cli.views.layout.labels import edge_label_size
from sfn_cli.views.layout.placed import Box
from sfn_cli.views.picture.states import LOOP_CENTRE, LOOP_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.layout.placed import PlacedEdge, PlacedLevel, Point

_SLACK = 0.6
"""Coordinates are rounded to a tenth of a pixel, and boxes may touch."""

Segment = tuple["Point", "Point"]


def faults_of(placed: PlacedLevel) -> Counter[str]:
    """Counts the defects of a level and all levels inside it, by kind, including zeros."""
    faults: Counter[str] = Counter(
        {
            "overlaps of states": 0,
            "edges through states": 0,
            "crossings": 0,
            "shared lines": 0,
            "ends off the border": 0,
            "labels over states": 0,
            "labels over labels": 0,
            "outside the level": 0,
            "retry loops over something": 0,
        }
    )
    for level in levels_of(placed):
        boxes = list(level.boxes.values())
        labels = list(_label_boxes(level))
        segments = [list(_segments(edge)) for edge in level.edges]
        faults["overlaps of states"] += sum(_overlap(one, other) for one, other in combinations(boxes, 2))
        faults["edges through states"] += sum(
            any(_runs_through(segment, box) for segment in of_edge for box in boxes) for of_edge in segments
        )
        for one, other in combinations(segments, 2):
            faults["crossings"] += sum(_cross(a, b) for a in one for b in other)
            faults["shared lines"] += any(_share_a_line(a, b) for a in one for b in other)
        faults["ends off the border"] += sum(not _ends_at_its_states(edge, level) for edge in level.edges)
        faults["labels over states"] += sum(_overlap(label, box) for label in labels for box in boxes)
        faults["labels over labels"] += sum(_overlap(one, other) for one, other in combinations(labels, 2))
        faults["retry loops over something"] += sum(
            any(_runs_through(segment, loop) for of_edge in segments for segment in of_edge)
            or any(_overlap(loop, other) for other in [*boxes, *labels])
            for loop in _loop_boxes(level)
        )
        faults["outside the level"] += sum(not _is_inside(box, level) for box in [*boxes, *labels])
        faults.update(_faults_of_inner_levels(level))
    return faults


def _loop_boxes(level: PlacedLevel) -> Iterator[Box]:
    """Yields the areas of the loops that `picture/states.py` draws at states with Retriers."""
    for path, node in level.level.nodes.items():
        if node.retries:
            box = level.boxes[path]
            yield Box(box.x - LOOP_SIZE[0], box.y + LOOP_CENTRE - LOOP_SIZE[1] / 2, *LOOP_SIZE)


def levels_of(placed: PlacedLevel) -> Iterator[PlacedLevel]:
    """Yields a level and the levels inside it."""
    yield placed
    for inside in placed.inner.values():
        for _, level in inside:
            yield from levels_of(level)


def _faults_of_inner_levels(placed: PlacedLevel) -> Counter[str]:
    faults: Counter[str] = Counter()
    for path, inside in placed.inner.items():
        around = placed.boxes[path]
        boxes = [Box(x, y, level.width, level.height) for (x, y), level in inside]
        faults["overlaps of states"] += sum(_overlap(one, other) for one, other in combinations(boxes, 2))
        faults["outside the level"] += sum(
            box.x < 0
            or box.y < 0
            or box.x + box.width > around.width + _SLACK
            or box.y + box.height > around.height + _SLACK
            for box in boxes
        )
    return faults


def _label_boxes(placed: PlacedLevel) -> Iterator[Box]:
    for edge in placed.edges:
        width, height = edge_label_size(edge.edge)
        assert (edge.label is not None) == bool(width)
        if edge.label is not None:
            yield Box(edge.label.x - width / 2, edge.label.y - height / 2, width, height)


def _segments(edge: PlacedEdge) -> Iterator[Segment]:
    return zip(edge.points, edge.points[1:], strict=False)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x + _SLACK < other.x + other.width
        and other.x + _SLACK < one.x + one.width
        and one.y + _SLACK < other.y + other.height
        and other.y + _SLACK < one.y + one.height
    )


def _runs_through(segment: Segment, box: Box) -> bool:
    """Whether a vertical or horizontal line has a point inside the box."""
    (x1, y1), (x2, y2) = segment
    return _overlap(
        Box(min(x1, x2) - _SLACK, min(y1, y2) - _SLACK, abs(x1 - x2) + 2 * _SLACK, abs(y1 - y2) + 2 * _SLACK),
        box._replace(
            x=box.x + _SLACK, y=box.y + _SLACK, width=box.width - 2 * _SLACK, height=box.height - 2 * _SLACK
        ),
    )


def _is_upright(segment: Segment) -> bool:
    return abs(segment[0].x - segment[1].x) < abs(segment[0].y - segment[1].y)


def _cross(one: Segment, other: Segment) -> bool:
    if _is_upright(one) == _is_upright(other):
        return False
    upright, level = (one, other) if _is_upright(one) else (other, one)
    x, y = upright[0].x, level[0].y
    return _is_between(x, level[0].x, level[1].x) and _is_between(y, upright[0].y, upright[1].y)


def _is_between(value: float, one: float, other: float) -> bool:
    return min(one, other) + _SLACK < value < max(one, other) - _SLACK


def _share_a_line(one: Segment, other: Segment) -> bool:
    if _is_upright(one) != _is_upright(other):
        return False
    along, across = (1, 0) if _is_upright(one) else (0, 1)
    if abs(one[0][across] - other[0][across]) > _SLACK:
        return False
    start = max(min(one[0][along], one[1][along]), min(other[0][along], other[1][along]))
    end = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along]))
    return end - start > 1


def _ends_at_its_states(edge: PlacedEdge, placed: PlacedLevel) -> bool:
    source, target, _ = edge.edge.key
    return _is_on_border(edge.points[0], placed.boxes[source]) and _is_on_border(
        edge.points[-1], placed.boxes[target]
    )


def _is_on_border(point: Point, box: Box) -> bool:
    left, right = abs(point.x - box.x), abs(point.x - box.x - box.width)
    top, bottom = abs(point.y - box.y), abs(point.y - box.y - box.height)
    is_beside = -_SLACK <= point.y - box.y <= box.height + _SLACK
    is_above = -_SLACK <= point.x - box.x <= box.width + _SLACK
    return (min(left, right) < _SLACK and is_beside) or (min(top, bottom) < _SLACK and is_above)


def _is_inside(box: Box, placed: PlacedLevel) -> bool:
    return (
        box.x > -_SLACK
        and box.y > -_SLACK
        and box.x + box.width < placed.width + _SLACK
        and box.y + box.height < placed.height + _SLACK
    )
