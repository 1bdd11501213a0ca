"""AWS JSON 1.0 and 1.1, which Step Functions, CloudWatch Logs and EventBridge speak.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
The operation is named by the header X-Amz-Target: "AWSStepFunctions.StartExecution".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.errors import ApiError
from sfn_cli.json_text import NotJson, read
from sfn_cli.jsonvalue import Json, dumps
from sfn_cli.server.messages import HttpRequest, HttpResponse, with_request_id
from sfn_cli.server.unsupported import not_served

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation

TARGET = "x-amz-target"
TRACE = "x-amzn-trace-id"
_SERVICES = {"AWSStepFunctions": "stepfunctions", "Logs_20140328": "logs", "AWSEvents": "events"}


def operation_of(request: HttpRequest) -> Operation:
    """The operation that X-Amz-Target names. Raises ApiError UnknownOperationException."""
    prefix, _, name = request.headers[TARGET].rpartition(".")
    service = _SERVICES.get(prefix)
    try:
        if service is not None:
            return model.load(service, name)
    except KeyError:
        pass
    raise not_served(f"the operation {request.headers[TARGET]}", request)


def content_type_of(request: HttpRequest) -> str:
    """The version of the protocol of the request, and of its response when it fails."""
    return f"application/x-amz-json-{'1.1' if '1.1' in request.headers.get('content-type', '') else '1.0'}"


def read_request(operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """The operation's request. Raises ApiError SerializationException.

    Of StartExecution's and StartSyncExecution's traceHeader, AWS prefers what stands in the HTTP header.
    """
    members: dict[str, Any] = shapes.from_wire(operation.input, json_body(request.body))
    if "traceHeader" in operation.input["members"] and TRACE in request.headers:
        members["traceHeader"] = request.headers[TRACE]
    return members


def json_body(body: bytes) -> Json:
    """The value of a body, where nothing means {}. Raises ApiError SerializationException."""
    try:
        return read(body.decode()) if body.strip() else {}
    except UnicodeDecodeError:
        raise ApiError("SerializationException", "The body is not UTF-8.") from None
    except NotJson as error:
        raise ApiError("SerializationException", error.message) from None


def response(operation: Operation, answer: dict[str, Any]) -> HttpResponse:
    headers = with_request_id({"Content-Type": f"application/x-amz-json-{operation.json_version}"})
    return HttpResponse(200, headers, dumps(shapes.to_wire(operation.output, answer)).encode())
