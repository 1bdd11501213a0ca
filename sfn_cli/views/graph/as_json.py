"""A graph as JSON, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.views.graph.form_ids import edges_with_far_catches

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphLevel, GraphNode, GraphRetrier, GraphRun


def graph_to_json(level: GraphLevel, *, run: GraphRun | None = None) -> dict[str, Any]:
    """Returns {"start", "states", "edges"}; a state with nested states has "levels" of the same form.

    With a run, each visited state has "status", "visits" and "failures", and each edge "taken".
    """
    return {
        "start": level.start,
        "states": [_state_to_json(node, run) for node in level.nodes.values() if not node.is_dot],
        "edges": [
            {
                "source": edge.key.source,
                "target": edge.key.target,
                "kind": edge.key.kind,
                "labels": list(edge.labels),
                **({} if run is None else {"taken": edge.key in run.taken}),
            }
            for edge in edges_with_far_catches(level)
        ],
    }


def _retrier_to_json(retrier: GraphRetrier) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "errors": list(retrier.errors),
        "attempts": retrier.attempts,
        "intervalSeconds": retrier.interval_seconds,
        "backoffRate": retrier.backoff_rate,
    }
    if retrier.most_seconds is not None:
        shown["maxDelaySeconds"] = retrier.most_seconds
    return shown


def _state_to_json(node: GraphNode, run: GraphRun | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"path": node.path, "name": node.name, "type": node.type}
    if node.detail:
        shown["detail"] = node.detail
    if node.retries is not None:
        shown["retries"] = node.retries
        shown["retriers"] = [_retrier_to_json(retrier) for retrier in node.retriers]
    of_node = None if run is None else run.nodes.get(node.path)
    if of_node is not None:
        shown |= {"status": of_node.status, "visits": of_node.visits, "failures": of_node.failures}
        if of_node.counts:
            shown["counts"] = of_node.counts
    if node.levels:
        shown["levels"] = [graph_to_json(level, run=run) for level in node.levels]
    return shown
