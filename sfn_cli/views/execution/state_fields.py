"""Finds the fields of a visited state in the definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource


def definition_of_source(source: ExecutionSource) -> Mapping[str, Any] | None:
    """Returns the source's definition, if it has one that is JSON."""
    try:
        definition = None if source.definition is None else loads(source.definition)
    except (ValueError, RecursionError):
        return None
    return definition if isinstance(definition, dict) else None


def fields_of_visited_state(definition: Mapping[str, Any] | None, visit: StateVisit) -> Mapping[str, Any]:
    """Returns the fields of the visited state; {} if the definition has no such state."""
    found = _states_around_visit(definition, visit).get(visit.state)
    return found if isinstance(found, dict) else {}


def _states_around_visit(definition: Mapping[str, Any] | None, visit: StateVisit) -> Mapping[str, Any]:
    thread = visit.thread
    if thread.parent is None:
        machine: Any = definition
    else:
        around = fields_of_visited_state(definition, thread.parent)
        if thread.kind == "branch":
            branches = around.get("Branches")
            machine = branches[thread.index] if branches and thread.index < len(branches) else None
        else:
            machine = around.get("ItemProcessor") or around.get("Iterator")
    states = machine.get("States") if isinstance(machine, dict) else None
    return states if isinstance(states, dict) else {}
