"""The graph of a definition, whose states are links to their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.views.definition.state_lines import state_lines
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.text import graph_lines
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.picture.svg import draw_live_svg
from sfn_cli.views.report.picture_look import picture_look
from sfn_cli.views.report.styled_html import draw_styled_lines
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.views.definition.state_lines import StateLines
    from sfn_cli.views.graph.graph import GraphChanges, GraphLevel

_TABLE_COLUMNS = 90


def draw_definition_graph(text: str, title: str, open_paths: Iterable[str] = ()) -> Markup:
    """Returns the section with the graph of a definition's text.

    Its attribute `data-lines` has the first and the last line of each state, by the id of its box. For a
    text that is not JSON, it says so in `data-unreadable`.
    """
    try:
        definition = jsonvalue.loads(text)
    except (ValueError, RecursionError):
        note = element("p", {"class": "note"}, "There is no graph, because the definition is not valid JSON.")
        return _graph_section(note, {"data-unreadable": True})
    lines = state_lines(text)
    drawn = draw_graph_or_table(graph_of(definition), title, lines=lines, open_paths=open_paths)
    known = {state_id(path): [at.first, at.last] for path, at in lines.items()}
    return _graph_section(drawn, {"data-lines": jsonvalue.dumps(known)})


def draw_graph_or_table(
    level: GraphLevel,
    title: str,
    *,
    changes: GraphChanges | None = None,
    lines: Mapping[str, StateLines] | None = None,
    open_paths: Iterable[str] = (),
) -> Markup:
    """Returns the picture of a graph, or a table with the reason why there is no picture.

    With `lines`, states are links to their first lines ("#L12").
    """
    seen = [*open_paths, *(changes.nodes if changes is not None else ())]
    try:
        placed = place(level, is_folded=folding_rule(level, seen))
    except (ConfigurationError, UsageError) as error:
        table = draw_styled_lines(graph_lines(level, title, width=_TABLE_COLUMNS))
        return element("div", {}, element("p", {"class": "note"}, str(error)), table)

    def address(path: str) -> str:
        return f"#L{lines[path].first}" if lines is not None and path in lines else f"#{state_id(path)}"

    drawn = draw_live_svg(placed, title, changes=changes, address=None if lines is None else address)
    return element("div", {"class": picture_look(placed.width)}, drawn.svg)


def _graph_section(body: Markup, attributes: Mapping[str, str | bool]) -> Markup:
    return element(
        "section",
        {"id": "definition-graph", "aria-label": "Graph", **attributes},
        element("h2", {}, "Graph"),
        body,
    )
