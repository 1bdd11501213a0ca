"""The state machine that a page of the console is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.machine_versions import machine_at_revision
from sfn_cli.arn import qualify_arn, state_machine_arn
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_versions import MachineAtRevision
    from sfn_cli.server.console.messages import ConsoleRequest

CURRENT = "current"
"""The latest revision of a machine, whether or not it is published, in addresses."""


def opened_machine_arn(service: Service, request: ConsoleRequest) -> str:
    """Returns the ARN that the address names. Raises ApiError for a name that no machine can have."""
    name = request.names["machine"]
    if not name or ":" in name or "/" in name:
        raise no_such_machine(name)
    return state_machine_arn(service.settings.region, service.settings.account_id, name)


def no_such_machine(name: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{name}'", status=404)


def opened_machine(service: Service, request: ConsoleRequest, word: str = CURRENT) -> MachineAtRevision:
    """Returns the machine that the address names, at its current revision, a version or an alias.

    `word` is "current", a version's number, or an alias. Raises ApiError.
    """
    arn = opened_machine_arn(service, request)
    try:
        return machine_at_revision(service, arn if word == CURRENT else qualify_arn(arn, word))
    except ApiError as error:
        error.status = 404
        raise


def revision_words(machine: MachineAtRevision) -> str:
    """Returns the name of a machine's revision for people: "current", "version 3, alias live"."""
    if machine.version is None:
        return CURRENT
    shown = f"version {machine.version.number}"
    return shown if machine.alias is None else f"{shown}, alias {machine.alias}"
