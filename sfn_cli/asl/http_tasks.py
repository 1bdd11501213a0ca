"""The limits of tasks that call HTTP endpoints: http:invoke and apigateway:invoke.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-fields
https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html#connect-api-gateway-requests
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


FIELDS: Mapping[str, tuple[str, ...]] = {
    "http": (
        "ApiEndpoint", "Authentication", "Headers", "InvocationConfig", "Method", "QueryParameters",
        "RequestBody", "Transform",
    ),
    "apigateway": (
        "AllowNullValues", "ApiEndpoint", "AuthType", "Headers", "Method", "Path", "QueryParameters",
        "RequestBody", "Stage",
    ),
}  # fmt: skip
"""Service → the fields of its tasks' arguments. A task with another one is not started."""

REQUIRED = ("ApiEndpoint", "Method")


class _Headers(NamedTuple):
    """Names of headers, in lower case, and prefixes of further names."""

    names: frozenset[str]
    prefixes: tuple[str, ...]


_NOT_SUPPORTED: Mapping[str, _Headers] = {
    "http": _Headers(
        frozenset(
            """
            a-im accept-charset accept-datetime accept-encoding authorization cache-control connection
            content-encoding content-md5 date expect forwarded from host http2-settings if-match
            if-modified-since if-none-match if-range if-unmodified-since max-forwards origin pragma
            proxy-authorization referer server te trailer transfer-encoding upgrade via warning
            """.split()  # noqa: SIM905 - a line for each otherwise
        ),
        ("x-forwarded-", "x-amz-", "x-amzn-"),
    ),
    "apigateway": _Headers(
        frozenset(
            """
            authorization connection content-md5 expect host max-forwards proxy-authenticate server te
            transfer-encoding trailer upgrade via www-authenticate
            """.split()  # noqa: SIM905
        ),
        ("x-forwarded", "x-amz", "x-amzn"),
    ),
}
"""Service → the headers that a task may not set."""


def is_loopback_url(url: str) -> bool:
    from urllib.parse import urlsplit  # most definitions have no such task

    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


def is_http_invoke_endpoint(url: str) -> bool:
    """Whether http:invoke may call this URL: AWS allows https, and sfn also http on this machine."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback_url(url))
    )


def unsupported_http_headers(service: str, names: Iterable[str]) -> str | None:
    """Returns AWS's error for headers that tasks of the service may not set; None if there are none."""
    refused = _NOT_SUPPORTED[service]
    found = [
        name for name in map(str.lower, names) if name in refused.names or name.startswith(refused.prefixes)
    ]
    # Observed: AWS's message has the names in lower case.
    return f"The 'Headers' field contains unsupported values: [{', '.join(found)}]" if found else None
