"""A graph in Graphviz's language: https://graphviz.org/doc/info/lang.html.

Maps and Parallels are clusters. An edge to or from a cluster ends at its border (`lhead`, `ltail`).
Graphviz does the layout, so that Catch edges to far handlers are drawn too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.graph.form_ids import edges_with_far_catches, form_ids, retry_loop_labels
from sfn_cli.views.graph.graph import END, START
from sfn_cli.views.graph.lenient_json import single_spaced
from sfn_cli.views.graph.node_words import repeat_words, run_of_node, status_mark, type_words
from sfn_cli.views.text.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.graph.graph import EdgeKind, GraphEdge, GraphLevel, GraphNode, GraphRun

_INDENT = "    "
_STYLES: Mapping[EdgeKind, str] = {"catch": 'style="dashed", color="#c0261c", fontcolor="#c0261c"'}
_HEADING = """    compound=true
    node [shape="box", style="rounded", fontname="Helvetica"]
    edge [fontname="Helvetica", fontsize="10"]
    graph [fontname="Helvetica", style="rounded"]"""


def dot_of(level: GraphLevel, title: str, *, run: GraphRun | None = None) -> str:
    """Returns the graph as text, with a trailing newline."""
    writer = _DotWriter(level, run)
    lines = [
        f"digraph {_quoted(title)} {{",
        _HEADING,
        *(_INDENT + line for line in writer.level_lines(level)),
    ]
    return "\n".join([*lines, "}"]) + "\n"


class _DotWriter:
    def __init__(self, level: GraphLevel, run: GraphRun | None) -> None:
        self._run = run
        self._ids = form_ids(level)
        self._anchors: dict[str, str] = {}
        self._find_anchors(level)

    def _find_anchors(self, level: GraphLevel) -> None:
        """Finds a state inside each cluster, because Graphviz's edges connect only nodes."""
        for node in level.nodes.values():
            for inside in node.levels:
                self._find_anchors(inside)
            if node.levels:
                first = node.levels[0]
                self._anchors[node.path] = self._anchors.get(first.start, first.start)

    def level_lines(self, level: GraphLevel) -> Iterator[str]:
        for node in level.nodes.values():
            yield from self._node_lines(node)
        for edge in edges_with_far_catches(level):
            yield self._edge_line(edge)
        for node in level.nodes.values():
            yield from self._retry_lines(node)

    def _node_lines(self, node: GraphNode) -> Iterator[str]:
        own_id = self._id(node.path)
        if node.is_dot:
            shape = "circle" if node.type == "Start" else "doublecircle"
            yield f'{own_id} [shape="{shape}", style="filled", fillcolor="black", label="", width="0.2"]'
            return
        run = run_of_node(self._run, node)
        repeats = repeat_words(node, run, has_loop=bool(retry_loop_labels(node)))
        second = "  ".join([type_words(node, run), *repeats])
        label = _quoted(f"{status_mark(self._run, node)}{single_spaced(node.name)}\n{second}")
        if not node.levels:
            yield f"{own_id} [label={label}]"
            return
        yield f"subgraph {self._cluster(node.path)} {{"
        yield f"{_INDENT}label={label}"
        for number, inside in enumerate(node.levels):
            if len(node.levels) == 1:
                yield from (_INDENT + line for line in self.level_lines(inside))
                break
            yield f"{_INDENT}subgraph {_quoted(f'cluster_{self._ids[node.path]}_{number}')} {{"
            yield f'{_INDENT * 2}label=""; style="dotted"'
            yield from (_INDENT * 2 + line for line in self.level_lines(inside))
            yield f"{_INDENT}}}"
        yield "}"

    def _retry_lines(self, node: GraphNode) -> Iterator[str]:
        """Yields the loop of a state that is retried."""
        labels = retry_loop_labels(node)
        if not labels:
            return
        label, run = _quoted("\n".join(labels)), run_of_node(self._run, node)
        width = ', penwidth="2.6"' if run is not None and run.is_retried else ""
        own_id = self._id(node.path)
        yield f'{own_id} -> {own_id} [label={label}, style="dotted"{width}]'

    def _edge_line(self, edge: GraphEdge) -> str:
        source, target, kind = edge.key
        label = (",\n" if kind == "catch" else " or\n").join(edge.labels)
        attributes = [f"label={_quoted(label)}"] if label else []
        if kind in _STYLES:
            attributes.append(_STYLES[kind])
        if self._run is not None and edge.key in self._run.taken:
            attributes.append('penwidth="2.6"')
        if source in self._anchors and source != target:
            attributes.append(f"ltail={self._cluster(source)}")
        if target in self._anchors and source != target:
            attributes.append(f"lhead={self._cluster(target)}")
        ends = " -> ".join(self._id(self._anchors.get(path, path)) for path in (source, target))
        return f"{ends} [{', '.join(attributes)}]" if attributes else ends

    def _id(self, path: str) -> str:
        if path not in self._ids:
            return {START: '"start"', END: '"end"'}[path]
        return self._ids[path]

    def _cluster(self, path: str) -> str:
        return _quoted(f"cluster_{self._ids[path]}")


def _quoted(text: str) -> str:
    escaped = visible_text(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
