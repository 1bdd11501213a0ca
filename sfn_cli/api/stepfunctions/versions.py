"""Versions of state machines: numbered, immutable revisions. And revisions that a person has edited.

PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
Publishing is idempotent: a revision gets another version only under another description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions import arn_checks, definitions, references, state_machines
from sfn_cli.errors import ApiError
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import (
        DeleteStateMachineVersionInputTypeDef,
        ListStateMachineVersionsInputTypeDef,
        PublishStateMachineVersionInputTypeDef,
    )

    from sfn_cli.api.model.answers import (
        EmptyAnswer,
        ListStateMachineVersionsAnswer,
        PublishStateMachineVersionAnswer,
    )
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine

_INITIAL = "INITIAL"
"""AWS's name for the revision of a machine that was never updated, which has no id."""


def revision_of_machine(machine: StateMachine) -> str:
    """Returns the id of a machine's revision."""
    return machine.revision.revision_id or _INITIAL


def publish_state_machine_version(
    service: Service, request: PublishStateMachineVersionInputTypeDef
) -> PublishStateMachineVersionAnswer:
    arn_checks.check_machine_arn(request["stateMachineArn"])
    wanted = request.get("revisionId")
    while True:
        machine = references.active_unqualified_machine(service, request["stateMachineArn"])
        current = revision_of_machine(machine)
        if wanted not in (None, current):
            raise ApiError(
                "ConflictException",
                f"Failed to publish the State Machine version for revision {wanted}. "
                f"The current State Machine revision is {current}.",
            )
        published = state_machines.revise_state_machine(
            service, machine, machine.revision, publish=True, description=request.get("description") or None
        )
        if published is not None and published.version is not None:
            return {
                "stateMachineVersionArn": arn.qualify_arn(published.arn, published.version.number),
                "creationDate": published.version.created_at,
            }


def list_state_machine_versions(
    service: Service, request: ListStateMachineVersionsInputTypeDef
) -> ListStateMachineVersionsAnswer:
    """Lists the versions, newest first.

    For a machine that does not exist, the list is empty: AWS's model has no error for it.
    """
    machine_arn = request["stateMachineArn"]
    arn_checks.check_machine_arn(machine_arn)
    machine = service.state_machines.find(machine_arn)
    versions, token = paging.sealed_page(
        request,
        f"ListStateMachineVersions {machine_arn}",
        service.clock(),
        lambda before, limit: [] if machine is None else service.versions.page(machine.id, before, limit),
        lambda version: version.key,
        parse=int,
    )
    return {
        "stateMachineVersions": [
            {
                "stateMachineVersionArn": arn.qualify_arn(machine_arn, version.key),
                "creationDate": version.created_at,
            }
            for version in versions
        ],
        "nextToken": token,
    }


def delete_state_machine_version(
    service: Service, request: DeleteStateMachineVersionInputTypeDef
) -> EmptyAnswer:
    """Deletes the version; also succeeds if it does not exist. Its executions continue."""
    arn_checks.check_machine_arn(request["stateMachineVersionArn"])
    machine_arn, qualifier = arn.split_arn_qualifier(request["stateMachineVersionArn"])
    number = arn.version_number_of_arn(qualifier)
    if number is None:
        raise ApiError(
            "ValidationException",
            f"A state machine version ARN must be specified. Received: {request['stateMachineVersionArn']}",
        )
    machine = service.state_machines.find(machine_arn)
    aliases = [] if machine is None else service.versions.delete(machine.id, number)
    if aliases:
        raise ApiError(
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. "
            f"Current list of aliases referencing this version: [{', '.join(aliases)}]",
        )
    return {}


class DefinitionConflictError(ApiError):
    """The definition was changed since it was read."""

    def __init__(self, machine: StateMachine) -> None:
        super().__init__(
            "ConflictException",
            f"The definition of {machine.name} was changed since it was read. "
            f"The current revision is {revision_of_machine(machine)}.",
            status=409,
        )


def save_edited_definition(service: Service, machine_arn: str, definition: str, base: str) -> bool:
    """Saves a definition as the machine's latest revision; returns whether anything has changed.

    `base` is the revision that was edited. A definition that is stored already is not stored again.
    Raises InvalidDefinitionError, or DefinitionConflictError if another definition was saved in the meantime.
    """
    machine = references.active_unqualified_machine(service, machine_arn)
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
    saved = state_machines.revise_state_machine(service, machine, changed, publish=False)
    if saved is None:
        raise DefinitionConflictError(references.active_unqualified_machine(service, machine_arn))
    return True
