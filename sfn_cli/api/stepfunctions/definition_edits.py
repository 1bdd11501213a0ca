"""Definitions that a person has edited: saved only over the revision that the person has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import definitions, state_machines
from sfn_cli.api.stepfunctions.references import active_unqualified_machine
from sfn_cli.errors import ApiError
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine

INITIAL_REVISION = "INITIAL"
"""AWS's name for the revision of a machine that was never updated, which has no id."""


class DefinitionConflictError(ApiError):
    """The definition was changed since it was read."""

    def __init__(self, machine: StateMachine) -> None:
        super().__init__(
            "ConflictException",
            f"The definition of {machine.name} was changed since it was read. "
            f"The current revision is {revision_of_machine(machine)}.",
            status=409,
        )


def revision_of_machine(machine: StateMachine) -> str:
    """Returns the id of a machine's revision."""
    return machine.revision.revision_id or INITIAL_REVISION


def save_edited_definition(service: Service, machine_arn: str, definition: str, base: str) -> bool:
    """Saves a definition as the machine's latest revision; returns whether anything has changed.

    `base` is the revision that was edited. A definition that is stored already is not stored again.
    Raises InvalidDefinitionError, or DefinitionConflictError if another definition was saved in the meantime.
    """
    machine = active_unqualified_machine(service, machine_arn)
    old = machine.revision
    if definition == old.definition:
        return False
    if revision_of_machine(machine) != base:
        raise DefinitionConflictError(machine)
    changed = old._replace(
        definition=definitions.check_definition(service, definition, machine.type),
        revision_id=random_uuid(),
        created_at=service.clock(),
        id=0,
    )
    saved = state_machines.revise_state_machine(service, machine, changed, publish=False, description="")
    if saved is None:
        raise DefinitionConflictError(active_unqualified_machine(service, machine_arn))
    return True
