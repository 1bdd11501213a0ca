"""The events that functions of APIs receive, and the responses that they return.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.context import http_context, rest_context
from sfn_cli.server.apis.messages import (
    JSON_TYPE,
    ApiResponse,
    GatewayError,
    grouped_pairs,
    internal_error,
    is_media_type,
    joined_pairs,
    last_of_pairs,
    titled_header,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.messages import ApiRequest, Pairs

_TEXT_TYPES = (
    "application/json", "application/javascript", "application/xml", "application/graphql",
    "application/x-ndjson",
)  # fmt: skip


def function_event(call: ApiCall, payload_format: str) -> dict[str, Json]:
    """Returns the event of a proxy integration."""
    return _event_2(call) if payload_format.startswith("2") else _event_1(call)


def _event_1(call: ApiCall) -> dict[str, Json]:
    request = call.request
    headers = [(titled_header(name), value) for name, value in forwarded_headers(request)]
    body, is_base64 = _event_body(call)
    path = request.path if call.api.protocol == "REST" else unquote(request.stage_path)
    return {
        **({"version": "1.0"} if call.api.protocol == "HTTP" else {}),
        "resource": call.matched.route.path,
        "path": path,
        "httpMethod": request.method,
        "headers": last_of_pairs(headers),
        "multiValueHeaders": grouped_pairs(headers),
        "queryStringParameters": last_of_pairs(request.query_pairs) or None,
        "multiValueQueryStringParameters": grouped_pairs(request.query_pairs) or None,
        "pathParameters": call.path_variables or None,
        "stageVariables": dict(call.stage_variables) or None,
        "requestContext": rest_context(call),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _event_2(call: ApiCall) -> dict[str, Json]:
    request = call.request
    cookies = [
        cookie.strip()
        for name, value in request.headers
        if name == "cookie"
        for cookie in value.split(";")
        if cookie.strip()
    ]
    headers = [pair for pair in forwarded_headers(request) if pair[0] != "cookie"]
    body, is_base64 = _event_body(call)
    event: dict[str, Json] = {
        "version": "2.0",
        "routeKey": call.matched.route.key,
        "rawPath": unquote(request.stage_path),
        "rawQueryString": request.query,
        "headers": joined_pairs(headers),
        "requestContext": http_context(call),
        "isBase64Encoded": is_base64,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = joined_pairs(request.query_pairs)
    if call.path_variables:
        event["pathParameters"] = call.path_variables
    if call.stage_variables:
        event["stageVariables"] = dict(call.stage_variables)
    if body is not None:
        event["body"] = body
    return event


def forwarded_headers(request: ApiRequest) -> Pairs:
    """Returns the request's headers with those that API Gateway adds."""
    host = request.header("host") or ""
    port = host.rpartition(":")[2] if ":" in host else "80"
    added = {
        "x-amzn-trace-id": f"Root=1-{request.at // 1000:08x}-{request.id.replace('-', '')[:24]}",
        "x-forwarded-for": request.source_ip,
        "x-forwarded-port": port,
        "x-forwarded-proto": "http",
    }
    names = {name for name, _ in request.headers}
    return request.headers + tuple(pair for pair in added.items() if pair[0] not in names)


def _event_body(call: ApiCall) -> tuple[str | None, bool]:
    """Returns the body of an event, and whether it is base64."""
    request = call.request
    if not request.body:
        return None, False
    if call.api.protocol == "REST":
        is_binary = is_media_type(request.content_type, call.api.binary_types)
    else:
        is_binary = not _is_text(request)
    if is_binary:
        return base64.b64encode(request.body).decode(), True
    return request.text, False


def _is_text(request: ApiRequest) -> bool:
    type = request.content_type
    if not type:
        try:
            request.body.decode()
        except UnicodeDecodeError:
            return False
        return True
    return type.startswith("text/") or type in _TEXT_TYPES or type.endswith(("+json", "+xml"))


def function_response(call: ApiCall, payload_format: str, payload: Json) -> ApiResponse:
    """Returns the response that a function's answer describes. Raises GatewayError."""
    if payload_format.startswith("2"):
        if not isinstance(payload, dict) or "statusCode" not in payload:
            body = payload if isinstance(payload, str) else dumps(payload)
            return ApiResponse(200, (("Content-Type", JSON_TYPE),), body.encode("utf-8", "replace"))
    elif not isinstance(payload, dict):
        raise _malformed("it is not an object")
    headers = [
        (name, _header_text(value)) for name, value in _members(payload, "headers") if value is not None
    ]
    many = [
        (name, _header_text(value))
        for name, values in _members(payload, "multiValueHeaders")
        for value in (values if isinstance(values, list) else [values])
    ]
    names = {name.lower() for name, _ in many}
    headers = [pair for pair in headers if pair[0].lower() not in names] + many
    headers += [("Set-Cookie", str(cookie)) for cookie in _cookies(payload)]
    response = ApiResponse(_response_status(payload), tuple(headers), _response_body(call, payload))
    if response.header("content-type") is None:
        default = "text/plain; charset=utf-8" if call.api.protocol == "HTTP" else JSON_TYPE
        response = response.with_headers([("Content-Type", default)])
    return response


def streamed_response(content: bytes) -> ApiResponse | None:
    """Returns the response of a handler that used HttpResponseStream; None if it did not.

    Its status, headers and cookies are JSON text before the body, and eight zeros end them.
    """
    head, end, body = content.partition(_PRELUDE_END)
    if not end:
        return None
    try:
        prelude = loads(head.decode())
    except ValueError:
        return None
    if not isinstance(prelude, dict):
        return None
    headers = [(name, _header_text(value)) for name, value in _members(prelude, "headers")]
    headers += [("Set-Cookie", str(cookie)) for cookie in _cookies(prelude)]
    response = ApiResponse(_response_status({"statusCode": 200, **prelude}), tuple(headers), body)
    if response.header("content-type") is None:
        response = response.with_headers([("Content-Type", "application/octet-stream")])
    return response


_PRELUDE_END = bytes(8)


def _members(payload: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    given = payload.get(name)
    if given is None:
        return []
    if not isinstance(given, dict):
        raise _malformed(f"{name} is not an object")
    return list(given.items())


def _cookies(payload: Mapping[str, Any]) -> list[Any]:
    given = payload.get("cookies") or []
    if not isinstance(given, list):
        raise _malformed("cookies is not a list")
    return given


def _header_text(value: Json) -> str:
    return value if isinstance(value, str) else dumps(value)


def _response_status(payload: Mapping[str, Any]) -> int:
    status = payload.get("statusCode", 200 if "body" in payload and "headers" in payload else None)
    try:
        return int(status)
    except (TypeError, ValueError, OverflowError):
        raise _malformed("statusCode is not a number") from None


def _response_body(call: ApiCall, payload: Mapping[str, Any]) -> bytes:
    body = payload.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        if call.api.protocol == "REST":
            raise _malformed("body is not a string")
        body = dumps(body)
    if payload.get("isBase64Encoded") is not True or not _is_decoded(call, payload):
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("body is not base64") from None


def _is_decoded(call: ApiCall, payload: Mapping[str, Any]) -> bool:
    """Whether a base64 body is decoded: in a REST API, for the media types that it lists."""
    if call.api.protocol != "REST":
        return True
    types = call.api.binary_types
    accepted = (call.request.header("accept") or "").partition(",")[0]
    sent = next(
        (str(value) for name, value in _members(payload, "headers") if name.lower() == "content-type"), ""
    )
    return is_media_type(accepted, types) or is_media_type(sent, types)


def _malformed(why: str) -> GatewayError:
    return internal_error(f"The function's response is malformed: {why}.", status=502)
