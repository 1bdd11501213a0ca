"""Identifiers and edges for Mermaid and Graphviz, which restrict identifiers and do their own layout."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sfn_cli.views.graph.graph import EdgeKey, GraphEdge
from sfn_cli.views.graph.retry_text import retry_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.graph.graph import GraphLevel, GraphNode

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBERED = re.compile(r"s[0-9]+")
_KEYWORDS = frozenset(
    {
        "accdescr", "acctitle", "as", "choice", "class", "classdef", "click", "default", "digraph",
        "direction", "edge", "end", "fork", "graph", "hide", "history", "join", "node", "note", "scale",
        "state", "strict", "style", "subgraph",
    }
)  # fmt: skip


def nodes_of(level: GraphLevel) -> Iterator[GraphNode]:
    """Yields the states of a level, each followed by the states inside it, without dots."""
    for node in level.nodes.values():
        if not node.is_dot:
            yield node
            for inside in node.levels:
                yield from nodes_of(inside)


def form_ids(level: GraphLevel) -> Mapping[str, str]:
    """Returns an identifier for each state, by path: its name if it is plain, otherwise s and a number."""
    nodes = list(nodes_of(level))
    uses = Counter(node.name for node in nodes)
    return {
        node.path: node.name if _is_plain(node.name) and uses[node.name] == 1 else f"s{number}"
        for number, node in enumerate(nodes, 1)
    }


def edges_with_far_catches(level: GraphLevel) -> Iterator[GraphEdge]:
    """Yields the edges of a level, including those to far handlers, which other forms show as marks."""
    yield from level.edges
    for node in level.nodes.values():
        for label, handler in node.catches_to:
            target = f"{node.path.removesuffix(node.name)}{handler}"
            yield GraphEdge(EdgeKey(node.path, target, "catch"), (label,) if label else ())


def retry_loop_labels(node: GraphNode) -> list[str]:
    """Returns the labels of the loop at a state with Retriers.

    [] for a state with nested states: neither language can draw a loop at a box around states.
    """
    return [] if node.levels else retry_labels(node)


def _is_plain(name: str) -> bool:
    is_safe = _PLAIN.fullmatch(name) and not _NUMBERED.fullmatch(name)
    return bool(is_safe) and name.lower() not in _KEYWORDS
