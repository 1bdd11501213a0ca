"""Which state machine of a project `sfn run` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.stacks.stack import STATE_MACHINE, WRITTEN_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.stacks.stack import Stack


class MachineChoice(NamedTuple):
    """A state machine of a project."""

    stack: Stack
    logical_id: str

    def is_called(self, name: str) -> bool:
        """Whether --machine accepts this name for the machine."""
        from sfn_cli.stacks.readers.cdk.construct_paths import logical_ids_of_construct

        properties = self._resource.get("Properties") or {}
        return (
            name in (self.logical_id, self._written_name)
            or name in (properties.get("StateMachineName"), properties.get("Name"))
            or self.logical_id in logical_ids_of_construct(self.stack.resources, name)
        )

    @property
    def shown(self) -> str:
        """The machine's name in the project's own files."""
        from sfn_cli.stacks.readers.cdk.construct_paths import construct_path

        if not self.stack.is_template:
            return str(self._resource["Properties"]["StateMachineName"])
        return construct_path(self._resource) or self._written_name or self.logical_id

    @property
    def _resource(self) -> Mapping[str, Any]:
        return self.stack.resources[self.logical_id]

    @property
    def _written_name(self) -> str | None:
        return (self._resource.get("Metadata") or {}).get(WRITTEN_NAME)


def choose_machine(
    stacks: Sequence[Stack],
    name: str | None,
    report: Callable[[str], None],
    condition_holds: Callable[[Stack, str], bool],
    *,
    doing: str = "Running",
) -> MachineChoice:
    """Returns the machine of this name, or the only machine that no other machine starts.

    Raises UsageError. `report` shows the user which machine was chosen, in a line that begins with
    `doing`. `condition_holds` is called for resources with a condition.
    """
    machines = [
        MachineChoice(stack, logical_id)
        for stack in stacks
        for logical_id, resource in stack.resources.items()
        if resource.get("Type") == STATE_MACHINE
        and ("Condition" not in resource or condition_holds(stack, logical_id))
    ]
    source = stacks[0].source
    if not machines:
        raise UsageError(f"{source} has no state machine.")
    listed = ", ".join(machine.shown for machine in machines)
    if name is None:
        if len(machines) == 1:
            return machines[0]
        first = [machine for machine in machines if not _is_started_by_another(machine, machines)]
        if len(first) == 1:
            (chosen,) = first
            others = ", ".join(machine.shown for machine in machines if machine is not chosen)
            report(f"{doing} {chosen.shown}, which starts the others ({others}).")
            return chosen
        raise UsageError(f"{source} has several state machines. Choose one with --machine: {listed}")
    found = [machine for machine in machines if machine.is_called(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{name} matches several state machines: {', '.join(machine.shown for machine in found)}"
        )
    raise UsageError(f"{source} has no state machine {name}. Its state machines: {listed}")


def _is_started_by_another(machine: MachineChoice, machines: Sequence[MachineChoice]) -> bool:
    """Whether another machine of the stack refers to this one."""
    from sfn_cli.stacks.evaluation.references import resource_references

    return any(
        machine.logical_id in resource_references(other.stack, other.logical_id, lambda *_: True)
        for other in machines
        if other.stack is machine.stack and other is not machine
    )
