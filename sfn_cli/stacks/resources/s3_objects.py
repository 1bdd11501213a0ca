"""Reads objects in S3 that templates name as code or definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service
from sfn_cli.stacks.resources.resource import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import ProvisioningContext


def read_s3_object(context: ProvisioningContext, location: Mapping[str, Any]) -> bytes:
    """Returns the object at {"Bucket", "Key"}, optionally with "Version", from the local S3.

    Raises ResourceError if it does not exist.
    """
    bucket, key = str(location.get("Bucket", "")), str(location.get("Key", ""))
    request = {"Bucket": bucket, "Key": key, "VersionId": location.get("Version")}
    try:
        content: bytes = call_service(context, "s3", "GetObject", request)["Body"].read()
    except ResourceError:
        raise ResourceError(
            f"s3://{bucket}/{key} does not exist in the local S3. Name a local file or folder instead, or "
            "upload the object (sfn aws endpoint prints the endpoint).",
        ) from None
    return content
