"""AWS's query protocol and its XML: that of STS and CloudFormation, and of many services not served.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
The operation is the Action of a form (or of the query). Responses and errors are XML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sfn_cli.api import model
from sfn_cli.server import signature
from sfn_cli.server.messages import HttpRequest, HttpResponse, describe_error_message
from sfn_cli.server.protocols.query_xml import query_members_xml, query_text_xml
from sfn_cli.server.unsupported import unsupported_request
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.errors import SfnError

FORM = "application/x-www-form-urlencoded"
_CONTENT_TYPE = "text/xml"
SERVICES = {"2011-06-15": "sts", "2010-05-15": "cloudformation"}
"""The supported services, by the Version in their requests."""

_CODES = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "IncompleteSignatureException": "IncompleteSignature",
    "UnknownOperationException": "InvalidAction",
    "ValidationException": "ValidationError",
    "SerializationException": "MalformedInput",
}
"""This protocol's names of errors that have different names in the others."""


def is_aws_query(request: HttpRequest) -> bool:
    """Whether a request is in this protocol, or for S3, whose errors are XML too."""
    is_form = request.headers.get("content-type", "").startswith(FORM) or "Action=" in request.query
    return (request.path == "/" and is_form) or signature.service_signed_for(request) == "s3"


def aws_query_form(request: HttpRequest) -> dict[str, str]:
    """Returns the form that a request consists of."""
    sent = request.body.decode("utf-8", "replace") or request.query
    return dict(parse_qsl(sent, keep_blank_values=True))


def aws_query_operation(form: Mapping[str, str], request: HttpRequest) -> Operation:
    """Returns the operation that a request's form calls. Raises ApiError UnknownOperationException."""
    action, service = form.get("Action", ""), SERVICES.get(form.get("Version", ""))
    if service is None or action not in model.model_operation_names(service):
        raise unsupported_request(
            f"the action {action}" if action else f"{request.method} {request.path}", request
        )
    return model.load_model(service, action)


def aws_query_response(operation: Operation, answer: Mapping[str, Any]) -> HttpResponse:
    """Returns the operation's response; one without output has no element for the result."""
    members = query_members_xml(operation.output, answer)
    has_output = "name" in operation.output
    result = f"<{operation.name}Result>{members}</{operation.name}Result>" if has_output else ""
    request_id = random_uuid()
    body = (
        f'<{operation.name}Response xmlns="{operation.xml_namespace}">{result}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
    )
    return _aws_query_xml_response(200, request_id, body)


def aws_query_error_response(error: SfnError) -> HttpResponse:
    """Returns an error in the protocol's form, which clients of S3 and EC2 read as well."""
    code, status, _ = describe_error_message(error)
    request_id = random_uuid()
    fault = f"<Code>{_CODES.get(code, code)}</Code><Message>{query_text_xml(str(error))}</Message>"
    body = (
        f"<ErrorResponse><Error><Type>{'Sender' if status < 500 else 'Receiver'}</Type>{fault}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _aws_query_xml_response(status, request_id, body)


def _aws_query_xml_response(status: int, request_id: str, body: str) -> HttpResponse:
    headers: Mapping[str, str] = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": request_id}
    return HttpResponse(status, headers, body.encode("utf-8", "replace"))
