"""Signature Version 4: the signed parts of a request, and their signature.

The terminal signs with it, and the server verifies with it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
A scope is "DATE/REGION/SERVICE/aws4_request": "20150830/us-east-1/states/aws4_request".
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
TIME = "%Y%m%dT%H%M%SZ"
"""The form of X-Amz-Date."""

_UNRESERVED = "-_.~"


def sigv4_signature(secret_access_key: str, at: str, scope: str, canonical: str) -> str:
    """Returns the hexadecimal signature of a canonical request at a time ("20150830T123600Z")."""
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join((ALGORITHM, at, scope, sha256(canonical.encode()).hexdigest()))
    return hmac.digest(key, text.encode(), "sha256").hex()


def sigv4_canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, Iterable[str]], body_sha256: str
) -> str:
    """Returns the signed text of a request.

    `path` and `query` are as they are sent, `headers` are the signed ones: values in order, by
    header name in lower case.
    """
    arguments = sorted(
        (_canonical_sigv4_text(name), _canonical_sigv4_text(value))
        for name, value in sigv4_query_arguments(query)
    )
    return "\n".join(
        (
            method,
            quote(_normal_sigv4_path(path), safe="/" + _UNRESERVED),  # what was encoded once already
            "&".join(f"{name}={value}" for name, value in arguments),
            *(
                f"{name}:{','.join(' '.join(value.split()) for value in values)}"
                for name, values in headers.items()
            ),
            "",
            ";".join(headers),
            body_sha256,
        )
    )


def sigv4_query_arguments(query: str) -> list[tuple[str, str]]:
    """Returns the names and values in a query, as they are sent."""
    return [(name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part)]


def _canonical_sigv4_text(sent: str) -> str:
    return quote(unquote_to_bytes(sent), safe=_UNRESERVED)


def _normal_sigv4_path(path: str) -> str:
    """Returns the path without empty segments, "." and ".."."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/" + "/".join(segments) + ("/" if segments and path.endswith("/") else "")
