"""A graph as a table: a line for each state, and one for each further transition.

    Authorise      Task      λ Bank · ↻ ≤ 4        → IsLarge
                             catch ALL             → Undo
    IsLarge        Choice    $amount > 1000        → Approve
                             otherwise             → Capture

The states inside a Map or Parallel are below it, with a vertical line along each branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.graph.form_ids import edges_with_far_catches
from sfn_cli.views.graph.lenient_json import single_spaced
from sfn_cli.views.graph.node_words import node_look, repeat_words, run_of_node
from sfn_cli.views.text.styled_line import Span, line_width, shorten_line
from sfn_cli.views.text.visible_text import visible_line, visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfn_cli.views.graph.graph import GraphEdge, GraphLevel, GraphNode, GraphRun
    from sfn_cli.views.text.styled_line import Style, StyledLine

_GAP = 2
_LEAST_COLUMN = 12
_LEAST_WIDTH = 20
_NARROW = 72
"""Below this width, the type of a state is shown only if it has no description."""


class _Row(NamedTuple):
    """A row of the table: a state with its first transition, or a further transition of it."""

    rail: str
    name: Span
    type: str
    words: Span
    target: Span

    def inside(self, rail: str) -> _Row:
        return self._replace(rail=rail + self.rail)


def graph_lines(
    level: GraphLevel, title: str, *, width: int, run: GraphRun | None = None
) -> list[StyledLine]:
    """Returns the title, and the table of all states within `width` columns.

    With a run, each state has the mark of its status, and transitions that were taken are bold.
    """
    width = max(width, _LEAST_WIDTH)
    count = level.state_count()
    heading = [
        Span(visible_line(title), "bold"),
        Span(f"  {count} {'state' if count == 1 else 'states'}", "dim"),
    ]
    return [shorten_line(heading, width), *_table_lines(list(_rows_of_level(level, run)), width)]


def _rows_of_level(level: GraphLevel, run: GraphRun | None) -> Iterator[_Row]:
    edges: dict[str, list[GraphEdge]] = {}
    for edge in edges_with_far_catches(level):
        edges.setdefault(edge.key.source, []).append(edge)
    for path, node in level.nodes.items():
        if node.is_dot:
            continue
        yield from _rows_of_node(node, level, edges.get(path, []), run)
        for inside in node.levels:
            rows = list(_rows_of_level(inside, run))
            yield from (row.inside(rail) for row, rail in zip(rows, _rails(len(rows)), strict=True))


def _rails(count: int) -> Iterable[str]:
    return ["─ "] if count == 1 else ["┌ ", *["│ "] * (count - 2), "└ "]


def _rows_of_node(
    node: GraphNode, level: GraphLevel, edges: Iterable[GraphEdge], run: GraphRun | None
) -> Iterator[_Row]:
    of_node = run_of_node(run, node)
    detail = (of_node.counts if of_node is not None else "") or node.detail
    words = " · ".join(filter(None, [detail, *repeat_words(node, of_node)]))
    look = node_look(run, node)
    style: Style = "bold" if run is None else "dim"
    mark = "" if run is None else "  "
    if look is not None:
        style, mark = look.colour, f"{look.mark} "
    row = _Row(
        "",
        Span(f"{mark}{_shown_text(node.name)}", style),
        _shown_text(node.type),
        Span(_shown_text(words)),
        Span(""),
    )
    for edge in edges:
        for label in edge.labels or ("",):
            target = Span(
                f"→ {_shown_text(level.nodes[edge.key.target].name)}",
                "bold" if run is not None and edge.key in run.taken else "dim" if run is not None else "",
            )
            words = _shown_text(label)
            way = Span(f"catch {words}", "caught") if edge.key.kind == "catch" else Span(words)
            if row.target.text or (row.words.text and way.text):
                yield row
                row = _Row("", Span(""), "", way, target)
            else:
                row = row._replace(words=way if way.text else row.words, target=target)
    yield row


def _shown_text(text: str) -> str:
    """Returns a text as shown in a line, from which the widths of columns are computed."""
    return visible_text(single_spaced(text))


def _table_lines(rows: list[_Row], width: int) -> Iterator[StyledLine]:
    """Yields the rows in columns; if there is too little room, the widest texts are shortened."""
    if width < _NARROW:
        rows = [row._replace(type="", words=row.words if row.words.text else Span(row.type)) for row in rows]
    types = max((len(row.type) + _GAP if row.type else 0 for row in rows), default=0)
    names = _most_cells(([Span(row.rail), row.name] for row in rows), width // 3)
    targets = _most_cells(([row.target] for row in rows), width // 4)
    room = width - names - types - targets - 2 * _GAP
    words = _most_cells(([row.words] for row in rows if row.target.text), room)
    for row in rows:
        line = _cell([Span(row.rail, "dim"), row.name], names + _GAP)
        if types:
            line += _cell([Span(row.type, "dim")], types)
        line += [*_cell([row.words], words + _GAP), row.target] if row.target.text else [row.words]
        while line and not line[-1].text.strip():
            line.pop()
        yield shorten_line([span for span in line if span.text], width)


def _most_cells(cells: Iterable[StyledLine], room: int) -> int:
    """Returns the width of the widest cell, at most `room` if that is enough."""
    return min(max(map(line_width, cells), default=0), max(_LEAST_COLUMN, room))


def _cell(spans: StyledLine, width: int) -> StyledLine:
    """Returns the spans padded to this width, with at least _GAP spaces."""
    shown = shorten_line(spans, width - _GAP) if width > _GAP else []
    return [*shown, Span(" " * (width - line_width(shown)))]
