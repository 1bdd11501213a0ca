"""The definition, the versions and the aliases of a state machine, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.stepfunctions.references import existing_machine
from sfn_cli.api.stepfunctions.versions import revision_of_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.store.records.versions import Version

_ALIASES = 100
"""The maximum number of aliases of a machine."""


class MachineVersion(NamedTuple):
    """A published version. `revision` is the id of its revision; `is_current`: nothing is newer."""

    number: int
    description: str
    published_at: int
    revision: str
    is_current: bool


class MachineAlias(NamedTuple):
    """An alias with the number and the weight, in percent, of each version to which it points."""

    name: str
    description: str
    created_at: int
    updated_at: int
    routes: Sequence[tuple[int, int]]


class MachineAtRevision(NamedTuple):
    """A state machine at one revision.

    `version` and `alias` are those by which it was looked up; without them, it is the latest revision.
    """

    arn: str
    name: str
    type: str
    status: str
    definition: str
    role_arn: str
    revision: str
    saved_at: int
    version: MachineVersion | None = None
    alias: str | None = None


class MachineVersions(NamedTuple):
    """Versions, newest first, and aliases, by name. `older` is the number before which there are more."""

    versions: Sequence[MachineVersion]
    aliases: Sequence[MachineAlias]
    older: int | None = None


def machine_at_revision(service: Service, machine_arn: str) -> MachineAtRevision:
    """Returns a machine at its latest revision, or at that of a version or an alias in the ARN.

    Raises ApiError.
    """
    machine = existing_machine(service, machine_arn)
    version = machine.version
    return MachineAtRevision(
        machine.arn,
        machine.name,
        machine.type,
        machine.status,
        machine.revision.definition,
        machine.revision.role_arn,
        revision_of_machine(machine),
        machine.revision.created_at,
        None if version is None else _machine_version(version, machine),
        None if machine.alias is None else machine.alias.name,
    )


def machine_versions(
    service: Service, machine_arn: str, *, before: int | None = None, limit: int = 100
) -> MachineVersions:
    """Returns the newest versions of a machine, or the newest ones older than the version `before`."""
    machine = existing_machine(service, machine_arn)
    listed = service.versions.page(machine.id, before, limit + 1)
    versions = [
        _machine_version(version, machine)
        for one in listed[:limit]
        if (version := service.versions.find(machine.id, int(one.key))) is not None
    ]
    names = service.aliases.page(machine.id, None, "", _ALIASES)
    aliases = [
        MachineAlias(alias.name, alias.description, alias.created_at, alias.updated_at, alias.weights)
        for one in names
        if (alias := service.aliases.find(machine.id, str(one.key))) is not None
    ]
    return MachineVersions(versions, aliases, versions[-1].number if len(listed) > limit else None)


def _machine_version(version: Version, machine: StateMachine) -> MachineVersion:
    return MachineVersion(
        version.number,
        version.description,
        version.created_at,
        revision_of_machine(machine._replace(revision=version.revision)),
        version.revision.id == machine.revision.id,
    )
