"""The variables that a visit can read: those of its scope and of the surrounding scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.execution.state_visit import StateVisit


def variables_at_entry(visit: StateVisit) -> dict[str, str]:
    """Returns the values, as JSON texts, of the variables when the state is entered."""
    parent = visit.thread.parent
    variables = {} if parent is None else variables_at_entry(parent)
    for earlier in visit.thread.visits:
        if earlier is visit:
            break
        variables.update(earlier.assigned)
    return variables


def variables_as_object(variables: Mapping[str, str]) -> str:
    """Returns one JSON object from variables whose values are JSON texts."""
    return "{" + ",".join(f"{dumps(name)}:{text}" for name, text in variables.items()) + "}"
