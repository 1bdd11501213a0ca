"""The description of a state in the text forms of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.statuses import LOOKS

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphNode, GraphRun, NodeRun
    from sfn_cli.views.statuses import StatusLook


def run_of_node(run: GraphRun | None, node: GraphNode) -> NodeRun | None:
    """Returns what the execution did in the state; None if no execution is drawn, or it was not there."""
    return None if run is None else run.nodes.get(node.path)


def type_words(node: GraphNode, run: NodeRun | None = None) -> str:
    """Returns "λ Bank" for a Task, "Wait · 30 s", "Map · 12 of 60 · 5 running", "Choice"."""
    if node.type == "Task" and node.detail:
        return node.detail
    detail = (run.counts if run is not None else "") or node.detail
    return " · ".join(filter(None, (node.type, detail)))


def repeat_words(node: GraphNode, run: NodeRun | None = None, *, has_loop: bool = False) -> list[str]:
    """Returns the maximum number of retries of a state, or its actual retries and visits.

    `has_loop` says whether a loop at the state already shows the maximum number of retries.
    """
    if run is None and has_loop:
        return []
    if run is None:
        return [] if node.retries is None else [f"↻ ≤ {node.retries}"]
    words = [f"↻ {run.failures}"] if run.is_retried else []
    return [*words, f"× {run.visits}"] if run.visits > 1 else words


def node_look(run: GraphRun | None, node: GraphNode) -> StatusLook | None:
    """Returns the look of the state's status.

    None if no execution is drawn, or not for this state: states inside a distributed Map are in the
    histories of its child executions.
    """
    if run is None or any(node.path.startswith(f"{path}[") for path in run.elsewhere):
        return None
    of_node = run.nodes.get(node.path)
    return LOOKS["NOT_VISITED" if of_node is None else of_node.status]


def status_mark(run: GraphRun | None, node: GraphNode) -> str:
    """Returns the mark of the state's status with a space; "" without a status."""
    look = node_look(run, node)
    return "" if look is None else f"{look.mark} "
