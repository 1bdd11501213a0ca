"""AWS's query protocol and its XML, which STS speaks, and many services that are not served.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
The operation is the Action of a form (or of the query). Answers and errors are XML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sfn_cli.api.names import new_uuid
from sfn_cli.server import minimum, signature
from sfn_cli.server.messages import HttpRequest, HttpResponse, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.errors import SfnError
    from sfn_cli.settings import Settings

FORM = "application/x-www-form-urlencoded"
_CONTENT_TYPE = "text/xml"
_SERVICES = {"2011-06-15": minimum.STS}
"""The services that are answered, by the Version that their requests have."""

_NAMESPACES = {minimum.STS: "https://sts.amazonaws.com/doc/2011-06-15/"}

_CODES = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "IncompleteSignatureException": "IncompleteSignature",
    "UnknownOperationException": "InvalidAction",
}
"""This protocol's names of errors that the others name otherwise."""


def is_asked(request: HttpRequest) -> bool:
    """Whether a request is in this protocol, or is one for S3, whose errors are XML, too."""
    is_form = request.headers.get("content-type", "").startswith(FORM) or "Action=" in request.query
    return (request.path == "/" and is_form) or signature.service_signed_for(request) == "s3"


def answer(request: HttpRequest, settings: Settings) -> HttpResponse:
    """The answer to one of `minimum.QUERIES`. Raises ApiError for every other Action."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")) or parse_qsl(request.query))
    action, service = form.get("Action", ""), _SERVICES.get(form.get("Version", ""))
    find = minimum.QUERIES.get((service, action))
    if find is None or service is None:
        raise minimum.not_served(f"the action {action}" if action else f"{request.method} {request.path}", request)
    members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in find(settings).items())
    request_id = new_uuid()
    body = (
        f'<{action}Response xmlns="{_NAMESPACES[service]}"><{action}Result>{members}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    return _response(200, request_id, body)


def error_response(error: SfnError) -> HttpResponse:
    """An error in the protocol's form, which clients of S3 and EC2 read as well."""
    code, status, _ = shown(error)
    request_id = new_uuid()
    fault = f"<Code>{_CODES.get(code, code)}</Code><Message>{escape(str(error))}</Message>"
    body = (
        f"<ErrorResponse><Error><Type>{'Sender' if status < 500 else 'Receiver'}</Type>{fault}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _response(status, request_id, body)


def _response(status: int, request_id: str, body: str) -> HttpResponse:
    headers: Mapping[str, str] = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": request_id}
    return HttpResponse(status, headers, body.encode("utf-8", "replace"))
