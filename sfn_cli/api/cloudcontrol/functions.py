"""Functions, as the Cloud Control API reads and updates them: by their name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.cloudcontrol.controlled_type import ControlledType
from sfn_cli.api.functions.functions import (
    get_function_configuration,
    update_function_code,
    update_function_configuration,
)
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_CONFIGURATION = (
    "Description", "Environment", "Handler", "Layers", "MemorySize", "Role", "Runtime", "Timeout",
)  # fmt: skip


def _read_function_resource(service: Service, identifier: str) -> dict[str, Any] | None:
    try:
        found = get_function_configuration(service, {"FunctionName": identifier})
    except ApiError:
        return None
    properties = {"Arn": found["FunctionArn"], "FunctionName": found["FunctionName"]}
    for name in _CONFIGURATION:
        if found.get(name) not in (None, ""):
            properties[name] = found[name]
    if "Layers" in properties:
        properties["Layers"] = [layer["Arn"] for layer in properties["Layers"]]
    return properties


def _update_function_resource(
    service: Service, identifier: str, properties: dict[str, Any], changed: set[str]
) -> None:
    if "Code" in changed:
        code = properties.get("Code") or {}
        members = ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri")
        update_function_code(
            service,
            {"FunctionName": identifier, **{name: code[name] for name in members if name in code}},
        )
    configuration = {name: properties.get(name) for name in _CONFIGURATION if name in changed}
    if configuration:
        given = {name: value for name, value in configuration.items() if value is not None}
        update_function_configuration(service, {"FunctionName": identifier, **given})


FUNCTION = ControlledType(
    frozenset({*_CONFIGURATION, "Code", "Tags"}), _read_function_resource, _update_function_resource
)
