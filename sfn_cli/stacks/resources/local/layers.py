"""Versions of Lambda layers.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html
A version never changes: a layer with other properties, or another archive, is published again. A
folder is used in place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import call_store, if_there
from sfn_cli.stacks.resources.fitting import file_fingerprint
from sfn_cli.stacks.resources.local.function_code import read_local_archive
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType
from sfn_cli.stacks.resources.s3_objects import read_s3_object
from sfn_cli.store.records.functions import layer_reference

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "lambda"
_NAME_LENGTH = 140
_KEPT = ("Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")


def _predict_layer(naming: Naming, properties: Properties) -> Made:
    own = arn.layer_arn(naming.region, naming.account_id, _named_layer(naming, properties))
    return _made_layer(f"{own}:1")


def _made_layer(version_arn: str) -> Made:
    return Made(version_arn, {"LayerVersionArn": version_arn})


def _named_layer(naming: Naming, properties: Properties) -> str:
    name = str(properties.get("LayerName") or "")
    reference = layer_reference(name)
    return reference.name if reference is not None else name or naming.generated(_NAME_LENGTH)


def _create_layer(making: Making, properties: Properties) -> Made:
    request = {
        "LayerName": _named_layer(making.naming, properties),
        **{name: properties.get(name) for name in _KEPT},
    }
    own = {"Content": _layer_content(making, properties)}
    published = call_store(making, _SERVICE, "PublishLayerVersion", request, own)
    return _made_layer(published["LayerVersionArn"])


def _layer_content(making: Making, properties: Properties) -> dict[str, Any]:
    content = properties.get("Content") or {}
    if (path := content.get("CodeDir")) is not None:
        packages = {"PackageDirs": content["PackageDirs"]} if content.get("PackageDirs") else {}
        if Path(path).is_dir():
            return {"CodeDir": path, **packages}
        return {"ZipFile": read_local_archive(Path(path)), **packages}
    if content.get("S3Bucket") and content.get("S3Key"):
        location = {
            "Bucket": content["S3Bucket"],
            "Key": content["S3Key"],
            "Version": content.get("S3ObjectVersion"),
        }
        return {"ZipFile": read_s3_object(making, location)}
    raise ResourceError("The layer has no content.")


def _update_layer(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    return _create_layer(making, new)


def _delete_layer(making: Making, made: Made, properties: Properties) -> None:
    reference = layer_reference(made.physical_id)
    if reference is not None and reference.number is not None:
        request = {"LayerName": reference.name, "VersionNumber": reference.number}
        if_there(lambda: call_store(making, _SERVICE, "DeleteLayerVersion", request))


def layer_fingerprint(properties: Properties) -> str:
    path = (properties.get("Content") or {}).get("CodeDir")
    return file_fingerprint(path) if isinstance(path, str) else ""


LAYER_VERSION = ResourceType(
    predict=_predict_layer,
    create=_create_layer,
    update=_update_layer,
    delete=_delete_layer,
    replaced_by=frozenset({"LayerName", "Content", *_KEPT}),
    is_local=True,
    fingerprint=layer_fingerprint,
)
