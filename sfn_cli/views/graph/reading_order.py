"""The order in which a reader meets the states of a level.

Depth first from the start: Next, then the Choice Rules, then the Catchers. A layout breaks loops and
ties by this order, so that the happy path is straight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.views.graph.graph import EdgeKey, EdgeKind

_ORDER_OF_KINDS: Mapping[EdgeKind, int] = {"start": 0, "next": 0, "choice": 1, "end": 2, "catch": 3}


def reading_order(paths: Iterable[str], edges: Iterable[EdgeKey], start: str) -> list[str]:
    """Returns the paths of all nodes in reading order; those that nothing leads to come last."""
    targets: dict[str, list[str]] = {}
    for edge in sorted(edges, key=lambda edge: _ORDER_OF_KINDS[edge.kind]):
        targets.setdefault(edge.source, []).append(edge.target)
    remaining = dict.fromkeys(paths)
    ordered: list[str] = []
    for root in (start, *list(remaining)):
        stack = [root]
        while stack:
            path = stack.pop()
            if path in remaining:
                del remaining[path]
                ordered.append(path)
                stack.extend(reversed(targets.get(path, ())))
    return ordered
