"""Moves: the six requests of a state.

A state returns a Move from `enter(visit)` or `complete(visit, result)`. States know nothing of events:
only `interpreter/decide/` knows how AWS records a move, and only drivers know processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.asl.distributed_map.iterated_item import IteratedItem
    from sfn_cli.asl.resource import Resource
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.jsonvalue import Json, Payload


class Exit(NamedTuple):
    """The end of a state: its output, assigned variables, and the next state (None: the end)."""

    output: Payload
    assigned: dict[str, Json] | None
    next: str | None


class Call(NamedTuple):
    """Work outside the machine: `arguments` go to `resource`.

    Timeouts are in seconds; None means no limit.
    """

    resource: Resource
    arguments: Payload
    timeout_seconds: int | None
    heartbeat_seconds: int | None
    credentials: Json | None


class Sleep(NamedTuple):
    """A pause until `until` (milliseconds since 1970), after which the state completes."""

    until: int


class Fork(NamedTuple):
    """A request for child frames: one per branch (Parallel) or per item (Map).

    `inputs` has the input of each child; `machines` has one CompiledMachine per child (Parallel), or
    one that all children share (Map). `items` are the Map's items; None for Parallel.
    """

    machines: Sequence[CompiledMachine]
    items: Sequence[Json] | None
    inputs: Sequence[Payload]
    max_concurrency: int

    @property
    def length(self) -> int:
        return len(self.inputs)

    def machine(self, index: int) -> CompiledMachine:
        return self.machines[index] if self.items is None else self.machines[0]


class Distribute(NamedTuple):
    """A request for a Map Run: child executions over `items`, or an ItemReader's items (None)."""

    items: Sequence[IteratedItem] | None
    max_concurrency: int

    @property
    def length(self) -> int:
        return 0 if self.items is None else len(self.items)


class Stop(NamedTuple):
    """A failure of the state with this error and cause (Fail); either may be absent."""

    error: str | None
    cause: str | None


Move = Exit | Call | Sleep | Fork | Distribute | Stop
