"""The definition of a state that the view model names by its path."""

# No `from __future__ import annotations`: see settings/__init__.py.

import re

from sfn_cli import jsonvalue
from sfn_cli.jsonvalue import Json

_STEP = re.compile(r"/((?:[^/\[]|\[(?!\d+\]/))+)(?:\[(\d+)\](?=/))?")


def defined_state(definition: str | None, path: str) -> dict[str, Json] | None:
    """Returns the state at a path ("/Each[0]/Convert") of a definition's JSON text, if it has one."""
    try:
        at = jsonvalue.loads(definition or "")
    except ValueError:
        return None
    for found in _STEP.finditer(path):
        states = at.get("States") if isinstance(at, dict) else None
        at = states.get(found[1]) if isinstance(states, dict) else None
        if found[2] is not None and isinstance(at, dict):
            at = _inner_machine(at, int(found[2]))
    return at if isinstance(at, dict) else None


def _inner_machine(state: dict[str, Json], index: int) -> Json:
    branches = state.get("Branches")
    if isinstance(branches, list):
        return branches[index] if index < len(branches) else None
    return state.get("ItemProcessor") or state.get("Iterator")
