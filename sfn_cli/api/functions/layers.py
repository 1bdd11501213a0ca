"""Layers: PublishLayerVersion and related operations, and the layers of functions.

https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
Content is a zip, or a folder of this machine that is used in place (CodeDir, an extension of sfn).
PackageDirs, another extension, lists further folders in the layout of /opt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.code import code_facts, code_package_dirs, parse_code
from sfn_cli.api.functions.references import invalid_function_reference
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import layer_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.functions import LayerVersion

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,140}")
_STORED = ("Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")
_MAX_LAYERS = 5
_NEWEST = 2**62


def publish_layer_version(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = _layer_name(service, request["LayerName"])
    code = parse_code(service, request["Content"])
    if code is None:
        raise invalid_function_reference("Please provide a source for layer content.")
    now = service.clock()
    own = arn.layer_arn(service.settings.region, service.settings.account_id, name)

    def facts(number: int) -> dict[str, Json]:
        return {
            "LayerArn": own,
            "LayerVersionArn": f"{own}:{number}",
            "Version": number,
            "Description": "",
            "CreatedDate": _layer_date(now),
            **{member: request[member] for member in _STORED if member in request},
            "Content": code_facts(code),
        }

    return _layer_response(
        service.functions.layers.publish(name, facts, code, code_package_dirs(request["Content"]))
    )


def get_layer_version(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = _layer_name(service, request["LayerName"])
    layer = service.functions.layers.find(name, request["VersionNumber"])
    if layer is None or layer.deleted:
        raise _layer_not_found(service, name, request["VersionNumber"])
    return _layer_response(layer)


def list_layers(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the latest version of each layer that is compatible with the request."""
    return paging.functions_page(
        "Layers",
        request,
        lambda after, limit: _compatible_layers(service.functions.layers.newest(after, limit), request),
        lambda layer: layer.name,
        lambda layer: {
            "LayerName": layer.name,
            "LayerArn": layer.facts["LayerArn"],
            "LatestMatchingVersion": _listed_layer(layer),
        },
    )


def list_layer_versions(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the versions of a layer, newest first."""
    name = _layer_name(service, request["LayerName"])
    return paging.functions_page(
        "LayerVersions",
        request,
        lambda after, limit: _compatible_layers(
            service.functions.layers.versions(name, int(after or _NEWEST), limit), request
        ),
        lambda layer: str(layer.number),
        _listed_layer,
    )


def delete_layer_version(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a version; functions that use it can still do so. A missing version is not an error."""
    name = _layer_name(service, request["LayerName"])
    service.functions.layers.delete(name, request["VersionNumber"])
    return {}


def function_layers(service: Service, arns: Sequence[str]) -> list[dict[str, Json]]:
    """Returns the Layers member of a function's configuration. Raises ApiError.

    A layer of another account is accepted; a substitute is looked up when the function is invoked
    (functions/code/layers.py).
    """
    if len(arns) > _MAX_LAYERS:
        raise invalid_function_reference(f"Cannot reference more than {_MAX_LAYERS} layers.")
    _check_layers_differ(arns)
    return [_function_layer(service, layer_arn) for layer_arn in arns]


def _check_layers_differ(arns: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for layer_arn in arns:
        layer = layer_arn.rpartition(":")[0]
        if layer in seen:
            raise invalid_function_reference(
                "Two different versions of the same layer are not allowed to be referenced in the same "
                f"function. {seen[layer]} and {layer_arn} are versions of the same layer."
            )
        seen[layer] = layer_arn


def _function_layer(service: Service, layer_arn: str) -> dict[str, Json]:
    reference = layer_reference(layer_arn)
    if reference is None or reference.number is None:
        raise invalid_function_reference(
            f"A layer must be the ARN of a layer version (…:layer:NAME:VERSION): {layer_arn}"
        )
    layer = service.functions.layers.find(reference.name, reference.number)
    if layer is not None and not layer.deleted:
        return {"Arn": layer_arn, "CodeSize": layer.facts["Content"]["CodeSize"]}
    if reference.account == service.settings.account_id:
        raise invalid_function_reference(f"Layer version {layer_arn} does not exist.")
    return {"Arn": layer_arn, "CodeSize": 0}


def _layer_name(service: Service, given: str) -> str:
    reference = layer_reference(given)
    name = given if reference is None else reference.name
    if not _NAME.fullmatch(name):
        raise invalid_function_reference(
            f"A layer's name must have 1 to 140 letters, digits, hyphens and underscores: {given}"
        )
    return name


def _layer_not_found(service: Service, name: str, number: int) -> ApiError:
    own = arn.layer_arn(service.settings.region, service.settings.account_id, name)
    message = f"The resource you requested does not exist. (Layer version {own}:{number})"
    return ApiError("ResourceNotFoundException", message, status=404)


def _layer_response(layer: LayerVersion) -> dict[str, Any]:
    folder = layer.content_dir
    place = {} if folder is None else {"Location": f"file://{folder}"}
    return {**layer.facts, "Content": {**layer.facts["Content"], **place}}


def _listed_layer(layer: LayerVersion) -> Mapping[str, Json]:
    return {member: value for member, value in layer.facts.items() if member not in ("Content", "LayerArn")}


def _compatible_layers(layers: Sequence[LayerVersion], request: Mapping[str, Any]) -> Sequence[LayerVersion]:
    """Returns the layers that are compatible with the request; a layer without a list is so with all."""
    for member, wanted in (
        ("CompatibleRuntimes", request.get("CompatibleRuntime")),
        ("CompatibleArchitectures", request.get("CompatibleArchitecture")),
    ):
        if wanted is not None:
            layers = [layer for layer in layers if wanted in (layer.facts.get(member) or [wanted])]
    return layers


def _layer_date(now: int) -> str:
    import time

    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now / 1000))
    return f"{at}.{now % 1000:03d}+0000"
