"""HTTP requests and responses that a protocol reads and writes as a whole, and their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ApiError, SfnError, UsageError
from sfn_cli.jsonvalue import dumps
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import Headers


class HttpRequest(NamedTuple):
    """A request; `path` and `query` are as they were sent (percent-encoded).

    Header names are in lower case.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes


class HttpResponse(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes
    further_headers: Sequence[tuple[str, str]] = ()
    """Further values of a name, such as a second Set-Cookie."""


def message_with_request_id(headers: Mapping[str, str], request_id: str | None = None) -> dict[str, str]:
    return {**headers, "x-amzn-RequestId": request_id or random_uuid()}


def error_message_response(error: SfnError, content_type: str) -> HttpResponse:
    """Returns an error as AWS's clients read it: the code in the body and in a header."""
    code, status, members = describe_error_message(error)
    headers = message_with_request_id({"Content-Type": content_type, "x-amzn-ErrorType": code})
    body = {"__type": code, "message": str(error), **members}
    return HttpResponse(status, headers, dumps(body).encode("utf-8", "replace"))


def describe_error_message(error: SfnError) -> tuple[str, int, Mapping[str, Any]]:
    """Returns the code, the HTTP status and the further members of an error's response."""
    if isinstance(error, ApiError):
        return error.code, error.status, error.members
    if isinstance(error, UsageError):
        return "ValidationException", 400, {}
    return "InternalFailure", 500, {}
