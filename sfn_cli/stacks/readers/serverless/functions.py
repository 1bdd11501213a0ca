"""Functions and layers of serverless.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.serverless.naming import ROLE_LOGICAL_ID, object_or_empty
from sfn_cli.stacks.stack import FUNCTION, LAYER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_RUNTIME = "nodejs20.x"
_MEMORY_MEGABYTES = 1024
_TIMEOUT_SECONDS = 6


def function_resource(
    folder: Path,
    prefix: str,
    key: str,
    function: Mapping[str, Any],
    provider: Mapping[str, Any],
    package: Any,
) -> dict[str, Any]:
    """Returns the resource of one entry of `functions`; `prefix` is "SERVICE-STAGE"."""
    variables = object_or_empty(provider.get("environment")) | object_or_empty(function.get("environment"))
    image = function.get("image")
    properties = {
        "FunctionName": function.get("name") or f"{prefix}-{key}",
        "Code": _function_code(folder, function, package),
        "Handler": function.get("handler"),
        "Runtime": function.get("runtime") or provider.get("runtime") or (None if image else _RUNTIME),
        "Role": {"Fn::GetAtt": [ROLE_LOGICAL_ID, "Arn"]},
        "MemorySize": function.get("memorySize") or provider.get("memorySize") or _MEMORY_MEGABYTES,
        "Timeout": function.get("timeout") or provider.get("timeout") or _TIMEOUT_SECONDS,
        "Environment": {"Variables": {name: _variable_value(value) for name, value in variables.items()}}
        if variables
        else None,
        "Layers": function.get("layers") or provider.get("layers"),
        "Description": function.get("description"),
        "PackageType": "Image" if image else None,
        "ReservedConcurrentExecutions": function.get("reservedConcurrency"),
        "Architectures": [architecture]
        if (architecture := function.get("architecture") or provider.get("architecture"))
        else None,
    }
    resource: dict[str, Any] = {
        "Type": FUNCTION,
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }
    if depends_on := function.get("dependsOn"):
        resource["DependsOn"] = depends_on
    return resource


def _variable_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else "" if value is None else value


def _function_code(folder: Path, function: Mapping[str, Any], package: Any) -> dict[str, Any]:
    """Returns the code: an artifact that the service names, or the service's whole folder."""
    image = function.get("image")
    if image:
        return {"ImageUri": image.get("uri", "") if isinstance(image, dict) else image}
    for settings in (function.get("package"), package):
        if isinstance(settings, dict) and isinstance(artifact := settings.get("artifact"), str):
            return {"CodeDir": str((folder / artifact).absolute())}
    return {"CodeDir": str(folder)}


def layer_resource(folder: Path, key: str, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the resource of one entry of `layers`."""
    package = layer.get("package")
    path = package.get("artifact") if isinstance(package, dict) else None
    properties = {
        "LayerName": layer.get("name") or key,
        "Content": {"CodeDir": str((folder / str(path or layer.get("path") or key)).absolute())},
        "CompatibleRuntimes": layer.get("compatibleRuntimes"),
        "Description": layer.get("description"),
    }
    return {
        "Type": LAYER,
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }
