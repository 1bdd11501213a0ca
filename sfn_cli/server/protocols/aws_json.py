"""AWS JSON 1.0 and 1.1: the protocol of Step Functions, CloudWatch Logs, EventBridge and others.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
The header X-Amz-Target names the operation: "AWSStepFunctions.StartExecution".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.errors import ApiError
from sfn_cli.json_text import NotJson, read_json
from sfn_cli.jsonvalue import Json, dumps
from sfn_cli.server.messages import HttpRequest, HttpResponse, message_with_request_id
from sfn_cli.server.unsupported import unsupported_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Operation

TARGET = "x-amz-target"
TRACE = "x-amzn-trace-id"
SERVICES = {
    "AWSStepFunctions": "stepfunctions",
    "Logs_20140328": "logs",
    "AWSEvents": "events",
    "CloudApiService": "cloudcontrol",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
}
"""The supported services, by the first part of X-Amz-Target."""


def aws_json_operation(request: HttpRequest) -> Operation:
    """Returns the operation that X-Amz-Target names. Raises ApiError UnknownOperationException."""
    prefix, _, name = request.headers[TARGET].rpartition(".")
    service = SERVICES.get(prefix)
    try:
        if service is not None:
            return model.load_model(service, name)
    except KeyError:
        pass
    raise unsupported_request(f"the operation {request.headers[TARGET]}", request)


def aws_json_content_type(request: HttpRequest) -> str:
    """Returns the content type of the request's protocol version, for a response that fails."""
    return f"application/x-amz-json-{'1.1' if '1.1' in request.headers.get('content-type', '') else '1.0'}"


def read_aws_json_request(operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """Returns the operation's request. Raises ApiError SerializationException.

    For traceHeader in StartExecution and StartSyncExecution, AWS prefers the HTTP header.
    """
    members: dict[str, Any] = shapes.shape_from_wire(operation.input, json_body(request.body))
    if "traceHeader" in operation.input["members"] and TRACE in request.headers:
        members["traceHeader"] = request.headers[TRACE]
    return members


def json_body(body: bytes) -> Json:
    """Parses a body; an empty one is {}. Raises ApiError SerializationException."""
    try:
        return read_json(body.decode()) if body.strip() else {}
    except UnicodeDecodeError:
        raise ApiError("SerializationException", "The body is not UTF-8.") from None
    except NotJson as error:
        raise ApiError("SerializationException", error.message) from None


def aws_json_response(operation: Operation, answer: Mapping[str, Any]) -> HttpResponse:
    headers = message_with_request_id({"Content-Type": f"application/x-amz-json-{operation.json_version}"})
    return HttpResponse(200, headers, dumps(shapes.shape_to_wire(operation.output, answer)).encode())
