"""Chooses the Maps and Parallels of a large machine that are drawn without their nested states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sfn_cli.views.graph.graph import GraphLevel, GraphNode

MOST_STATES = 300
"""The number of states above which Maps and Parallels of a machine are folded."""

MOST_STATES_INSIDE = 8
"""The maximum number of states inside an open Map or Parallel of a larger machine."""


def folding_rule(level: GraphLevel, open_paths: Iterable[str] = ()) -> Callable[[GraphNode], bool]:
    """Returns a function that returns whether a Map or Parallel is folded.

    Those in `open_paths`, and those around a state in `open_paths`, stay open.
    """
    if level.state_count() <= MOST_STATES:
        return lambda _: False
    opened = frozenset(path for named in open_paths for path in _path_and_those_around(named))

    def is_folded(node: GraphNode) -> bool:
        inside = sum(inner.state_count() for inner in node.levels)
        return inside > MOST_STATES_INSIDE and node.path not in opened

    return is_folded


def _path_and_those_around(path: str) -> list[str]:
    """Returns "/A[0]/B" and "/A" for "/A[0]/B"."""
    around = [path]
    for index, character in enumerate(path):
        if character == "[" and "]/" in path[index:]:
            around.append(path[:index])
    return around
