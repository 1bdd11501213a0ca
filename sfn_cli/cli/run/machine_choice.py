"""Which state machine of a project `sfn run` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.stacks.stack import STATE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.stacks.stack import Stack


class MachineChoice(NamedTuple):
    """A state machine of a project."""

    stack: Stack
    logical_id: str

    @property
    def names(self) -> Iterator[str]:
        """Yields what --machine may call it."""
        from sfn_cli.stacks.readers.cdk.construct_paths import names_of_construct

        resource = self.stack.resources[self.logical_id]
        yield self.logical_id
        yield self.logical_id.rpartition(".")[2]  # aws_sfn_state_machine.order
        properties = resource.get("Properties") or {}
        for member in ("StateMachineName", "Name"):
            if isinstance(properties.get(member), str):
                yield properties[member]
        yield from names_of_construct(resource)

    @property
    def shown(self) -> str:
        """Returns the shortest name that people know it by."""
        from sfn_cli.stacks.readers.cdk.construct_paths import construct_path

        return construct_path(self.stack.resources[self.logical_id]) or self.logical_id


def choose_machine(stacks: Sequence[Stack], name: str | None) -> MachineChoice:
    """Returns the machine of this name, or the only one. Raises UsageError."""
    machines = [
        MachineChoice(stack, logical_id)
        for stack in stacks
        for logical_id, resource in stack.resources.items()
        if resource.get("Type") == STATE_MACHINE
    ]
    source = stacks[0].source
    if not machines:
        raise UsageError(f"{source} has no state machine.")
    listed = ", ".join(machine.shown for machine in machines)
    if name is None:
        if len(machines) == 1:
            return machines[0]
        raise UsageError(f"{source} has several state machines; name one with --machine: {listed}")
    found = [machine for machine in machines if name in machine.names]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{name} is the name of several state machines: {', '.join(machine.shown for machine in found)}"
        )
    raise UsageError(f"{source} has no state machine {name}. It has {listed}.")
