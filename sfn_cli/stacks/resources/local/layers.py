"""Layers of Lambda functions. Each change publishes a new version.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_store, none_if_missing, predicted_name
from sfn_cli.stacks.resources.local.function_code import local_code_members
from sfn_cli.stacks.resources.properties import file_fingerprint, property_object
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.stacks.resources.s3_objects import read_s3_object

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"
_NAME_LENGTH = 140
_DESCRIBED = ("Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")


def _predict_layer(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "LayerName", _NAME_LENGTH, with_stack=False)
    return _created_layer(naming.arn("lambda", f"layer:{name}:1"))


def _created_layer(version_arn: str) -> CreatedResource:
    return CreatedResource(version_arn, {"LayerVersionArn": version_arn})


def _create_layer(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    predicted = _predict_layer(context.naming, properties)
    name = predicted.physical_id.split(":")[-2]
    request = {member: properties.get(member) for member in _DESCRIBED}
    own = {"LayerName": name, "Content": _layer_content(context, properties)}
    published = call_store(context, _SERVICE, "PublishLayerVersion", request, own)
    return _created_layer(published["LayerVersionArn"])


def _layer_content(context: ProvisioningContext, properties: Properties) -> dict[str, Any]:
    content = property_object(properties, "Content")
    if (members := local_code_members(content)) is not None:
        return members
    if content.get("S3Bucket") and content.get("S3Key"):
        location = {
            "Bucket": content["S3Bucket"],
            "Key": content["S3Key"],
            "Version": content.get("S3ObjectVersion"),
        }
        return {"ZipFile": read_s3_object(context, location)}
    raise ResourceError("The layer has no content. Add the Content property.")


def _delete_layer(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    """Deletes the version; functions that use it still have its content."""
    *_, name, number = created.physical_id.split(":")
    request = {"LayerName": name, "VersionNumber": number}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteLayerVersion", request))


def _layer_fingerprint(properties: Properties) -> str:
    """Returns a hash of the layer's file; "" for a folder, which is used in place."""
    return file_fingerprint(property_object(properties, "Content").get("CodeDir"))


LAYER_VERSION = ResourceType(
    predict=_predict_layer,
    create=_create_layer,
    update=None,
    delete=_delete_layer,
    is_local=True,
    fingerprint=_layer_fingerprint,
)
