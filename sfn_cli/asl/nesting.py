"""Machines within states: the branches of a Parallel, the processor of a Map. As fields of a
definition, before it is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def nested_machines(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The machines that a state has within it."""
    return [
        *state.get("Branches", ()),
        *(state[field] for field in ("ItemProcessor", "Iterator") if field in state),
    ]


def states_with_nested(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The names and fields of the states of a machine and of those within it; no two have one name."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in nested_machines(state):
            yield from states_with_nested(inner)
