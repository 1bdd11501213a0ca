"""The reading order of the states of a level.

It is depth first from the start: Next, then the Choice Rules, then the Catchers. A layout uses it to break
loops and ties, so that the successful path is straight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.views.graph.graph import EdgeKey, EdgeKind

_ORDER_OF_KINDS: Mapping[EdgeKind, int] = {"start": 0, "next": 0, "choice": 1, "end": 2, "catch": 3}


def reading_order(paths: Iterable[str], edges: Iterable[EdgeKey], start: str) -> list[str]:
    """Returns the paths of all nodes in reading order; unreachable nodes come last."""
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
