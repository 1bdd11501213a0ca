"""The transitions between the states of a machine whose definition may be invalid, for the validator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.validation.fields import STATE_FIELDS

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


def may_end_transitions(state: Json) -> bool:
    """Whether an execution may end with the state.

    Also true if the end itself has an error, which is reported separately.
    """
    if not isinstance(state, dict) or state.get("Type") not in list(STATE_FIELDS) or state.get("End"):
        return True
    return state["Type"] in ("Succeed", "Fail") or (state["Type"] != "Choice" and "Next" not in state)
