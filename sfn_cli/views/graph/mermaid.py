"""A graph as a Mermaid state diagram: https://mermaid.js.org/syntax/stateDiagram.html.

Maps and Parallels are composite states. Mermaid does the layout, so that Catch edges to far handlers are
drawn too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.views.graph.form_ids import edges_with_far_catches, form_ids, retry_loop_labels
from sfn_cli.views.graph.graph import END, START
from sfn_cli.views.graph.lenient_json import single_spaced
from sfn_cli.views.graph.node_words import repeat_words, run_of_node, status_mark, type_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.graph.graph import GraphLevel, GraphNode, GraphRun

_INDENT = "    "
_NOT_PLAIN = re.compile(r"[^\w\s.,$=≠≤≥()\[\]'·…λ↻×✓✗●◔■○+*/?!@|&-]")
"""Characters with a possible meaning in Mermaid or HTML. Mermaid's entities have decimal numbers."""


def mermaid_of(level: GraphLevel, *, run: GraphRun | None = None) -> str:
    """Returns the diagram as text, with a trailing newline."""
    writer = _MermaidWriter(form_ids(level), run)
    lines = ["stateDiagram-v2", *(_INDENT + line for line in writer.level_lines(level))]
    return "\n".join(lines) + "\n"


class _MermaidWriter:
    def __init__(self, ids: Mapping[str, str], run: GraphRun | None) -> None:
        self._ids = ids
        self._run = run

    def level_lines(self, level: GraphLevel) -> Iterator[str]:
        for node in level.nodes.values():
            if not node.is_dot:
                yield from self._state_lines(node)
        if level.start in self._ids:
            yield f"[*] --> {self._ids[level.start]}"
        for edge in edges_with_far_catches(level):
            source, target, kind = edge.key
            label = ", ".join(edge.labels) if kind == "catch" else " or ".join(edge.labels)
            words = f"catch {label}" if kind == "catch" else label
            shown = f": {_mermaid_text(words)}" if words.strip() else ""
            yield f"{self._id(source)} --> {self._id(target)}{shown}"
        for node in level.nodes.values():
            if labels := retry_loop_labels(node):
                yield f"{self._id(node.path)} --> {self._id(node.path)}: {_mermaid_text(', '.join(labels))}"

    def _id(self, path: str) -> str:
        return "[*]" if path in (START, END) and path not in self._ids else self._ids[path]

    def _state_lines(self, node: GraphNode) -> Iterator[str]:
        own_id, run = self._ids[node.path], run_of_node(self._run, node)
        name = f"{status_mark(self._run, node)}{node.name}"
        repeats = repeat_words(node, run, has_loop=bool(retry_loop_labels(node)))
        text = _mermaid_text(" · ".join([name, type_words(node, run), *repeats]))
        if not node.levels:
            yield f"{own_id}: {text}"
            return
        yield f'state "{text}" as {own_id} {{'
        for number, inside in enumerate(node.levels):
            if number:
                yield f"{_INDENT}--"
            yield from (_INDENT + line for line in self.level_lines(inside))
        yield "}"


def _mermaid_text(text: str) -> str:
    return _NOT_PLAIN.sub(lambda found: f"#{ord(found[0])};", single_spaced(text))
