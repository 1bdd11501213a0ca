"""Objects in S3 buckets, which Terraform has as resources.

Properties: Bucket and Key, with Source (the absolute path of a file), Content (text) or ContentBase64,
and ContentType. Without any, the module's arguments could not be evaluated.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there
from sfn_cli.stacks.resources.properties import file_fingerprint, property_text
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "s3"


def _predict_object(naming: Naming, properties: Properties) -> Made:
    bucket, key = str(properties.get("Bucket", "")), str(properties.get("Key", ""))
    return Made(f"{bucket}/{key}", {"Arn": f"arn:aws:s3:::{bucket}/{key}"}, ref=key)


def _create_object(making: Making, properties: Properties) -> Made:
    made = _predict_object(making.naming, properties)
    if not properties:
        making.report(f"{making.naming.logical_id}: the object is not made, as its arguments are unknown.")
        return made
    request = {name: properties.get(name) for name in ("Bucket", "Key", "ContentType")}
    call_service(making, _SERVICE, "PutObject", {**request, "Body": _object_content(making, properties)})
    return made


def _update_object(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    return _create_object(making, new)


def _object_content(making: Making, properties: Properties) -> bytes:
    """Returns the object's content. A file that does not exist (yet) is an empty object, with a note."""
    if (source := properties.get("Source")) is not None:
        try:
            return read_input_bytes(Path(str(source)), RESOURCE_FILE_BYTES)
        except FileNotFoundError:
            making.report(f"{making.naming.logical_id}: {source} does not exist; the object is empty.")
            return b""
        except OSError as error:
            raise ResourceError(f"{source} cannot be read: {error.strerror or error}") from None
    if (encoded := properties.get("ContentBase64")) is not None:
        try:
            return base64.b64decode(str(encoded), validate=True)
        except (binascii.Error, ValueError):
            raise ResourceError("The content of the object is not in base64.") from None
    return property_text(properties.get("Content", "")).encode()


def _delete_object(making: Making, made: Made, properties: Properties) -> None:
    request = {name: properties.get(name) for name in ("Bucket", "Key")}
    if properties:
        if_there(lambda: call_service(making, _SERVICE, "DeleteObject", request))


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
