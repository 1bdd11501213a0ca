"""The picture of an execution's page, or the outline where there is no picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.views.console.execution.drawn_part import DrawnPart
from sfn_cli.views.console.execution.outline_table import draw_outline_table
from sfn_cli.views.console.execution.page_query import OUTLINE
from sfn_cli.views.console.execution.placed_graphs import (
    graph_of_definition,
    is_large_graph,
    placed_graph,
)
from sfn_cli.views.graph.run import graph_run, paths_of_interest
from sfn_cli.views.layout.folding import MOST_STATES_INSIDE, folding_rule
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.picture.svg import draw_live_svg, draw_svg
from sfn_cli.views.report.picture_look import picture_look
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.views.console.execution.page_input import ExecutionPageInput
    from sfn_cli.views.graph.graph import GraphLevel, GraphNode, GraphRun
    from sfn_cli.views.layout.placed import PlacedLevel

_MOST_FOLDED = 50


def draw_picture_part(page: ExecutionPageInput) -> DrawnPart:
    """Returns the picture; the outline with the reason where there is no picture.

    The parts are the states, edges and labels; of a large machine, whose states may fold and unfold, the
    whole picture.
    """
    try:
        level, run, placed = _placed_execution(page)
    except (ConfigurationError, UsageError) as error:
        note = element("p", {"class": "note"}, str(error))
        if page.query.view == OUTLINE:
            return DrawnPart(note)
        outline = draw_outline_table(page)
        return DrawnPart(join_markup([note, outline.markup]), outline.parts)
    live = draw_live_svg(
        placed,
        f"States of {page.view.source.name}",
        run=run,
        address=lambda path: page.link(state=path, visit=None),
        selected=page.selection.path,
    )
    attributes = {"id": "picture", "class": picture_look(placed.width), "tabindex": "-1"}
    if not is_large_graph(level):
        return DrawnPart(element("div", attributes, live.svg), live.fragments)
    whole = element("div", attributes, live.svg, _draw_folded(level, page, run))
    return DrawnPart(whole, {"picture": whole})


def draw_picture_file(page: ExecutionPageInput) -> str:
    """Returns the picture as an SVG file. Raises ConfigurationError or UsageError."""
    _, run, placed = _placed_execution(page)
    return draw_svg(placed, f"States of {page.view.source.name}", run=run)


def _placed_execution(page: ExecutionPageInput) -> tuple[GraphLevel, GraphRun, PlacedLevel]:
    definition = page.view.source.definition
    if definition is None:
        raise UsageError("There is no picture, because the definition is unknown.")
    level = graph_of_definition(definition)
    run = graph_run(page.view, level, iteration=page.query.iterations, pending=page.report.pending)
    opened = _opened_paths(page, run) if is_large_graph(level) else frozenset()
    return level, run, placed_graph(definition, opened)


def _opened_paths(page: ExecutionPageInput, run: GraphRun) -> frozenset[str]:
    selected = () if page.selection.path is None else (page.selection.path,)
    return frozenset((*paths_of_interest(run), *page.query.opened, *selected))


def _draw_folded(level: GraphLevel, page: ExecutionPageInput, run: GraphRun) -> Markup:
    """Returns links that open each folded Map or Parallel, and fold those that were opened."""
    is_folded = folding_rule(level, _opened_paths(page, run))
    opened = page.query.opened
    links = [_draw_fold_link(node, opened, page) for node in _foldable_nodes(level, is_folded)]
    if not links:
        return Markup("")
    rest = len(links) - _MOST_FOLDED
    more = element("p", {"class": "note"}, f"… {rest} more") if rest > 0 else ""
    items = element("ul", {}, *(element("li", {}, link) for link in links[:_MOST_FOLDED]))
    title = element("summary", {}, "Folded states")
    return element("details", {"class": "folded"}, title, items, more)


def _foldable_nodes(level: GraphLevel, is_folded: Callable[[GraphNode], bool]) -> Iterator[GraphNode]:
    """Yields the drawn Maps and Parallels that are large enough to be folded."""
    for node in level.nodes.values():
        if sum(inner.state_count() for inner in node.levels) > MOST_STATES_INSIDE:
            yield node
        if node.levels and not is_folded(node):
            for inner in node.levels:
                yield from _foldable_nodes(inner, is_folded)


def _draw_fold_link(node: GraphNode, opened: tuple[str, ...], page: ExecutionPageInput) -> Markup:
    if node.path in opened:
        others = tuple(path for path in opened if path != node.path)
        return element("a", {"href": page.link(opened=others)}, f"Fold {node.name}")
    count = sum(inner.state_count() for inner in node.levels)
    address = page.link(opened=(*opened, node.path))
    return element(
        "a", {"href": address, "data-opens": state_id(node.path)}, f"Open {node.name} ({count} states)"
    )
