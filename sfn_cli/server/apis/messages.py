"""Requests and responses of APIs, and the errors that API Gateway itself responds with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pairs = tuple[tuple[str, str], ...]
"""Names and values, in order; a name may be repeated."""

JSON_TYPE = "application/json"

_WORKER_SCOPE = "service-worker-allowed"
"""A page of an API may have no service worker for the whole server, which has other pages too."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_PASSED_ON = frozenset(
    (
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    )
)  # fmt: skip
"""Headers of a connection (RFC 9110, 7.6.1), and the length, which is computed."""

_WITHOUT_BODY = (204, 304)


class ApiRequest(NamedTuple):
    """A request to an API."""

    id: str
    method: str
    path: str
    """The path within the stage, as it was sent (percent-encoded)."""
    stage_path: str
    """The path with the stage, as it was sent."""
    query: str
    headers: Pairs
    """Names are in lower case."""
    body: bytes
    source_ip: str
    at: int
    """Milliseconds since 1970."""

    def header(self, name: str) -> str | None:
        """Returns the last value of a header, by its name in any case."""
        name = name.lower()
        return next((value for key, value in reversed(self.headers) if key == name), None)

    @property
    def query_pairs(self) -> Pairs:
        return tuple(parse_qsl(self.query, keep_blank_values=True, errors="replace"))

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters; "" if it has none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class ApiResponse(NamedTuple):
    """A response of an API."""

    status: int
    headers: Pairs
    body: bytes

    def with_headers(self, headers: Iterable[tuple[str, str]]) -> ApiResponse:
        """Returns the response with these headers in place of those with the same names."""
        new = tuple(headers)
        names = {name.lower() for name, _ in new}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return self._replace(headers=kept + new)

    def header(self, name: str) -> str | None:
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)


class GatewayError(Exception):
    """An error response of API Gateway itself."""

    def __init__(self, type: str, status: int, message: str, cause: str = "") -> None:
        """`type` is that of gateway responses, "UNAUTHORIZED"; `cause` is a line for the developer."""
        super().__init__(message)
        self.type = type
        self.status = status
        self.message = message
        self.cause = cause

    @property
    def default_type(self) -> str:
        return "DEFAULT_5XX" if self.status >= 500 else "DEFAULT_4XX"


def internal_error(cause: str, *, status: int = 500) -> GatewayError:
    """Returns the error of an integration that failed, or that cannot be called."""
    return GatewayError("API_CONFIGURATION_ERROR", status, "Internal server error", cause)


def json_api_response(status: int, body: object) -> ApiResponse:
    return ApiResponse(status, (("Content-Type", JSON_TYPE),), dumps(body).encode("utf-8", "replace"))


def sendable_response(response: ApiResponse) -> ApiResponse:
    """Returns the response with the headers that HTTP can carry.

    Raises GatewayError for a header or a status that HTTP does not have.
    """
    if not 200 <= response.status <= 599:
        raise internal_error(f"The status {response.status} is not one of a response.", status=502)
    headers = []
    for name, value in response.headers:
        if name.lower() in (*_NOT_PASSED_ON, _WORKER_SCOPE):
            continue
        if not _HEADER_NAME.fullmatch(name) or any(letter in value for letter in "\r\n\0"):
            raise internal_error(f"The header {name!r} of the response is invalid.", status=502)
        headers.append((name, value.encode("latin-1", "replace").decode("latin-1")))
    body = b"" if response.status in _WITHOUT_BODY else response.body
    return ApiResponse(response.status, tuple(headers), body)


def forwardable_headers(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Returns the headers that a proxy passes on: not those of a connection, nor the Host."""
    return tuple(pair for pair in headers if pair[0].lower() not in (*_NOT_PASSED_ON, "host"))


def grouped_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Returns all values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def last_of_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Returns the last value of each name."""
    return dict(pairs)


def joined_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Returns the values of each name, with commas between them."""
    return {name: ",".join(values) for name, values in grouped_pairs(pairs).items()}


def titled_header(name: str) -> str:
    """Returns a header's name as it is usually written: Content-Type."""
    return "-".join(part.capitalize() for part in name.split("-"))


def is_media_type(type: str, accepted: Sequence[str]) -> bool:
    """Whether a media type is one of these; "*/*" and "image/*" stand for many."""
    whole, _, _ = type.partition(";")
    main = whole.strip().lower().partition("/")[0]
    return any(
        given.lower() in ("*/*", whole.strip().lower(), f"{main}/*") or given == "*~1*" for given in accepted
    )
