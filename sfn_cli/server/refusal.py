"""The response to a request that is refused, in the request's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.aws.cbor_errors import CBOR_PROTOCOL, CBOR_TYPE, cbor_error
from sfn_cli.server.messages import (
    HttpRequest,
    HttpResponse,
    describe_error_message,
    error_message_response,
    message_with_request_id,
)
from sfn_cli.server.protocols import aws_json, aws_query, rest_json

if TYPE_CHECKING:
    from starlette.types import Send

    from sfn_cli.errors import SfnError
    from sfn_cli.server.bodies import Body

_TOO_SLOW = 408


def refusal_response(head: HttpRequest, error: SfnError) -> HttpResponse:
    """Returns the error in the protocol of the request."""
    if head.headers.get("smithy-protocol") == CBOR_PROTOCOL:
        code, status, _ = describe_error_message(error)
        headers = {"Content-Type": CBOR_TYPE, "Smithy-Protocol": CBOR_PROTOCOL}
        return HttpResponse(status, message_with_request_id(headers), cbor_error(code, str(error)))
    if aws_json.TARGET in head.headers:
        return error_message_response(error, aws_json.aws_json_content_type(head))
    return (
        aws_query.aws_query_error_response(error)
        if aws_query.is_aws_query(head)
        else rest_json.rest_json_error_response(head, error)
    )


async def send_refusal(answer: HttpResponse, body: Body, send: Send) -> None:
    """Responds to a request whose body will not be read, and closes the connection.

    First it reads and drops the rest of the body: the client may read the response only after
    sending it, and closing a connection with unread bytes discards the response (RFC 9112, 9.6).
    """
    # Imported here: an endpoint without the extra `serve` refuses requests, too (endpoint/refusing.py).
    from starlette.responses import Response

    response = Response(answer.body, answer.status, {**answer.headers, "Connection": "close"})
    await send(
        {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if answer.status != _TOO_SLOW:
        await body.drop()
    await send({"type": "http.response.body"})
