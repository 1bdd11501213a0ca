"""DescribeType: what is known of a resource type, for tools that ask which changes replace a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.operations.identity import stack_validation_error
from sfn_cli.stacks.resources.table import known_types, resource_type

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_IDENTIFIERS = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::StepFunctions::StateMachine": "Arn",
}
_PREFIX = "type/resource/"


def describe_type(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns a type's schema: the properties that can only be set when a resource is created."""
    name = request.get("TypeName")
    if name is None:
        arn = str(request.get("Arn") or "")
        _, found, rest = arn.partition(f":{_PREFIX}")
        if not found:
            raise stack_validation_error("Either TypeName and Type, or Arn must be specified.")
        name = rest.replace("-", "::")
    if name not in known_types():
        raise ApiError("TypeNotFoundException", f"The type '{name}' cannot be found.", status=404)
    row = resource_type(name)
    schema = {
        "typeName": name,
        "description": f"Resource type {name}",
        "properties": {property: {"type": "string"} for property in sorted(row.replaced_by)},
        "createOnlyProperties": [f"/properties/{property}" for property in sorted(row.replaced_by)],
        "primaryIdentifier": [f"/properties/{_IDENTIFIERS.get(name, row.name_property or 'Id')}"],
        "additionalProperties": True,
    }
    return {
        "Arn": f"arn:aws:cloudformation:{service.settings.region}::{_PREFIX}{name.replace('::', '-')}",
        "Type": "RESOURCE",
        "TypeName": name,
        "IsDefaultVersion": True,
        "Description": schema["description"],
        "Schema": dumps(schema),
        "ProvisioningType": "FULLY_MUTABLE" if row.update is not None else "IMMUTABLE",
        "DeprecatedStatus": "LIVE",
        "Visibility": "PUBLIC",
    }
