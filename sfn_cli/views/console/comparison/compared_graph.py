"""The graph of two executions: the statuses and paths of both, with marks where they differ.

"+" is only in the second execution, "−" only in the first, and "~" differs, as in `sfn diff`. A state that
both executions visited has the status of the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.errors import UsageError
from sfn_cli.views.diff.graph_union import graph_union
from sfn_cli.views.graph.graph import GraphChanges, GraphRun
from sfn_cli.views.graph.run import graph_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfn_cli.views.diff.execution_diff import ExecutionDiff, StateDiff
    from sfn_cli.views.graph.graph import ChangeMark, EdgeKey, GraphLevel


def compared_level(diff: ExecutionDiff) -> GraphLevel:
    """Returns the graph with the states of both definitions. Raises UsageError if one is unknown."""
    before, after = diff.before.source.definition, diff.after.source.definition
    if before is None or after is None:
        raise UsageError("There is no picture, because a definition is unknown.")
    try:
        return graph_union(jsonvalue.loads(before), jsonvalue.loads(after)).level
    except (ValueError, RecursionError):
        raise UsageError("There is no picture, because a definition is not valid JSON.") from None


def compared_run(diff: ExecutionDiff, level: GraphLevel) -> tuple[GraphRun, GraphChanges]:
    """Returns the states that either execution visited and the edges that either took, and their marks.

    An edge has a mark if only one execution took it.
    """
    before, after = graph_run(diff.before, level), graph_run(diff.after, level)
    run = GraphRun(
        {**before.nodes, **after.nodes}, before.taken | after.taken, before.elsewhere | after.elsewhere
    )
    edges: dict[EdgeKey, ChangeMark] = dict.fromkeys(after.taken - before.taken, "+")
    edges.update(dict.fromkeys(before.taken - after.taken, "−"))
    return run, GraphChanges(_marks_of_paths(diff.states), edges)


def _marks_of_paths(states: Iterable[StateDiff]) -> dict[str, ChangeMark]:
    """Returns the mark of each path: of several visits, also in iterations, "~" unless all are equal."""
    in_first: set[str] = set()
    in_second: set[str] = set()
    differing: dict[str, None] = {}
    for state in _all_state_diffs(states):
        known = state.after or state.before
        if known is None:
            continue
        if state.before is not None:
            in_first.add(known.path)
        if state.after is not None:
            in_second.add(known.path)
        if state.mark:
            differing[known.path] = None
    return {
        path: "+" if path not in in_first else "−" if path not in in_second else "~" for path in differing
    }


def _all_state_diffs(states: Iterable[StateDiff]) -> Iterator[StateDiff]:
    for state in states:
        yield state
        for thread in state.threads:
            yield from _all_state_diffs(thread.states)
