"""The path of an execution through the graph of its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.map_counts import MapCounts, format_map_counts, map_counts
from sfn_cli.views.execution.pending import display_status, pending_of
from sfn_cli.views.graph.graph import END, START, EdgeKey, GraphRun, NodeRun
from sfn_cli.views.statuses import OF_INTEREST, WORST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.graph.graph import GraphLevel


def graph_run(
    view: ExecutionView,
    level: GraphLevel,
    *,
    iteration: Mapping[str, int] | None = None,
    pending: Mapping[int, Pending] | None = None,
) -> GraphRun:
    """Returns the statuses of visited states, and the edges of the graph that were taken.

    `iteration` selects one iteration of a Map by the Map's path; for other Maps, the worst status of all
    iterations is shown. `pending` is the result of `pending_of`, if the caller already has it.
    """
    known = pending_of(view) if pending is None else pending
    visits = list(_chosen_visits(view.root, iteration or {}))
    by_path: dict[str, list[StateVisit]] = {}
    for visit in visits:
        by_path.setdefault(visit.path, []).append(visit)
    nodes = {path: _node_run(of_state, view, known) for path, of_state in by_path.items()}
    taken = {_edge_into(visit) for visit in visits if visit.previous is not None or visit.thread is view.root}
    taken |= {EdgeKey(visit.path, END, "end") for visit in view.root.visits if visit.is_last}
    elsewhere = frozenset(visit.path for visit in visits if visit.map_run_arn is not None)
    return GraphRun(nodes, frozenset(taken & _edges_of(level)), elsewhere)


def paths_of_interest(run: GraphRun) -> list[str]:
    """Returns the paths of the most interesting states: failed, running and waiting ones."""
    return [path for path, node in run.nodes.items() if node.status in OF_INTEREST]


def _chosen_visits(thread: Thread, iteration: Mapping[str, int]) -> Iterator[StateVisit]:
    for visit in thread.visits:
        yield visit
        chosen = iteration.get(visit.path) if visit.type == "Map" else None
        for inner in visit.threads:
            if chosen is None or inner.index == chosen:
                yield from _chosen_visits(inner, iteration)


def _node_run(visits: list[StateVisit], view: ExecutionView, pending: Mapping[int, Pending]) -> NodeRun:
    statuses = {display_status(visit, pending) for visit in visits}
    failures = sum(len(visit.failures) for visit in visits)
    return NodeRun(
        min(statuses, key=WORST_FIRST.index),
        failures,
        len(visits),
        _counts_in_words(visits, view),
        is_retried=any(map(_is_retried, visits)),
    )


def _is_retried(visit: StateVisit) -> bool:
    return len(visit.attempts) > 1 or (bool(visit.failures) and visit.ended_at is None)


def _counts_in_words(visits: list[StateVisit], view: ExecutionView) -> str:
    """Returns the total item counts of all visits of a Map."""
    of_visits = [counts for visit in visits if (counts := map_counts(visit, view.source)) is not None]
    if not of_visits:
        return ""
    together = MapCounts(*(sum(numbers) for numbers in zip(*of_visits, strict=True)))
    return format_map_counts(together, is_open=any(visit.ended_at is None for visit in visits))


def _edge_into(visit: StateVisit) -> EdgeKey:
    if visit.previous is None:
        return EdgeKey(START, visit.path, "start")
    return EdgeKey(visit.previous.path, visit.path, visit.came_by)


def _edges_of(level: GraphLevel) -> set[EdgeKey]:
    edges = {edge.key for edge in level.edges}
    for node in level.nodes.values():
        for inner in node.levels:
            edges |= _edges_of(inner)
    return edges
