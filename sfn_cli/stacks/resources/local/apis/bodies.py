"""The OpenAPI document of an API: in its properties, or in the local S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.s3_objects import read_s3_object

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Properties, ProvisioningContext


def with_body(context: ProvisioningContext, properties: Properties, location_property: str) -> Properties:
    """Returns an API's properties, with the document in S3 as its Body.

    Raises ResourceError if the document does not exist or is not an object.
    """
    location = properties.get(location_property)
    body = properties.get("Body")
    if isinstance(body, str):
        body = _parsed_body(body)
    elif isinstance(location, dict) and body is None:
        body = _parsed_body(read_s3_object(context, location).decode("utf-8", "replace"))
    return properties if body is None else {**properties, "Body": body}


def _parsed_body(text: str) -> object:
    import yaml

    try:
        # JSON is YAML, and documents in S3 are either.
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ResourceError(f"The API's definition is neither JSON nor YAML: {error}") from None
    if not isinstance(body, dict):
        raise ResourceError("The API's definition is not an object.")
    return body
