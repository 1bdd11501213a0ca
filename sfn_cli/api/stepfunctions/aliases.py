"""Aliases of state machines, which route executions to one or two versions.

CreateStateMachineAlias, UpdateStateMachineAlias, DeleteStateMachineAlias,
DescribeStateMachineAlias, ListStateMachineAliases.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
CreateStateMachineAlias is idempotent: a request with the same name, description and routing
configuration gets the same response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions import arn_checks, references
from sfn_cli.errors import ApiError
from sfn_cli.store.records.versions import QuotaReached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_stepfunctions.type_defs import (
        CreateStateMachineAliasInputTypeDef,
        DeleteStateMachineAliasInputTypeDef,
        DescribeStateMachineAliasInputTypeDef,
        ListStateMachineAliasesInputTypeDef,
        RoutingConfigurationListItemTypeDef,
        UpdateStateMachineAliasInputTypeDef,
    )

    from sfn_cli.api.model.answers import (
        CreateStateMachineAliasAnswer,
        DescribeStateMachineAliasAnswer,
        EmptyAnswer,
        ListStateMachineAliasesAnswer,
        UpdateStateMachineAliasAnswer,
    )
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.store.records.versions import Weights


def create_state_machine_alias(
    service: Service, request: CreateStateMachineAliasInputTypeDef
) -> CreateStateMachineAliasAnswer:
    routing = request["routingConfiguration"]
    machine_arn, weights = _check_alias_routing(routing)
    machine = _machine_of_alias(service, machine_arn, routing[0]["stateMachineVersionArn"])
    name, description = request["name"], request.get("description", "")
    try:
        alias = service.aliases.create(machine.id, name, description, weights, service.clock())
    except QuotaReached as error:
        raise ApiError("ServiceQuotaExceededException", str(error)) from None
    if alias is None:
        raise _alias_not_found(routing[0]["stateMachineVersionArn"])
    if (alias.description, alias.weights) != (description, weights):
        raise ApiError(
            "ConflictException",
            "Failed to create alias because an alias with the same name "
            "and a different routing configuration already exists.",
        )
    return {"stateMachineAliasArn": arn.qualify_arn(machine_arn, name), "creationDate": alias.created_at}


def update_state_machine_alias(
    service: Service, request: UpdateStateMachineAliasInputTypeDef
) -> UpdateStateMachineAliasAnswer:
    machine_arn, name = _parse_alias_arn(request["stateMachineAliasArn"])
    routing = request.get("routingConfiguration")
    if routing is None and "description" not in request:
        raise ApiError(
            "ValidationException",
            "Either the description or the RoutingConfiguration must be specified",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    weights = None if routing is None else _check_alias_routing(routing, machine_arn)[1]
    machine = _machine_of_alias(service, machine_arn, request["stateMachineAliasArn"])
    alias = service.aliases.update(machine.id, name, request.get("description"), weights, service.clock())
    if alias is None:
        raise _alias_not_found(request["stateMachineAliasArn"])
    return {"updateDate": alias.updated_at}


def delete_state_machine_alias(service: Service, request: DeleteStateMachineAliasInputTypeDef) -> EmptyAnswer:
    """Deletes the alias; also succeeds if it does not exist. Its versions and executions remain."""
    machine_arn, name = _parse_alias_arn(request["stateMachineAliasArn"])
    machine = service.state_machines.find(machine_arn)
    if machine is not None:
        service.aliases.delete(machine.id, name)
    return {}


def describe_state_machine_alias(
    service: Service, request: DescribeStateMachineAliasInputTypeDef
) -> DescribeStateMachineAliasAnswer:
    machine_arn, name = _parse_alias_arn(request["stateMachineAliasArn"])
    machine = service.state_machines.find(machine_arn)
    alias = None if machine is None else service.aliases.find(machine.id, name)
    if alias is None:
        raise _alias_not_found(request["stateMachineAliasArn"])
    return {
        "stateMachineAliasArn": request["stateMachineAliasArn"],
        "name": alias.name,
        "description": alias.description or None,
        "routingConfiguration": [
            {"stateMachineVersionArn": arn.qualify_arn(machine_arn, number), "weight": weight}
            for number, weight in alias.weights
        ],
        "creationDate": alias.created_at,
        "updateDate": alias.updated_at,
    }


def list_state_machine_aliases(
    service: Service, request: ListStateMachineAliasesInputTypeDef
) -> ListStateMachineAliasesAnswer:
    """Lists the aliases of a machine, or those that point to a version, by name.

    AWS documents the newest first; recordings show the oldest first.
    """
    given_arn = request["stateMachineArn"]
    machine_arn, qualifier = arn.split_arn_qualifier(given_arn)
    machine = references.active_machine(service, machine_arn)
    version = None
    if qualifier is not None:
        number = arn.version_number_of_arn(qualifier)
        found = None if number is None else service.versions.find(machine.id, number)
        if found is None:
            raise _alias_not_found(given_arn)
        version = found.id
    aliases, token = paging.sealed_page(
        request,
        f"ListStateMachineAliases {given_arn}",
        service.clock(),
        lambda after, limit: service.aliases.page(machine.id, version, after or "", limit),
        lambda alias: alias.key,
        parse=str,
    )
    return {
        "stateMachineAliases": [
            {
                "stateMachineAliasArn": arn.qualify_arn(machine_arn, alias.key),
                "creationDate": alias.created_at,
            }
            for alias in aliases
        ],
        "nextToken": token,
    }


def _check_alias_routing(
    routing: Sequence[RoutingConfigurationListItemTypeDef], machine_arn: str | None = None
) -> tuple[str, Weights]:
    """Checks a routing configuration. Returns its state machine's ARN and each version's weight.

    If `machine_arn` is given, the ARN must be equal to it.

    Raises ApiError InvalidArn, or ValidationException, in the order of AWS's checks: versions,
    distinct ones, weights that add up to 100.
    """
    arns = [route["stateMachineVersionArn"] for route in routing]
    for version_arn in arns:
        arn_checks.check_arn(version_arn, "stateMachine")
    parts = [arn.split_arn_qualifier(version_arn) for version_arn in arns]
    numbers = [
        number for _, qualifier in parts if (number := arn.version_number_of_arn(qualifier)) is not None
    ]
    weights = [route["weight"] for route in routing]
    if len(numbers) < len(arns):
        raise _invalid_alias("Routing configuration must contain state machine version ARNs.", arns)
    if len(set(arns)) < len(arns):
        raise _invalid_alias("Routing configuration must contain distinct state machine version ARNs.", arns)
    if sum(weights) != 100:
        raise _invalid_alias("Sum of routing configuration weights must equal 100.", weights)
    machines = {of for of, _ in parts} | ({machine_arn} if machine_arn else set())
    if len(machines) > 1:
        raise _invalid_alias("Routing configuration must contain versions of the same state machine.", arns)
    return machines.pop(), tuple(zip(numbers, weights, strict=True))


def _invalid_alias(message: str, received: Sequence[object]) -> ApiError:
    shown = ", ".join(map(str, received))
    return ApiError(
        "ValidationException", f"{message} Received: [{shown}]", reason="INVALID_ROUTING_CONFIGURATION"
    )


def _parse_alias_arn(alias_arn: str) -> tuple[str, str]:
    """Returns the state machine's ARN and the alias's name.

    Raises ApiError InvalidArn, or ResourceNotFound for an ARN without an alias.
    """
    arn_checks.check_arn(alias_arn, "stateMachine")
    machine_arn, name = arn.split_arn_qualifier(alias_arn)
    if name is None:
        raise _alias_not_found(alias_arn)
    return machine_arn, name


def _machine_of_alias(service: Service, machine_arn: str, resource_arn: str) -> StateMachine:
    """Returns the machine whose aliases will be changed.

    Raises ApiError StateMachineDeleting, or ResourceNotFound with the resource's ARN.
    """
    machine = service.state_machines.find(machine_arn)
    if machine is None:
        raise _alias_not_found(resource_arn)
    if machine.status == "DELETING":
        raise references.machine_is_deleting(machine_arn)
    return machine


def _alias_not_found(resource_arn: str) -> ApiError:
    return ApiError(
        "ResourceNotFound", "Request references a resource that does not exist.", resourceName=resource_arn
    )
