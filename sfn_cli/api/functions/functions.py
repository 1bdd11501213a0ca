"""Local Lambda functions: CreateFunction and related operations.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
A request for a feature that sfn does not support is rejected, not silently reduced.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.code import code_extensions, code_facts, parse_code
from sfn_cli.api.functions.concurrency import function_concurrency
from sfn_cli.api.functions.layers import function_layers
from sfn_cli.api.functions.limits import check_function_limits, check_function_name_length
from sfn_cli.api.functions.references import (
    check_reference_revision,
    existing_function_reference,
    existing_latest_reference,
    function_arn,
    function_reference_not_found,
    invalid_function_reference,
    parse_function_reference,
    referenced_function_not_found,
)
from sfn_cli.api.functions.urls import delete_urls_of_function
from sfn_cli.api.functions.versions import (
    publish_function_version,
    qualified_version_response,
    version_response,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import LATEST, Code, Function, function_reference
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_STORED = (
    "Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment",
    "TracingConfig", "LoggingConfig", "DeadLetterConfig",
)  # fmt: skip
"""The members that are stored as given; the rest is the same for every local function."""

_REFUSED = ("FileSystemConfigs", "ImageConfig", "CapacityProviderConfig", "DurableConfig")


def create_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = function_reference(request["FunctionName"])
    check_function_name_length(name)
    if qualifier is not None or not _NAME.fullmatch(name):
        raise invalid_function_reference(
            "A function's name must have 1 to 64 letters, digits, hyphens and underscores: "
            f"{request['FunctionName']}"
        )
    _check_function_supported(request)
    code = parse_code(service, request["Code"])
    if code is None:
        raise invalid_function_reference("Please provide a source for function code.")
    if not request.get("Runtime") or not request.get("Handler"):
        raise invalid_function_reference(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    now = service.clock()
    own_arn = function_arn(service, name)
    configuration = {
        "FunctionName": name,
        "FunctionArn": own_arn,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "TracingConfig": {"Mode": "PassThrough"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        **_function_changes(service, request, name),
        **code_facts(code),
        **_function_marks(now),
        "Version": LATEST,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": request.get("Architectures") or [_function_architecture()],
        "EphemeralStorage": request.get("EphemeralStorage") or {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Tags": request.get("Tags") or {},
        **code_extensions(request["Code"]),
    }
    if not service.functions.create(name, own_arn, configuration, code, now):
        raise ApiError("ResourceConflictException", f"Function already exist: {name}", status=409)
    return _describe_function(service, request)


def update_function_code(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    _check_function_supported(request)
    code = parse_code(service, request)
    if code is None:
        raise invalid_function_reference("Please provide a source for function code.")

    def change(function: Function) -> Mapping[str, Json]:
        changed = {**function.configuration, **code_facts(code), **code_extensions(request)}
        if "Architectures" in request:
            changed["Architectures"] = request["Architectures"]
        return changed

    return _update_function(service, request, change, code)


def update_function_configuration(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    _check_function_supported(request)

    def change(function: Function) -> Mapping[str, Json]:
        changed = {**function.configuration, **_function_changes(service, request, function.name)}
        if "EphemeralStorage" in request:
            changed["EphemeralStorage"] = request["EphemeralStorage"]
        return changed

    return _update_function(service, request, change, None)


def get_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    function = existing_function_reference(service, request)
    place = (
        {"RepositoryType": "S3"}
        if function.code_dir is None
        else {"RepositoryType": "Folder", "Location": f"file://{function.code_dir}"}
    )
    answer: dict[str, Any] = {
        "Configuration": version_response(function, parse_function_reference(request).qualifier),
        "Code": place,
    }
    if (concurrency := function_concurrency(service, function.name)) is not None:
        answer["Concurrency"] = concurrency
    if function.configuration.get("Tags"):
        answer["Tags"] = function.configuration["Tags"]
    return answer


def get_function_configuration(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return dict(
        version_response(
            existing_function_reference(service, request), parse_function_reference(request).qualifier
        )
    )


def list_functions(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the functions by name; with FunctionVersion ALL, their versions too."""
    all_versions = request.get("FunctionVersion") == "ALL"

    def page(after: str, limit: int) -> list[Function]:
        name, _, number = after.partition(":")
        return service.functions.page((name, int(number or 0)), limit, all_versions=all_versions)

    return paging.functions_page(
        "Functions",
        request,
        page,
        lambda function: f"{function.name}:{function.number}",
        qualified_version_response if all_versions else version_response,
    )


def delete_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes the function with all its versions and aliases, or one version.

    It is not an error if the version does not exist.
    """
    name, qualifier = parse_function_reference(request)
    if qualifier is None:
        if not service.functions.delete(name):
            raise function_reference_not_found(service, request)
        delete_urls_of_function(service, name)
        return {"StatusCode": 204}
    if qualifier == LATEST:
        raise invalid_function_reference("$LATEST version cannot be deleted without deleting the function.")
    number = arn.version_number_of_arn(qualifier)
    if number is None:
        raise invalid_function_reference("Deletion of aliases is not currently supported.")
    if service.functions.find(name) is None:
        raise referenced_function_not_found(function_arn(service, name))
    aliases = service.function_versions.delete(name, number)
    if aliases:
        message = f"Version {number} cannot be deleted: aliases point to it ({', '.join(aliases)})."
        raise ApiError("ResourceConflictException", message, status=409)
    return {"StatusCode": 204}


# Configurations


def _update_function(
    service: Service, request: Mapping[str, Any], change: Any, code: Code | None
) -> dict[str, Any]:
    name, qualifier = parse_function_reference(request)
    now = service.clock()

    def apply_change(function: Function) -> Mapping[str, Json]:
        check_reference_revision(request, function.configuration["RevisionId"])
        return {**change(function), **_function_marks(now)}

    if request.get("DryRun"):
        current = existing_latest_reference(service, request)
        return dict(version_response(current._replace(configuration=apply_change(current))))
    function = service.functions.update(name, apply_change, now, code) if qualifier is None else None
    if function is None:
        raise function_reference_not_found(service, request)
    return _describe_function(service, request)


def _describe_function(service: Service, request: Mapping[str, Any]) -> dict[str, Any]:
    """Describes the created or changed function, or the version that was published."""
    named = {"FunctionName": request["FunctionName"]}
    return dict(
        version_response(
            publish_function_version(service, named)
            if request.get("Publish")
            else existing_function_reference(service, named)
        )
    )


def _function_changes(service: Service, request: Mapping[str, Any], name: str) -> dict[str, Json]:
    changes = {member: request[member] for member in _STORED if member in request}
    if "Layers" in request:
        changes["Layers"] = function_layers(service, request["Layers"])
    if "LoggingConfig" in changes:
        if changes["LoggingConfig"].get("LogFormat") == "JSON":
            raise invalid_function_reference(
                "LogFormat JSON is not supported: sfn writes the logs of functions as text."
            )
        changes["LoggingConfig"] = {
            "LogFormat": "Text",
            "LogGroup": f"/aws/lambda/{name}",
            **changes["LoggingConfig"],
        }
    return changes


def _function_marks(now: int) -> dict[str, Json]:
    """Returns the members that differ between two states of a function."""
    import time

    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now / 1000))
    return {"LastModified": f"{at}.{now % 1000:03d}+0000", "RevisionId": random_uuid()}


def _check_function_supported(request: Mapping[str, Any]) -> None:
    if request.get("PackageType") == "Image":
        raise invalid_function_reference(
            "The package type Image is not supported: a function's code must be a zip or a folder."
        )
    for member in _REFUSED:
        if request.get(member):
            raise invalid_function_reference(f"sfn does not support the parameter {member} of functions.")
    check_function_limits(request)


def _function_architecture() -> str:
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
