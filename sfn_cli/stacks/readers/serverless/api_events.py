"""The events `http` and `httpApi` of functions and machines, as parts of the service's APIs.

https://www.serverless.com/framework/docs/providers/aws/events/apigateway
https://www.serverless.com/framework/docs/providers/aws/events/http-api
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

API_EVENTS = ("http", "httpApi")

_REST, _HTTP = "ApiGatewayRestApi", "HttpApi"
_REGION = "arn:aws:apigateway:${AWS::Region}"
_ALLOWED_HEADERS = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent"


def api_event_resources(
    events: Any, key: str, target: Mapping[str, Any], stage: str, *, is_function: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the routes of a function's or a machine's `events`, by logical id.

    `target` is the ARN of the function or machine, and `key` its name in logical ids.
    """
    for event in events if isinstance(events, list) else ():
        kind, settings = next(iter(event.items())) if isinstance(event, dict) and event else (event, None)
        if kind not in API_EVENTS:
            continue
        given = _event_settings(settings)
        method, path = given["method"], given["path"]
        if kind == "httpApi":
            if is_function:
                yield from _http_route(key, target, method, path)
        else:
            yield "ApiGatewayStage", _part("ApiGateway::Stage", "RestApiId", _REST, {"StageName": stage})
            yield from _rest_method(target, given, is_function=is_function)


def _event_settings(settings: Any) -> dict[str, Any]:
    """Returns an event's settings; "GET /orders" and "*" are short forms."""
    given = dict(settings) if isinstance(settings, dict) else {}
    if isinstance(settings, str):
        first, _, rest = settings.strip().partition(" ")
        given = {"method": first, "path": rest.strip()} if rest else {"method": "*", "path": first}
    method, path = str(given.get("method") or "*").upper(), str(given.get("path") or "*")
    return {**given, "method": "ANY" if method == "*" else method, "path": path.strip("/")}


def _part(type: str, api_property: str, api: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::{type}", "Properties": {api_property: {"Ref": api}, **properties}}


def _http_route(
    key: str, target: Mapping[str, Any], method: str, path: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "HttpApiStage", _part("ApiGatewayV2::Stage", "ApiId", _HTTP, {"StageName": "$default"})
    integration = {"IntegrationType": "AWS_PROXY", "IntegrationUri": target, "PayloadFormatVersion": "2.0"}
    yield f"HttpApiIntegration{key}", _part("ApiGatewayV2::Integration", "ApiId", _HTTP, integration)
    is_default = path == "*"
    name = "Default" if is_default else f"{method.capitalize()}{_path_name(path)}"
    route = {
        "RouteKey": "$default" if is_default else f"{method} /{path}",
        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"HttpApiIntegration{key}"}]]},
    }
    yield f"HttpApiRoute{name}", _part("ApiGatewayV2::Route", "ApiId", _HTTP, route)


def _rest_method(
    target: Mapping[str, Any], given: Mapping[str, Any], *, is_function: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    parent: dict[str, Any] = {"Fn::GetAtt": [_REST, "RootResourceId"]}
    whole = ""
    for segment in filter(None, given["path"].split("/")):
        whole += f"/{segment}"
        logical_id = f"ApiGatewayResource{_path_name(whole)}"
        resource = {"ParentId": parent, "PathPart": segment}
        yield logical_id, _part("ApiGateway::Resource", "RestApiId", _REST, resource)
        parent = {"Ref": logical_id}
    integration = (
        {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": {
                "Fn::Sub": [
                    f"{_REGION}:lambda:path/2015-03-31/functions/${{Arn}}/invocations",
                    {"Arn": target},
                ]
            },
        }
        if is_function
        else _machine_integration(target, str(given.get("action") or "StartExecution"))
    )
    method = given["method"]
    base = {"ResourceId": parent, "AuthorizationType": "NONE"}
    properties = {
        **base,
        "HttpMethod": method,
        "ApiKeyRequired": bool(given.get("private")),
        "Integration": integration,
    }
    name = _path_name(whole)
    yield (
        f"ApiGatewayMethod{name}{method.capitalize()}",
        _part("ApiGateway::Method", "RestApiId", _REST, properties),
    )
    if given.get("cors") and method != "OPTIONS":
        options = {**base, "HttpMethod": "OPTIONS", "Integration": _preflight_mock(method)}
        yield f"ApiGatewayMethod{name}Options", _part("ApiGateway::Method", "RestApiId", _REST, options)


def _machine_integration(machine: Mapping[str, Any], action: str) -> dict[str, Any]:
    template = '{"input": "$util.escapeJavaScript($input.json(\'$\'))", "stateMachineArn": "${Machine}"}'
    return {
        "Type": "AWS",
        "IntegrationHttpMethod": "POST",
        "Uri": {"Fn::Sub": f"{_REGION}:states:action/{action}"},
        "PassthroughBehavior": "NEVER",
        "RequestTemplates": {
            type: {"Fn::Sub": [template, {"Machine": machine}]}
            for type in ("application/json", "application/x-www-form-urlencoded")
        },
        "IntegrationResponses": [
            {"StatusCode": 200, "SelectionPattern": "200"},
            {"StatusCode": 400, "SelectionPattern": "400"},
        ],
    }


def _preflight_mock(method: str) -> dict[str, Any]:
    header = "method.response.header.Access-Control-Allow-"
    parameters = {
        f"{header}Origin": "'*'",
        f"{header}Headers": f"'{_ALLOWED_HEADERS}'",
        f"{header}Methods": f"'OPTIONS,{method}'",
    }
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [{"StatusCode": 200, "ResponseParameters": parameters}],
    }


def _path_name(path: str) -> str:
    """Returns a path in a logical id: "/orders/{id}" is OrdersIdVar."""
    words = [
        f"{segment.strip('{}+')}Var" if segment.startswith("{") else segment
        for segment in path.strip("/").split("/")
    ]
    letters = [re.sub(r"[^0-9A-Za-z]", "", word) for word in words]
    return "".join(word[:1].upper() + word[1:] for word in letters)
