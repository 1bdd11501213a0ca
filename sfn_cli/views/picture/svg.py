"""Draws a placed graph as SVG: a file, a part of a page, or a part of a live page.

The same input always results in the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.graph.graph import GraphChanges, NodeRun
from sfn_cli.views.layout.placed import Box, Point
from sfn_cli.views.picture.edges import draw_arrows, draw_edge, draw_edge_label
from sfn_cli.views.picture.element_ids import edge_id, label_id, state_id
from sfn_cli.views.picture.states import draw_dot, draw_state
from sfn_cli.views.picture.stylesheet import standalone_sheet
from sfn_cli.views.text.markup import Markup, code_element, element, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.views.graph.graph import GraphNode, GraphRun
    from sfn_cli.views.layout.placed import PlacedEdge, PlacedLevel
    from sfn_cli.views.picture.palette import Theme
    from sfn_cli.views.text.markup import Attributes

_MARGIN = 20.0
_NOT_VISITED = NodeRun("NOT_VISITED", visits=0)
_NO_CHANGES = GraphChanges({}, {})


def draw_svg(
    placed: PlacedLevel,
    title: str,
    *,
    run: GraphRun | None = None,
    changes: GraphChanges | None = None,
    theme: Theme = "auto",
) -> str:
    """Returns an SVG file as text.

    `run` adds the statuses and path of an execution, `changes` the differences from another graph.
    """
    sheet = code_element("style", {}, standalone_sheet(theme, with_changes=changes is not None))
    page = element("rect", {"class": "page", "width": "100%", "height": "100%"})
    return f"{_draw_root(placed, title, run, theme, _LevelDrawing(changes=changes), sheet, page)}\n"


def draw_svg_of_page(
    placed: PlacedLevel, title: str, *, run: GraphRun | None = None, changes: GraphChanges | None = None
) -> Markup:
    """Returns an <svg> for an HTML page whose stylesheet has `stylesheet.picture_rules`."""
    return _draw_root(placed, title, run, "auto", _LevelDrawing(changes=changes))


class LiveSvg(NamedTuple):
    """A picture for a live page, and the markup of each state, edge and label in it, by its id.

    The page replaces those that changed. States inside a Map or Parallel have separate fragments.
    """

    svg: Markup
    fragments: Mapping[str, Markup]


def draw_live_svg(
    placed: PlacedLevel,
    title: str,
    *,
    run: GraphRun | None = None,
    changes: GraphChanges | None = None,
    address: Callable[[str], str] | None = None,
    selected: str | None = None,
) -> LiveSvg:
    """Returns an <svg> for an HTML page, as `draw_svg_of_page` does, with its fragments.

    `address` returns the address to which a state links, by its path. `selected` is the path of the
    selected state.
    """
    drawing = _LevelDrawing(address, selected, changes=changes, has_label_ids=True)
    svg = _draw_root(placed, title, run, "auto", drawing)
    return LiveSvg(svg, drawing.fragments)


def _draw_root(
    placed: PlacedLevel,
    title: str,
    run: GraphRun | None,
    theme: Theme,
    drawing: _LevelDrawing,
    *before: Markup,
) -> Markup:
    width, height = placed.width + 2 * _MARGIN, placed.height + 2 * _MARGIN
    attributes: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {number_text(width)} {number_text(height)}",
        "class": "sfn-graph" if theme == "auto" else f"sfn-graph {theme}",
        "role": "group",
        "aria-label": title,
    }
    drawn = drawing.draw_level(placed, Point(_MARGIN, _MARGIN), run)
    arrows = draw_arrows(with_changes=bool(drawing.changes.edges))
    parts = [element("title", {}, title), *before, arrows, drawn]
    return element("svg", attributes, *(Markup(f"\n{part}") for part in parts), Markup("\n"))


class _LevelDrawing:
    """Draws levels with the statuses of a run. Each part that may change is in `fragments`, by its id."""

    def __init__(
        self,
        address: Callable[[str], str] | None = None,
        selected: str | None = None,
        *,
        changes: GraphChanges | None = None,
        has_label_ids: bool = False,
    ) -> None:
        self.fragments: dict[str, Markup] = {}
        self.changes = _NO_CHANGES if changes is None else changes
        self._address = address
        self._selected = selected
        self._has_label_ids = has_label_ids

    def draw_level(self, placed: PlacedLevel, origin: Point, run: GraphRun | None) -> Markup:
        """Returns the edges, then their labels, then the states, each with the levels inside it."""
        nodes = placed.level.nodes
        taken = frozenset() if run is None else run.taken
        parts: list[Markup] = []
        for edge in placed.edges:
            key = edge.edge.key
            line = draw_edge(edge, origin, nodes, key in taken, self.changes.edges.get(key))
            parts.append(self._fragment(edge_id(key), line))
        for edge in placed.edges:
            parts.append(self._draw_label(edge, origin, nodes, edge.edge.key in taken))
        for path, node in nodes.items():
            box = _moved_box(placed.boxes[path], origin)
            inner = [(_moved_point(offset, box), level) for offset, level in placed.inner.get(path, ())]
            parts.append(self._fragment(state_id(path), self._draw_node(node, box, run, inner)))
            run_inside = None if run is not None and path in run.elsewhere else run
            for number, (corner, level) in enumerate(inner, 1):
                label = node.name if node.type == "Map" else f"{node.name}, branch {number}"
                attributes: Attributes = {"role": "group", "aria-label": label}
                parts.append(element("g", attributes, self.draw_level(level, corner, run_inside)))
        return Markup("\n".join(filter(None, parts)))  # one line each, so that a diff is small

    def _draw_label(
        self, edge: PlacedEdge, origin: Point, nodes: Mapping[str, GraphNode], taken: bool
    ) -> Markup:
        id = label_id(edge.edge.key) if self._has_label_ids else None
        drawn = draw_edge_label(edge, origin, nodes, taken, self.changes.edges.get(edge.edge.key), id=id)
        return drawn if id is None or not drawn else self._fragment(id, drawn)

    def _draw_node(
        self, node: GraphNode, box: Box, run: GraphRun | None, inner: Sequence[tuple[Point, PlacedLevel]]
    ) -> Markup:
        if node.is_dot:
            ends = set() if run is None else {end for key in run.taken for end in (key.source, key.target)}
            return draw_dot(node, box, is_reached=node.path in ends)
        of_node = None if run is None else run.nodes.get(node.path, _NOT_VISITED)
        inner_boxes = [Box(corner.x, corner.y, level.width, level.height) for corner, level in inner]
        address = None if self._address is None else self._address(node.path)
        is_selected = node.path == self._selected
        change = self.changes.nodes.get(node.path)
        return draw_state(node, box, of_node, inner_boxes, change, address=address, is_selected=is_selected)

    def _fragment(self, id: str, drawn: Markup) -> Markup:
        self.fragments[id] = drawn
        return drawn


def _moved_box(box: Box, origin: Point) -> Box:
    return box._replace(x=box.x + origin.x, y=box.y + origin.y)


def _moved_point(point: Point, origin: Point | Box) -> Point:
    return Point(point.x + origin.x, point.y + origin.y)
