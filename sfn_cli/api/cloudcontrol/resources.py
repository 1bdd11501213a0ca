"""GetResource and UpdateResource, for state machines and functions.

cdk's hotswap deploy changes a definition through UpdateResource, with a JSON patch of the properties
that the resource has in a template. https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.cloudcontrol.functions import FUNCTION
from sfn_cli.api.cloudcontrol.json_patch import apply_json_patch
from sfn_cli.api.cloudcontrol.state_machines import STATE_MACHINE
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.cloudcontrol.controlled_type import ControlledType
    from sfn_cli.api.service import Service

_TYPES: Mapping[str, ControlledType] = {
    "AWS::Lambda::Function": FUNCTION,
    "AWS::StepFunctions::StateMachine": STATE_MACHINE,
}


def get_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    type_name, identifier = request["TypeName"], request["Identifier"]
    _, properties = _existing_resource(service, type_name, identifier)
    return {
        "TypeName": type_name,
        "ResourceDescription": {"Identifier": identifier, "Properties": dumps(properties)},
    }


def update_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Updates a resource at once: the answer says SUCCESS, and there is nothing to wait for."""
    type_name, identifier = request["TypeName"], request["Identifier"]
    type_, before = _existing_resource(service, type_name, identifier)
    after = apply_json_patch(before, request["PatchDocument"])
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    fixed = changed - type_.updatable
    if fixed:
        raise ApiError(
            "NotUpdatableException",
            f"Resource of type '{type_name}' cannot be updated: {', '.join(sorted(fixed))}",
        )
    type_.update(service, identifier, after, changed)
    return {
        "ProgressEvent": {
            "TypeName": type_name,
            "Identifier": identifier,
            "RequestToken": random_uuid(),
            "Operation": "UPDATE",
            "OperationStatus": "SUCCESS",
            "EventTime": service.clock(),
            "ResourceModel": dumps(type_.read(service, identifier)),
        }
    }


def _existing_resource(
    service: Service, type_name: str, identifier: str
) -> tuple[ControlledType, dict[str, Any]]:
    """Returns a resource's type and properties. Raises ApiError ResourceNotFoundException."""
    type_ = _TYPES.get(type_name)
    properties = type_.read(service, identifier) if type_ is not None else None
    if type_ is None or properties is None:
        raise ApiError(
            "ResourceNotFoundException",
            f"Resource of type '{type_name}' with identifier '{identifier}' was not found.",
        )
    return type_, properties
