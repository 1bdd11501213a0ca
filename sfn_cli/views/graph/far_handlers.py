"""Handlers that many states catch to: a mark on each of these says more than as many lines.

The time of a layout grows steeply with such edges, too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.graph.graph import GraphEdge, GraphNode

MOST_CATCH_EDGES = 4
"""How many states of a level may have a Catch edge to the same handler."""


def mark_far_handlers(
    nodes: Mapping[str, GraphNode], edges: Sequence[GraphEdge]
) -> tuple[dict[str, GraphNode], list[GraphEdge]]:
    """Returns the level with `catches_to` in the place of the edges to far handlers."""
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
