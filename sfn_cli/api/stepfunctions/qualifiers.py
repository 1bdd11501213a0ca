"""Qualified ARNs: arn:…:stateMachine:NAME:3 for a version, …:NAME:PROD for an alias.

https://docs.aws.amazon.com/step-functions/latest/dg/execution-alias-version-associate.html
An execution that is started with a version or alias stays associated with it, even after the version
or alias is changed or deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.api.model.answer_parts import StartedBy
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.store.records.versions import AliasRoute, Version


def find_qualified_machine(service: Service, given_arn: str) -> StateMachine | None:
    """Finds the machine with this ARN, at the ARN's version (for an alias, its first version)."""
    machine_arn, qualifier = arn.split_arn_qualifier(given_arn)
    machine = service.state_machines.find(machine_arn)
    if machine is None or qualifier is None:
        return machine
    number = arn.version_number_of_arn(qualifier)
    if number is not None:
        version = service.versions.find(machine.id, number)
        return None if version is None else _qualified_at(machine, version)
    alias = service.aliases.find(machine.id, qualifier)
    return None if alias is None else _qualified_at(machine, alias.routes[0].version)._replace(alias=alias)


def choose_qualified_version(machine: StateMachine, seed: str) -> StateMachine:
    """Returns the machine at the version for an execution with this seed; aliases draw by weight."""
    return (
        machine
        if machine.alias is None
        else _qualified_at(machine, _draw_qualified_version(machine.alias.routes, seed))
    )


def qualifier_arns(machine_arn: str, version: int | None, alias: str | None) -> StartedBy:
    """Returns the ARNs of the version and the alias with which an execution was started.

    They are members of descriptions and events.
    """
    started_by: StartedBy = {}
    if alias is not None:
        started_by["stateMachineAliasArn"] = arn.qualify_arn(machine_arn, alias)
    if version is not None:
        started_by["stateMachineVersionArn"] = arn.qualify_arn(machine_arn, version)
    return started_by


def qualifier_owns(given_arn: str, machine_arn: str, started_by: Iterable[object]) -> bool:
    """Whether an execution belongs to the given machine, version or alias.

    `machine_arn` is its machine's ARN, `started_by` are the ARNs with which it was started. Children
    of a Map Run belong to its machine.
    """
    if arn.split_arn_qualifier(given_arn)[1] is None:
        return given_arn in (machine_arn, machine_arn.partition("/")[0])
    return given_arn in started_by


def qualified_version_arn(machine: StateMachine) -> str | None:
    """Returns the ARN of the machine's version, or None."""
    return None if machine.version is None else arn.qualify_arn(machine.arn, machine.version.number)


def qualifier_started_by(machine: StateMachine) -> dict[str, Any]:
    """Returns the requested alias or version, as a filter for executions."""
    if machine.alias is not None:
        return {"alias": machine.alias.name}
    return {} if machine.version is None else {"version": machine.version.number}


def _qualified_at(machine: StateMachine, version: Version) -> StateMachine:
    return machine._replace(version=version, revision=version.revision)


def _draw_qualified_version(routes: Sequence[AliasRoute], seed: str) -> Version:
    from hashlib import sha256  # imported late: it loads OpenSSL, and most starts do not need it

    draw = int.from_bytes(sha256(f"{seed}/route".encode()).digest()[:8]) % 100
    for version, weight in routes:
        if draw < weight:
            return version
        draw -= weight
    raise AssertionError("the weights of an alias add up to 100")
