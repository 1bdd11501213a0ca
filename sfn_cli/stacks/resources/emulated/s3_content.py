"""Objects in S3 buckets, which are resources in Terraform.

Properties: Bucket and Key, with Source (the absolute path of a file), Content (text) or ContentBase64,
and ContentType. There are none if the module's arguments could not be evaluated.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.properties import file_fingerprint, property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "s3"


def _predict_object(naming: Naming, properties: Properties) -> CreatedResource:
    bucket, key = str(properties.get("Bucket", "")), str(properties.get("Key", ""))
    return CreatedResource(f"{bucket}/{key}", {"Arn": f"arn:aws:s3:::{bucket}/{key}"}, ref=key)


def _create_object(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_object(context.naming, properties)
    if not properties:
        context.report(f"{context.naming.logical_id}: not created, because its arguments are unknown.")
        return created
    request = {name: properties.get(name) for name in ("Bucket", "Key", "ContentType")}
    call_service(context, _SERVICE, "PutObject", {**request, "Body": _object_content(context, properties)})
    return created


def _update_object(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_object(context, new)


def _object_content(context: ProvisioningContext, properties: Properties) -> bytes:
    """Returns the object's content. A file that does not exist gives an empty object and a note."""
    if (source := properties.get("Source")) is not None:
        try:
            return read_input_bytes(Path(str(source)), RESOURCE_FILE_BYTES)
        except FileNotFoundError:
            context.report(f"{context.naming.logical_id}: {source} does not exist. The object is empty.")
            return b""
        except OSError as error:
            raise ResourceError(f"Cannot read {source}: {error.strerror or error}") from None
    if (encoded := properties.get("ContentBase64")) is not None:
        try:
            return base64.b64decode(str(encoded), validate=True)
        except (binascii.Error, ValueError):
            raise ResourceError("The content of the object is not valid base64.") from None
    return property_text(properties.get("Content", "")).encode()


def _delete_object(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {name: properties.get(name) for name in ("Bucket", "Key")}
    if properties:
        none_if_missing(lambda: call_service(context, _SERVICE, "DeleteObject", request))


OBJECT = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_object,
        create=_create_object,
        update=_update_object,
        delete=_delete_object,
        replaced_by=frozenset({"Bucket", "Key"}),
        fingerprint=lambda properties: file_fingerprint(properties.get("Source")),
    ),
)
