"""Mapping templates: `$input`, `$util`, `$context`, `$stageVariables`, and parameter mappings."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.api.apigateway.matching import MatchedRoute
from sfn_cli.api.apigateway.served import ApiRoute, ServedApi
from sfn_cli.server.apis.context import ApiCall
from sfn_cli.server.apis.mapping.http_parameters import http_parameter_value
from sfn_cli.server.apis.mapping.parameters import mapped_request_value, mapped_response_value
from sfn_cli.server.apis.mapping.templates import MappingTemplates
from sfn_cli.server.apis.messages import ApiRequest, ApiResponse, GatewayError

BODY = '{"id": 7, "who": {"name": "O\'Neil \\"x\\""}, "list": [1, {"a": true}], "empty": ""}'
API = ServedApi("abc", "shop", "REST", [], {"dev": {"shop": "Corner"}})
REQUEST = ApiRequest(
    "request-1", "POST", "/orders/a%20b", "/dev/orders/a%20b", "x=1&x=2", (("x-who", "me"), ("host", "h")),
    BODY.encode(), "127.0.0.1", 1_795_849_507_846,
)  # fmt: skip
CALL = ApiCall(
    API, "dev", MatchedRoute(ApiRoute("POST", "/orders/{id}", None), {"id": "a%20b"}), REQUEST,
    "123456789012", "us-east-1", {"principalId": "p"},
)  # fmt: skip


@pytest.mark.parametrize(
    "template, text",
    [
        ("$input.body", BODY),
        ("$input.json('$.who')", '{"name":"O\'Neil \\"x\\""}'),
        (
            "$input.json('$.list[1].a') $input.json('$.list[*]') $input.json('$.gone')",
            'true [1,{"a":true}] ""',
        ),
        ("$input.path('$.id') $input.path('$.list').size() $input.path('$.gone')", "7 2 "),
        ("$util.escapeJavaScript($input.path('$.who.name'))", 'O\\\'Neil \\"x\\"'),
        ("$util.escapeJavaScript('a/é😀')", "a\\/\\u00E9\\uD83D\\uDE00"),
        ("$util.parseJson('{\"a\": [5]}').a[0]", "5"),
        ("$util.urlEncode('a b/c') $util.urlDecode('a+b%2Fc')", "a+b%2Fc a b/c"),
        ("$util.base64Encode('hi') $util.base64Decode('aGk=')", "aGk= hi"),
        ("$input.params('id') $input.params('x') $input.params('X-Who') $input.params('z')", "a%20b 2 me "),
        (
            "$input.params().path.id $input.params().querystring.x $input.params().header.get('x-who')",
            "a%20b 2 me",
        ),
        ("#foreach($p in $input.params().path.keySet())$p#end", "id"),
        (
            "$context.httpMethod $context.resourcePath $context.stage $context.apiId",
            "POST /orders/{id} dev abc",
        ),
        (
            "$context.identity.sourceIp $context.requestId $context.authorizer.principalId",
            "127.0.0.1 request-1 p",
        ),
        ("$context.requestTime $context.requestTimeEpoch", "28/Nov/2026:07:05:07 +0000 1795849507846"),
        ("$stageVariables.shop $stageVariables.get('shop')", "Corner Corner"),
    ],
)
def test_template(template: str, text: str) -> None:
    """What templates read of a request."""
    assert MappingTemplates(CALL).render(template, BODY) == text


@pytest.mark.parametrize("body, text", [("", "{} "), ("plain", '"plain" ')])
def test_bodies_that_are_no_json(body: str, text: str) -> None:
    """An empty body is an empty object; other text is a string."""
    assert MappingTemplates(CALL).render("$input.json('$') $input.path('$.a')", body) == text


@pytest.mark.parametrize(
    "template", ["$input.path('$.[')", "$util.parseJson('{')", "$util.base64Decode('a')", "$input.nope()"]
)
def test_failing_template(template: str) -> None:
    """A template that fails is API Gateway's error, with a line for the developer."""
    with pytest.raises(GatewayError, match="Internal server error") as failed:
        MappingTemplates(CALL).render(template, BODY)
    assert failed.value.cause.startswith("The mapping template failed: ")


@pytest.mark.parametrize(
    "source, value",
    [
        ("'static'", "static"),
        ("method.request.path.id", "a%20b"),
        ("method.request.querystring.x", "2"),
        ("method.request.multivaluequerystring.x", "1,2"),
        ("method.request.header.X-Who", "me"),
        ("method.request.body.who.name", 'O\'Neil "x"'),
        ("method.request.body.id", "7"),
        ("context.stage", "dev"),
        ("stageVariables.shop", "Corner"),
        ("method.request.header.Gone", None),
        ("context.gone.deep", None),
        ("nonsense", None),
    ],
)
def test_parameter_of_a_request(source: str, value: str | None) -> None:
    """The sources of a REST API's request parameters."""
    assert mapped_request_value(source, CALL, MappingTemplates(CALL).context) == value


@pytest.mark.parametrize(
    "source, value",
    [
        ("integration.response.header.X-One", "1"),
        ("integration.response.multivalueheader.x-one", "1"),
        ("integration.response.body.a[0]", "5"),
        ("integration.response.body", '{"a": [5]}'),
        ("'*'", "*"),
    ],
)
def test_parameter_of_a_response(source: str, value: str) -> None:
    """The sources of a REST API's response parameters."""
    response = ApiResponse(200, (("x-one", "1"),), b'{"a": [5]}')
    assert mapped_response_value(source, CALL, {}, response) == value


@pytest.mark.parametrize(
    "source, value",
    [
        ("$request.body", BODY),
        ("$request.body.who.name", 'O\'Neil "x"'),
        ("$request.querystring.x", "1,2"),
        ("$request.path", "/orders/a%20b"),
        ("$request.path.id", "a%20b"),
        ("id-${request.path.id}-${stageVariables.shop}", "id-a%20b-Corner"),
        ("$context.stage", "dev"),
        ("$response.header.X-One", "1"),
        ("$response.body.a", "5"),
        ("static $5", "static $5"),
        ("$request.header.gone", None),
    ],
)
def test_parameter_of_an_http_api(source: str, value: Any) -> None:
    """The sources of an HTTP API's parameters."""
    response = ApiResponse(200, (("x-one", "1"),), b'{"a": 5}')
    assert http_parameter_value(source, CALL, MappingTemplates(CALL).context, response) == value
