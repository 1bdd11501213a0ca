"""OpenAPI documents of APIs: routes, authorizers, validators, and what they refer to."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.api.apigateway.catalog import served_api
from sfn_cli.api.apigateway.served import Cors, ServedApi
from sfn_cli.store.records.apis.parts import ApiPart

MOCK = {"x-amazon-apigateway-integration": {"type": "mock"}}


def rest_api(body: dict[str, Any]) -> ServedApi:
    api = served_api([ApiPart("a", "AWS::ApiGateway::RestApi", "a", {"Body": body})])
    assert api is not None
    return api


def http_api(body: dict[str, Any], **properties: Any) -> ServedApi:
    api = served_api([ApiPart("a", "AWS::ApiGatewayV2::Api", "a", {"Body": body, **properties})])
    assert api is not None
    return api


def test_routes() -> None:
    """Methods, any method, and a path item elsewhere in the document; other members are no methods."""
    body = {
        "paths": {
            "/a": {"get": MOCK, "x-amazon-apigateway-any-method": MOCK, "parameters": [], "summary": "x"},
            "/b": {"$ref": "#/components/x-paths/b"},
            "/c": {"$ref": "#/nowhere"},
            "/d": None,
        },
        "components": {"x-paths": {"b": {"post": MOCK}}},
    }
    assert [route.key for route in rest_api(body).routes] == ["GET /a", "ANY /a", "POST /b"]


@pytest.mark.parametrize(
    "security, kind, needs_key",
    [
        ([{"function": []}], "CUSTOM", False),
        ([{"iam": []}], "AWS_IAM", False),
        ([{"key": []}], "NONE", True),
        ([{"function": [], "key": []}], "CUSTOM", True),
        ([{"gone": []}], "NONE", False),
        (None, "NONE", False),
    ],
)
def test_security(security: Any, kind: str, needs_key: bool) -> None:
    """Security schemes are authorizers, API keys or signatures."""
    header = {"type": "apiKey", "in": "header", "name": "Authorization"}
    body = {
        "paths": {"/": {"get": {**MOCK, "security": security}}},
        "securityDefinitions": {
            "function": {
                **header,
                "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "f"},
            },
            "iam": {**header, "x-amazon-apigateway-authtype": "awsSigv4"},
            "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        },
    }
    (route,) = rest_api(body).routes
    assert (route.authorization_type, route.needs_api_key) == (kind, needs_key)
    if kind == "CUSTOM":
        assert route.authorizer is not None
        assert route.authorizer.identity_sources == ["method.request.header.Authorization"]


def test_validation() -> None:
    """A validator names what is checked; schemas may refer to the document."""
    body = {
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True},
            "none": {},
        },
        "paths": {
            "/": {
                "parameters": [{"in": "query", "name": "page", "required": True}],
                "post": {
                    **MOCK,
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
                    },
                },
                "get": {**MOCK, "x-amazon-apigateway-request-validator": "none"},
            }
        },
        "components": {"schemas": {"Order": {"type": "object"}}},
    }
    post, get = sorted(rest_api(body).routes, key=lambda route: route.method, reverse=True)
    assert post.validation.parameters == ["method.request.querystring.page"]
    schema = post.validation.models["application/json"]
    assert schema["$ref"] == "#/components/schemas/Order"
    assert schema["components"] == body["components"]
    assert (get.validation.parameters, get.validation.models) == ((), {})


def test_http_api() -> None:
    """CORS rules of the document or of the API; $default; an integration elsewhere; a quick create."""
    body = {
        "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example", "*"], "maxAge": 0},
        "paths": {
            "$default": {
                "x-amazon-apigateway-any-method": {
                    "isDefaultRoute": True,
                    "x-amazon-apigateway-integration": {
                        "$ref": "#/components/x-amazon-apigateway-integrations/f"
                    },
                }
            }
        },
        "components": {
            "x-amazon-apigateway-integrations": {
                "f": {"type": "AWS_PROXY", "uri": "f", "payloadFormatVersion": 2.0}
            }
        },
    }
    api = http_api(body)
    assert (api.cors, api.origins) == (
        Cors(["https://a.example", "*"], [], [], [], 0),
        {"https://a.example"},
    )
    (route,) = api.routes
    assert route.key == "$default"
    assert route.integration is not None
    assert route.integration.payload_format == "2.0"

    quick = http_api({}, Target="https://example.com", RouteKey="GET /x")
    assert [(route.key, route.integration and route.integration.type) for route in quick.routes] == [
        ("GET /x", "HTTP_PROXY")
    ]
    assert "$default" in quick.stages


@pytest.mark.parametrize("body", [{"paths": []}, {"paths": {"/": []}}, {"paths": {"/": {"get": 1}}}, {}])
def test_odd_documents(body: Any) -> None:
    """A document in another form has no routes, and is no error."""
    assert list(rest_api(body).routes) == list(http_api(body).routes) == []
