"""Machines within states, in the fields of a definition: the branches of a Parallel, a Map's processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def nested_machines(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the machines within a state."""
    return [machine for _, machine in nested_machines_with_places(state)]


def nested_machines_with_places(state: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Returns the same, each with its place in the state: ("Branches[0]", …), ("ItemProcessor", …)."""
    return [
        *((f"Branches[{index}]", branch) for index, branch in enumerate(state.get("Branches", ()))),
        *((field, state[field]) for field in ("ItemProcessor", "Iterator") if field in state),
    ]


def states_with_nested(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields the names and fields of all states of a machine, nested ones included.

    No two states have the same name.
    """
    for name, state in machine["States"].items():
        yield name, state
        for inner in nested_machines(state):
            yield from states_with_nested(inner)
