"""What the textual forms of a graph say of a state beside its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.statuses import LOOKS

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphNode, GraphRun, NodeRun
    from sfn_cli.views.statuses import StatusLook


def run_of_node(run: GraphRun | None, node: GraphNode) -> NodeRun | None:
    """Returns what an execution did in the state; None where no execution is drawn, or not there."""
    return None if run is None else run.nodes.get(node.path)


def type_words(node: GraphNode, run: NodeRun | None = None) -> str:
    """Returns "λ Bank" for a Task, "Wait · 30 s", "Map · 12 of 60 · 5 running", "Choice"."""
    if node.type == "Task" and node.detail:
        return node.detail
    detail = (run.counts if run is not None else "") or node.detail
    return " · ".join(filter(None, (node.type, detail)))


def repeat_words(node: GraphNode, run: NodeRun | None = None, *, has_loop: bool = False) -> list[str]:
    """Returns how often a state may be retried, or how often it was retried and visited.

    `has_loop`: an edge from the state to itself says already how often it may be retried.
    """
    if run is None and has_loop:
        return []
    if run is None:
        return [] if node.retries is None else [f"↻ ≤ {node.retries}"]
    words = [f"↻ {run.failures}"] if run.is_retried else []
    return [*words, f"× {run.visits}"] if run.visits > 1 else words


def node_look(run: GraphRun | None, node: GraphNode) -> StatusLook | None:
    """Returns the look of the state's status.

    None where no execution is drawn, or not there: what happened inside a distributed Map is in the
    histories of its child executions.
    """
    if run is None or any(node.path.startswith(f"{path}[") for path in run.elsewhere):
        return None
    of_node = run.nodes.get(node.path)
    return LOOKS["NOT_VISITED" if of_node is None else of_node.status]


def status_mark(run: GraphRun | None, node: GraphNode) -> str:
    """Returns the mark of the state's status and a space, "" without a status."""
    look = node_look(run, node)
    return "" if look is None else f"{look.mark} "
