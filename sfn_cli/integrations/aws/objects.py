"""Reads an object of S3 that a request names, such as the code of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.settings import Settings


def read_object(settings: Settings, bucket: str, key: str, version: str | None) -> bytes:
    """Returns an object's content, from the S3 that tasks call.

    Raises ApiError with S3's code and message; ConfigurationError if S3 cannot be called.
    """
    from sfn_cli.integrations.aws.clients import Clients

    client = Clients(settings).get("s3")
    from botocore.exceptions import BotoCoreError, ClientError

    request = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
    try:
        content: bytes = client.get_object(**request)["Body"].read()
    except ClientError as error:
        details = error.response.get("Error", {})
        raise ApiError(str(details.get("Code")), str(details.get("Message"))) from None
    except BotoCoreError as error:
        raise ApiError("ServiceUnavailable", str(error)) from None
    return content
