"""Handlers to which many states have Catch edges: a mark on each state is clearer than many lines.

Such edges would also make the layout very slow.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.graph.graph import GraphEdge, GraphNode

MOST_CATCH_EDGES = 4
"""The maximum number of Catch edges to the same handler in a level."""


def mark_far_handlers(
    nodes: Mapping[str, GraphNode], edges: Sequence[GraphEdge]
) -> tuple[dict[str, GraphNode], list[GraphEdge]]:
    """Returns the level with `catches_to` instead of edges to far handlers."""
    sources = Counter(edge.key.target for edge in edges if edge.key.kind == "catch")
    marked = dict(nodes)
    near: list[GraphEdge] = []
    for edge in edges:
        source, target, kind = edge.key
        if kind != "catch" or sources[target] <= MOST_CATCH_EDGES:
            near.append(edge)
            continue
        node = marked[source]
        far = (", ".join(edge.labels), marked[target].name)
        marked[source] = node._replace(catches_to=(*node.catches_to, far))
    return marked, near
