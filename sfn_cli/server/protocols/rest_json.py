"""REST-JSON, the protocol of Lambda, Scheduler and Pipes: method and path name the operation.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
The model says where each member is ("location"): in the path, the query, a header, or, with none,
in the JSON body; a structure's "payload" is the member that is the body itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote

from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.arn import service_in_arn
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps
from sfn_cli.server.messages import (
    HttpRequest,
    HttpResponse,
    describe_error_message,
    error_message_response,
    message_with_request_id,
)
from sfn_cli.server.protocols.aws_json import json_body
from sfn_cli.server.protocols.event_stream import CONTENT_TYPE as EVENT_STREAM_TYPE
from sfn_cli.server.protocols.event_stream import event_stream_body
from sfn_cli.server.unsupported import unsupported_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.model import Operation, Shape
    from sfn_cli.errors import SfnError

CONTENT_TYPE = "application/json"
SERVICES = ("lambda", "scheduler", "pipes")
"""The supported services. Where two have the same path, an ARN in it says which is meant."""

LAMBDA_PATH = re.compile(r"/20\d\d-\d\d-\d\d/")
"""Paths of Lambda begin with the version of its API."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


class RestRoute(NamedTuple):
    """A method and a path; a segment in braces ("{FunctionName}") is a member."""

    method: str
    segments: Sequence[str]
    operation: Operation

    def matches(self, method: str, segments: Sequence[str]) -> bool:
        return (
            method == self.method
            and len(segments) == len(self.segments)
            and all(
                mine.startswith("{") or mine == given
                for mine, given in zip(self.segments, segments, strict=True)
            )
        )


@cache
def _rest_json_routes() -> list[RestRoute]:
    """Returns the routes of all services, from the model: a file for each operation."""
    operations = (
        model.load_model(service, name)
        for service in SERVICES
        for name in model.model_operation_names(service)
    )
    return [
        RestRoute(operation.http["method"], _rest_json_path_segments(operation.http["uri"]), operation)
        for operation in operations
    ]


def find_rest_json_route(request: HttpRequest) -> RestRoute:
    """Finds the route of a request. Raises ApiError UnknownOperationException with status 404."""
    segments = _rest_json_path_segments(request.path)
    routes = [route for route in _rest_json_routes() if route.matches(request.method, segments)]
    if routes:
        service = service_in_arn(unquote(segments[-1]))
        return next((route for route in routes if route.operation.service == service), routes[0])
    raise unsupported_request(f"{request.method} {request.path}", request, status=404)


def read_rest_json_request(route: RestRoute, request: HttpRequest) -> dict[str, Any]:
    """Returns the operation's request. Raises ApiError SerializationException."""
    shape = route.operation.input
    payload = shape.get("payload")
    members: dict[str, Any]
    if payload is None:
        members = shapes.shape_from_wire(shape, json_body(request.body))
    elif shape["members"][payload]["type"] == "blob":
        members = {payload: request.body}
    else:
        members = {payload: shapes.shape_from_wire(shape["members"][payload], json_body(request.body))}
    for mine, given in zip(route.segments, _rest_json_path_segments(request.path), strict=True):
        if mine.startswith("{"):
            members[mine.strip("{}")] = unquote(given)
    query = parse_qs(request.query, keep_blank_values=True)
    for member, member_shape in shape["members"].items():
        name = member_shape.get("locationName", member)
        location = member_shape.get("location")
        found = (
            query.get(name, [])
            if location == "querystring"
            else request.headers.getlist(name)
            if location == "header"
            else []
        )
        if found and member_shape["type"] == "list":
            members[member] = [_read_rest_json_text(member_shape["member"], text) for text in found]
        elif found:
            members[member] = _read_rest_json_text(member_shape, found[-1])
    return members


def rest_json_response(operation: Operation, answer: Mapping[str, Any]) -> HttpResponse:
    shape = operation.output
    status = operation.http.get("status", 200)
    headers = {"Content-Type": CONTENT_TYPE}
    in_body = {}
    for member, member_shape in shape["members"].items():
        value = answer.get(member)
        location = member_shape.get("location")
        if value is None:
            continue
        if location == "header":
            headers[member_shape.get("locationName", member)] = str(value)
        elif location == "statusCode":
            status = value
        else:
            in_body[member] = value
    if "payload" in shape:
        body = in_body.get(shape["payload"], b"")
        if shape["members"][shape["payload"]].get("eventstream"):
            body = event_stream_body(shape["members"][shape["payload"]], body)
            headers["Content-Type"] = EVENT_STREAM_TYPE
    else:
        body = b"" if status == 204 else dumps(shapes.shape_to_wire(shape, in_body)).encode()
    # An invocation has the id that its function, its log and its client see.
    request_id = getattr(answer, "request_id", None)
    return HttpResponse(status, message_with_request_id(headers, request_id), body)


def rest_json_error_response(head: HttpRequest, error: SfnError) -> HttpResponse:
    """Returns an error; Lambda's have a Type, and say what is missing in Message, not message."""
    code, status, members = describe_error_message(error)
    if code in _NOT_LAMBDAS_OWN or not LAMBDA_PATH.match(head.path):
        return error_message_response(error, CONTENT_TYPE)
    headers = message_with_request_id({"Content-Type": CONTENT_TYPE, "x-amzn-ErrorType": code})
    text = "Message" if code == "ResourceNotFoundException" else "message"
    body = {"Type": "User" if status < 500 else "Service", text: str(error), **members}
    return HttpResponse(status, headers, dumps(body).encode("utf-8", "replace"))


_NOT_LAMBDAS_OWN = frozenset(
    {
        "ValidationException", "SerializationException", "AccessDeniedException", "InternalFailure",
        "UnknownOperationException", "UnrecognizedClientException", "InvalidSignatureException",
        "MissingAuthenticationTokenException", "InvalidClientTokenId", "BadRequestException",
        "MethodNotAllowedException", "RequestEntityTooLargeException", "IncompleteSignatureException",
    }
)  # fmt: skip
"""Errors that Lambda's front end reports."""


def _rest_json_path_segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _read_rest_json_text(shape: Shape, text: str) -> Any:
    """Parses a member's value from the query or a header."""
    kind = shape["type"]
    if kind in ("integer", "long"):
        # Python's int() also reads "1_000", " 1" and the digits of every script.
        if not _INTEGER.fullmatch(text):
            raise ApiError("SerializationException", f"'{text}' can not be converted to an Integer")
        return int(text)
    return text == "true" if kind == "boolean" else text
