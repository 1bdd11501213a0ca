"""Functions behind REST APIs, HTTP APIs and function URLs: events, responses, and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.apis.shop import ApiShop

pytestmark = pytest.mark.slow  # a deployed project and its endpoint


def test_event_of_a_rest_api(shop: ApiShop) -> None:
    """Payload format 1.0: several values, path variables as they were sent, stage variables."""
    event = shop.call(
        "Rest", "/fn/a%20b?x=1&x=2&y=", "POST", '{"n": 1}', x_shop="corner", content_type="text/plain"
    ).json
    assert {name: event[name] for name in ("resource", "path", "httpMethod", "body", "isBase64Encoded")} == {
        "resource": "/fn/{kind}",
        "path": "/fn/a%20b",
        "httpMethod": "POST",
        "body": '{"n": 1}',
        "isBase64Encoded": False,
    }
    assert event["pathParameters"] == {"kind": "a%20b"}
    assert event["queryStringParameters"] == {"x": "2", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["headers"]["X-Shop"] == "corner"
    assert event["multiValueHeaders"]["Content-Type"] == ["text/plain"]
    assert event["stageVariables"] == {"shop": "Corner"}
    context = event["requestContext"]
    assert (context["stage"], context["path"], context["resourcePath"]) == (
        "dev",
        "/dev/fn/a%20b",
        "/fn/{kind}",
    )
    assert context["identity"]["sourceIp"] == "127.0.0.1"


def test_event_of_an_http_api(shop: ApiShop) -> None:
    """Payload format 2.0: joined values, decoded paths, cookies; a form is base64."""
    event = shop.call(
        "Http", "/orders/a%20b/c?x=1&x=2", "POST", "a=1",
        cookie="a=1; b=2", content_type="application/x-www-form-urlencoded",
    ).json  # fmt: skip
    assert (event["version"], event["routeKey"], event["rawPath"]) == (
        "2.0",
        "ANY /orders/{proxy+}",
        "/orders/a b/c",
    )
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("x=1&x=2", {"x": "1,2"})
    assert (event["pathParameters"], event["cookies"]) == ({"proxy": "a b/c"}, ["a=1", "b=2"])
    assert (event["body"], event["isBase64Encoded"]) == ("YT0x", True)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert "cookie" not in event["headers"]

    one = shop.call("Http", "/one").json
    assert (one["version"], one["resource"], one["path"]) == ("1.0", "/one", "/one")


def test_event_of_a_function_url(shop: ApiShop) -> None:
    """A function URL has payload format 2.0 and one route."""
    event = shop.call(
        "Url", "/any/path?q=1", "PUT", b"\xff\x00", content_type="application/octet-stream"
    ).json
    assert (event["routeKey"], event["rawPath"], event["requestContext"]["stage"]) == (
        "$default",
        "/any/path",
        "$default",
    )
    assert (event["body"], event["isBase64Encoded"]) == ("/wA=", True)


@pytest.mark.parametrize(
    "method, path, key, variables",
    [
        ("GET", "/orders/7", "GET /orders/{id}", {"id": "7"}),
        ("POST", "/orders/7", "ANY /orders/{proxy+}", {"proxy": "7"}),
        ("GET", "/orders/7/lines", "ANY /orders/{proxy+}", {"proxy": "7/lines"}),
        ("GET", "/orders", "$default", None),
        ("DELETE", "/", "$default", None),
        ("GET", "/%24default/orders/7", "GET /orders/{id}", {"id": "7"}),
    ],
)
def test_routes(shop: ApiShop, method: str, path: str, key: str, variables: Any) -> None:
    """A full match is before a greedy one, and that before $default."""
    event = shop.call("Http", path, method).json
    assert (event["routeKey"], event.get("pathParameters")) == (key, variables)


@pytest.mark.parametrize(
    "api, kind, status, type, body",
    [
        ("Rest", "created", 201, "application/json", b""),
        ("Rest", "boom", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "list", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "object", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "no-status", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "cookie", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "early", 502, "application/json", b'{"message":"Internal server error"}'),
        ("Rest", "binary", 200, "image/gif", b"AQL/"),  # not among the API's binary media types
        ("Rest", "nothing", 204, "application/json", b""),
        ("Url", "binary", 200, "image/gif", b"\x01\x02\xff"),
        ("Url", "streamed", 201, "image/png", b"\xff\x01"),  # as HttpResponseStream writes it
        ("Url", "list", 200, "application/json", b"[1,2]"),
        ("Url", "text", 200, "application/json", b"hello"),
        ("Url", "object", 200, "application/json", b'{"a":1}'),
        ("Url", "boom", 502, "application/json", b'{"message":"Internal Server Error"}'),
        ("Http", "boom", 500, "application/json", b'{"message":"Internal Server Error"}'),
    ],
)
def test_response(shop: ApiShop, api: str, kind: str, status: int, type: str, body: bytes) -> None:
    """What a function returns, and what a client gets; what is malformed is an error of the API."""
    answer = shop.call(api, f"/fn/{kind}" if api == "Rest" else f"/{kind}")
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (status, type, body)
    if status >= 500:
        assert answer.headers["x-sfn-cause"]


def test_headers_of_responses(shop: ApiShop) -> None:
    """Headers may have several values; cookies are headers; a header with a line break is refused."""
    created = shop.call("Rest", "/fn/created")
    assert (created.headers["X-One"], created.headers.get_all("X-Two")) == ("1", ["a", "b"])
    assert shop.call("Url", "/cookies").headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    refused = shop.call("Url", "/bad-header")
    assert refused.status == 502
    assert "X-Bad" in refused.headers["x-sfn-cause"]


@pytest.mark.parametrize(
    "api, path, method, status, message, cause",
    [
        ("Rest", "/nowhere", "GET", 403, "Missing Authentication Token", "no route GET /nowhere"),
        ("Rest", "/mock", "PUT", 403, "Missing Authentication Token", "/mock has GET, and not PUT"),
        ("Rest", "/empty", "GET", 500, "Internal server error", "has no integration"),
    ],
)
def test_errors(
    shop: ApiShop, api: str, path: str, method: str, status: int, message: str, cause: str
) -> None:
    """API Gateway's own errors, with a line for the developer."""
    answer = shop.call(api, path, method)
    assert (answer.status, answer.json) == (status, {"message": message})
    assert cause in answer.headers["x-sfn-cause"]


def test_unknown_apis(shop: ApiShop) -> None:
    """A stage or an id that there is not: the error says what there is, or where to find the URLs."""
    answer = shop.call(shop.outputs["Rest"].replace("/dev", "/prod"), "/mock")
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    assert "no stage 'prod'. Stages: dev" in answer.headers["x-sfn-cause"]
    answer = shop.call(shop.endpoint, "/_apis/nothere/dev/x")
    assert answer.status == 404
    assert answer.json["message"] == (
        "There is no API nothere. The URLs of a stack's APIs: sfn stack show NAME"
    )


def test_changes_of_responses(shop: ApiShop) -> None:
    """An HTTP API may change the status and the headers of a response."""
    answer = shop.call("Http", "/changed?who=you")
    assert (answer.status, answer.headers["x-stage"], answer.headers["x-who"]) == (203, "$default", "hi you")
