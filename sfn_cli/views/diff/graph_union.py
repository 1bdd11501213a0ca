"""The graph with the states and edges of two definitions, and what of it differs.

Rule 1: a state is at its path in the second definition, if it exists there. A renamed state is one state.
Rule 2: a state is changed if its own fields differ (`definition_diff.py`); an edge, if its labels do.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.diff.definition_diff import diff_definitions
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.far_handlers import mark_far_handlers
from sfn_cli.views.graph.form_ids import edges_with_far_catches
from sfn_cli.views.graph.graph import EdgeKey, GraphChanges, GraphEdge, GraphLevel
from sfn_cli.views.graph.reading_order import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.diff.definition_diff import DefinitionDiff
    from sfn_cli.views.graph.graph import ChangeMark, GraphNode


class GraphUnion(NamedTuple):
    """The graph of two definitions, with their differences."""

    level: GraphLevel
    changes: GraphChanges
    diff: "DefinitionDiff"


def graph_union(before: "Json", after: "Json") -> GraphUnion:
    """Returns the graph of two definitions, given as JSON values."""
    diff = diff_definitions(before, after)
    union = _UnionOfLevels(diff)
    level = union.level(graph_of(before), graph_of(after), "", "")
    return GraphUnion(level, GraphChanges(union.nodes, union.edges), diff)


class _UnionOfLevels:
    """Unites levels, and collects the marks of their nodes and edges."""

    def __init__(self, diff: "DefinitionDiff") -> None:
        self.nodes: dict[str, ChangeMark] = {}
        self.edges: dict[EdgeKey, ChangeMark] = {}
        self._changed = {state.path for state in diff.states if state.mark == "~"}
        self._renamed = [state for state in diff.states if state.former_name is not None]

    def level(
        self, before: GraphLevel | None, after: GraphLevel | None, prefix: str, former_prefix: str
    ) -> GraphLevel:
        """Returns the states of two versions of a level; the prefixes are those of its states' paths."""
        paths = {} if before is None else self._paths_in_union(before, prefix, former_prefix)
        old = {} if before is None else {paths[path]: node for path, node in before.nodes.items()}
        new = {} if after is None else dict(after.nodes)
        nodes = {
            path: self._node(path, old.get(path), new.get(path))
            for path in _merged_order(list(old), list(new))
        }
        edges = self._united_edges(
            [] if before is None else [_moved_edge(edge, paths) for edge in edges_with_far_catches(before)],
            [] if after is None else list(edges_with_far_catches(after)),
        )
        start = after.start if after is not None else ""
        if not start and before is not None:
            start = paths.get(before.start, "")
        ordered = reading_order(nodes, [edge.key for edge in edges], start)
        position = {path: number for number, path in enumerate(ordered)}
        edges.sort(key=lambda edge: position[edge.key.source])
        united, near = mark_far_handlers({path: nodes[path] for path in ordered}, edges)
        return GraphLevel(united, near, start)

    def _paths_in_union(self, before: GraphLevel, prefix: str, former_prefix: str) -> dict[str, str]:
        """Returns the path in the union of each node of the first version of a level, by its path there."""
        names = {
            f"{former_prefix}/{state.former_name}": state.path
            for state in self._renamed
            if state.path == f"{prefix}/{state.name}"
        }
        return {
            path: node.path if node.is_dot else names.get(path, f"{prefix}/{node.name}")
            for path, node in before.nodes.items()
        }

    def _node(self, path: str, old: "GraphNode | None", new: "GraphNode | None") -> "GraphNode":
        shown = new or old
        assert shown is not None
        if old is None or new is None:
            self.nodes[path] = "+" if old is None else "−"
        elif path in self._changed or old.type != new.type:
            self.nodes[path] = "~"
        return shown._replace(path=path, levels=self._inner_levels(path, old, new), catches_to=())

    def _inner_levels(
        self, path: str, old: "GraphNode | None", new: "GraphNode | None"
    ) -> "tuple[GraphLevel, ...]":
        before = () if old is None else old.levels
        after = () if new is None else new.levels
        return tuple(
            self.level(
                before[index] if index < len(before) else None,
                after[index] if index < len(after) else None,
                f"{path}[{index}]",
                f"{path if old is None else old.path}[{index}]",
            )
            for index in range(max(len(before), len(after)))
        )

    def _united_edges(self, old: "Iterable[GraphEdge]", new: "Iterable[GraphEdge]") -> list[GraphEdge]:
        """Returns the edges of both, with the labels of the second."""
        before = {edge.key: edge for edge in old}
        after = {edge.key: edge for edge in new}
        for key in before.keys() | after.keys():
            if key not in after or key not in before:
                self.edges[key] = "+" if key not in before else "−"
            elif ", ".join(before[key].labels) != ", ".join(after[key].labels):
                self.edges[key] = "~"
        return list({**before, **after}.values())


def _moved_edge(edge: GraphEdge, paths: "Mapping[str, str]") -> GraphEdge:
    source, target, kind = edge.key
    return edge._replace(key=EdgeKey(paths[source], paths[target], kind))


def _merged_order(old: list[str], new: list[str]) -> list[str]:
    """Returns all paths in the order of `new`; others follow their predecessor in `old`."""
    merged, known = list(new), set(new)
    for at, path in enumerate(old):
        if path not in known:
            before = old[at - 1] if at else None
            merged.insert(merged.index(before) + 1 if before is not None else 0, path)
            known.add(path)
    return merged
