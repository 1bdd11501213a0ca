"""The visit of a state that the words on the command line mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.views.execution.find_visits import find_visits

if TYPE_CHECKING:
    from sfn_cli.views.execution.find_visits import FoundVisits
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit

_RESEMBLANCE = 0.6


def chosen_visit(shown: ShownExecution, word: str) -> tuple[FoundVisits, StateVisit]:
    """Returns the visits that `word` means, and the one to show. Raises UsageError."""
    found = find_visits(shown.view, word)
    if found.chosen is not None:
        return found, found.visits[found.chosen]
    if found.visits:
        times = "once" if len(found.visits) == 1 else f"{len(found.visits)} times"
        raise UsageError(f"{shown.source.name} visited {found.visits[0].state} {times} only.")
    raise UsageError(_unknown_state_message(shown, word))


def _unknown_state_message(shown: ShownExecution, word: str) -> str:
    from difflib import get_close_matches

    visited = list(dict.fromkeys(visit.state for visit in shown.view.visits()))
    if word in _defined_states(shown):
        return f"{shown.source.name} has not visited {word}. Visited: {_list_states(visited)}."
    close = get_close_matches(word, visited, 1, _RESEMBLANCE)
    hint = f"Did you mean {close[0]}?" if close else f"Visited: {_list_states(visited)}."
    return f"{shown.source.name} has no state '{word}'. {hint}"


_LISTED = 12


def _list_states(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _defined_states(shown: ShownExecution) -> set[str]:
    from sfn_cli.views.execution.state_fields import definition_of_source
    from sfn_cli.views.graph.definition import graph_of
    from sfn_cli.views.graph.form_ids import nodes_of

    return {node.name for node in nodes_of(graph_of(definition_of_source(shown.source) or {}))}
