"""The addresses of templates in S3, which are all read from the local S3.

http://127.0.0.1:8083/BUCKET/KEY                  a local endpoint
https://s3.amazonaws.com/BUCKET/KEY               path style, also with a region
https://BUCKET.s3.us-east-1.amazonaws.com/KEY     virtual-host style
http://BUCKET.localhost:8083/KEY                  virtual-host style, at a local endpoint
s3://BUCKET/KEY                                   AWS::Include only
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from sfn_cli.settings import Settings

MAX_BYTES = 1_048_576
"""CloudFormation's limit for a template in S3."""

_AMAZON_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"
)
_LOCAL_HOST = re.compile(r"(?P<bucket>.+?)(?:\.s3)?\.localhost")


class S3Address(NamedTuple):
    bucket: str
    key: str
    version: str | None = None


class S3ReadError(SfnError):
    """An object in S3 that cannot be read, in CloudFormation's words."""


def s3_address(url: str) -> S3Address | None:
    """Returns the object that a URL names; None for a URL that names none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    path = parts.path.lstrip("/")
    if parts.scheme == "s3":
        bucket, key = parts.netloc, path
    elif parts.scheme in ("http", "https"):
        found = _AMAZON_HOST.fullmatch(host) or _LOCAL_HOST.fullmatch(host)
        if found is not None and found["bucket"] is not None:
            bucket, key = found["bucket"], path
        else:
            bucket, _, key = path.partition("/")
    else:
        return None
    if not bucket or not key:
        return None
    version = parse_qs(parts.query).get("versionId", [None])[0]
    return S3Address(unquote(bucket), unquote(key), version)


def read_s3_text(settings: Settings, url: str) -> str:
    """Returns the text of the object that a URL names. Raises S3ReadError and ConfigurationError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from sfn_cli.integrations.aws.clients import shared_clients

    address = s3_address(url)
    if address is None:
        raise S3ReadError("TemplateURL must be a supported URL.")
    request = {"Bucket": address.bucket, "Key": address.key}
    if address.version is not None:
        request["VersionId"] = address.version
    try:
        body = shared_clients(settings).get("s3").get_object(**request)["Body"]
        content: bytes = body.read(MAX_BYTES + 1)
    except ClientError as error:
        message = error.response.get("Error", {}).get("Message", "Not Found")
        raise S3ReadError(
            f"S3 error: {message}\nFor more information check "
            "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
        ) from None
    except BotoCoreError as error:
        raise S3ReadError(f"S3 error: {error}") from None
    if len(content) > MAX_BYTES:
        raise S3ReadError(
            f"1 validation error detected: Value at 'templateURL' failed to satisfy constraint: The template "
            f"must have at most {MAX_BYTES} bytes"
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise S3ReadError("Template format error: the template is not UTF-8 text.") from None
