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
    from sfn_cli.errors import SfnError


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
        else error_message_response(error, rest_json.CONTENT_TYPE)
    )
