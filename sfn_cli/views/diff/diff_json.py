"""Differences as JSON, for `--output json`, with the members of `execution/as_json.py`.

Absent and unknown values have no member: {"path": "output.id", "after": 7} was added.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.views.diff.value_changes import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.diff.definition_diff import DefinedEdge, DefinitionDiff
    from sfn_cli.views.diff.execution_diff import ExecutionDiff, StateDiff
    from sfn_cli.views.diff.value_changes import ValueChange
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

_DIFFERENCES = {"": "equal", "~": "changed", "+": "added", "−": "removed"}


def execution_diff_json(diff: "ExecutionDiff", *, now: int) -> "dict[str, Json]":
    """Returns the differences of two executions; durations are in milliseconds.

    An equal branch or iteration has no states, because there may be thousands.
    """
    return {
        "equal": diff.is_equal,
        "before": _execution_end(diff.before, now),
        "after": _execution_end(diff.after, now),
        "sameDefinition": diff.same_definition,
        "changes": _changes_json(diff.changes),
        "states": _states_json(diff.states, now),
    }


def definition_diff_json(diff: "DefinitionDiff", *, before: str, after: str) -> "dict[str, Json]":
    """Returns the differences of two definitions, with names as in `definition_diff_lines`."""
    return {
        "equal": diff.is_equal,
        "before": before,
        "after": after,
        "changes": _changes_json(diff.changes),
        "states": [
            {
                "path": state.path,
                "type": state.type,
                "difference": "renamed"
                if state.former_name is not None and not state.changes
                else _DIFFERENCES[state.mark],
                **({} if state.former_name is None else {"formerName": state.former_name}),
                "changes": _changes_json(state.changes),
            }
            for state in diff.states
        ],
        "addedEdges": _edges_json(diff.added_edges),
        "removedEdges": _edges_json(diff.removed_edges),
    }


def _execution_end(view: "ExecutionView", now: int) -> "dict[str, Json]":
    return {
        "name": view.source.name,
        "status": view.status,
        "durationMs": view.duration_ms(now),
        **_error_json(view),
    }


def _states_json(states: "Iterable[StateDiff]", now: int) -> "list[Json]":
    shown: list[Json] = []
    for state in states:
        known = state.after or state.before
        assert known is not None
        shown.append(
            {
                "state": state.name,
                "path": known.path,
                "type": known.type,
                "difference": _DIFFERENCES[state.mark],
                **({} if state.before is None else {"before": _visit_end(state.before, now)}),
                **({} if state.after is None else {"after": _visit_end(state.after, now)}),
                "changes": _changes_json(state.changes),
                **({"threads": _threads_json(state, now)} if state.threads else {}),
            }
        )
    return shown


def _threads_json(state: "StateDiff", now: int) -> "list[Json]":
    return [
        {
            "kind": thread.kind,
            "index": thread.thread_index,
            "difference": _DIFFERENCES[thread.mark],
            **({"states": _states_json(thread.states, now)} if thread.mark else {}),
        }
        for thread in state.threads
    ]


def _visit_end(visit: "StateVisit", now: int) -> "dict[str, Json]":
    return {
        "status": visit.status,
        "durationMs": visit.duration_ms(now),
        "failedAttempts": len(visit.failures),
        **_error_json(visit),
    }


def _error_json(failed: "ExecutionView | StateVisit") -> "dict[str, Json]":
    """Returns the error and the cause, if they exist."""
    members = {"error": failed.error, "cause": failed.cause}
    return {name: text for name, text in members.items() if text is not None}


def _changes_json(changes: "Iterable[ValueChange]") -> "list[Json]":
    return [
        {
            "path": change.path,
            **({} if change.before is ABSENT else {"before": change.before}),
            **({} if change.after is ABSENT else {"after": change.after}),
        }
        for change in changes
    ]


def _edges_json(edges: "Iterable[DefinedEdge]") -> "list[Json]":
    return [
        {"level": edge.level, "from": edge.source, "to": edge.target, "kind": edge.kind} for edge in edges
    ]
