"""The transitions between the states of a machine whose definition may be invalid, for the validator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.jsonvalue import Json


def transition_targets(state: Mapping[str, Any], location: str) -> Iterable[tuple[str, str]]:
    """Yields (location of its field, name) of each possible next state."""
    for field in ("Next", "Default"):
        if isinstance(state.get(field), str):
            yield f"{location}/{field}", state[field]
    for field in ("Catch", "Choices"):
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and isinstance(entry.get("Next"), str):
                yield f"{location}/{field}[{index}]/Next", entry["Next"]


def is_terminal_state(state: Json) -> bool:
    """Whether an execution ends after the state.

    Observed: a state with neither Next nor End is not terminal.
    """
    return isinstance(state, dict) and (bool(state.get("End")) or state.get("Type") in ("Succeed", "Fail"))
