"""Who may call an API: authorizers, API keys, validators, and web pages."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import sfn_json

if TYPE_CHECKING:
    from tests.end_to_end.apis.shop import ApiShop

pytestmark = pytest.mark.slow  # a deployed project and its endpoint

_DENIED = "User is not authorized to access this resource"


@pytest.mark.parametrize(
    "headers, status, body",
    [
        ({"authorization": "friend"}, 200, None),
        ({}, 401, {"message": "Unauthorized"}),
        ({"authorization": "no-one"}, 401, {"message": "Unauthorized"}),
        ({"authorization": "enemy"}, 403, {"Message": f"{_DENIED} with an explicit deny"}),
        ({"authorization": "stranger"}, 403, {"Message": _DENIED}),
        ({"authorization": "broken"}, 500, {"message": "Internal server error"}),
    ],
)
def test_token_authorizer(shop: ApiShop, headers: dict[str, str], status: int, body: Any) -> None:
    """A function returns a policy; its context is in the event of the route's function."""
    answer = shop.call("Rest", "/token", **headers)
    assert answer.status == status
    if body is None:
        assert answer.json["requestContext"]["authorizer"] == {"principalId": "p-1", "who": "friend"}
    else:
        assert answer.json == body


@pytest.mark.parametrize("who, status", [("friend", 200), ("enemy", 403), ("broken", 500), (None, 401)])
def test_request_authorizer(shop: ApiShop, who: str | None, status: int) -> None:
    """A function of an HTTP API may return {"isAuthorized"}."""
    answer = shop.call("Http", "/guarded", **({"x_who": who} if who else {}))
    assert answer.status == status
    if status == 200:
        assert answer.json["requestContext"]["authorizer"] == {"lambda": {"who": "friend"}}


def _token(**claims: Any) -> str:
    parts = ({"alg": "none"}, {"iss": "https://issuer.example", "aud": "shop", "scope": "read", **claims})
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return f"Bearer {'.'.join(texts)}.x"


@pytest.mark.parametrize(
    "claims, status",
    [
        ({}, 200),
        ({"iss": "https://other.example"}, 401),
        ({"aud": ["other"]}, 401),
        ({"exp": 1}, 401),
        ({"exp": time.time() + 3600}, 200),
        ({"scope": "write"}, 403),
        ({"scope": None, "scp": ["read"]}, 200),
    ],
)
def test_jwt_authorizer(shop: ApiShop, claims: dict[str, Any], status: int) -> None:
    """The claims of a token are checked; its signature is not."""
    answer = shop.call("Http", "/tokens", authorization=_token(**claims))
    assert answer.status == status
    if status == 200:
        assert answer.json["requestContext"]["authorizer"]["jwt"]["claims"]["aud"] == "shop"


def test_api_key(shop: ApiShop) -> None:
    """A method may need an API key of the store; its refusal has the API's own form."""
    assert shop.call("Rest", "/key", x_api_key="open-sesame-open-sesame").status == 200
    refused = shop.call("Rest", "/key", x_api_key="no")
    assert (refused.status, refused.json) == (402, {"sorry": "Forbidden"})
    assert refused.headers["Access-Control-Allow-Origin"] == "https://shop.example"


@pytest.mark.parametrize(
    "query, body, message",
    [
        ("?shop=1", {"id": 1}, None),
        ("", {"id": 1}, "Missing required request parameters: [shop]"),
        ("?shop=1", {"id": "x"}, "Invalid request body"),
        ("?shop=1", {}, "Invalid request body"),
    ],
)
def test_validator(shop: ApiShop, query: str, body: object, message: str | None) -> None:
    """A request validator checks parameters and the model of the body."""
    answer = shop.post("Rest", f"/checked{query}", body)
    assert (answer.status, answer.json.get("message")) == ((400, message) if message else (200, None))


@pytest.mark.parametrize(
    "api, headers, status",
    [
        ("Http", {"origin": "http://localhost:3000"}, 200),
        ("Http", {"origin": "https://shop.example"}, 200),
        ("Http", {"origin": "https://evil.example"}, 403),  # only the wildcard names it
        ("Http", {"origin": "null"}, 403),
        ("Http", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, 403),
        ("Http", {"sec_fetch_site": "cross-site", "referer": "http://127.0.0.1:3000/"}, 200),
        (
            "Http",
            {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"},
            200,
        ),
        ("Http", {"host": "evil.example"}, 403),
        ("Rest", {"origin": "https://shop.example"}, 200),  # a gateway response names it
        ("Rest", {"origin": "https://evil.example"}, 403),
        ("Url", {"origin": "http://127.0.0.1:9"}, 200),
        ("Url", {"origin": "https://evil.example"}, 403),
    ],
)
def test_web_pages(shop: ApiShop, api: str, headers: dict[str, str], status: int) -> None:
    """Pages of this computer may call APIs; others if a rule names their origin; a link always works."""
    assert shop.call(api, "/fn/any", **headers).status == status


def test_cors_of_an_http_api(shop: ApiShop) -> None:
    """The API answers preflight requests, and its rules replace the function's headers."""
    asked = {"access_control_request_method": "POST", "access_control_request_headers": "content-type"}
    answer = shop.call("Http", "/orders/1", "OPTIONS", origin="https://shop.example", **asked)
    assert answer.status == 204
    assert {name: value for name, value in answer.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "300",
    }
    assert shop.call("Http", "/x", origin="http://localhost:1").headers["Access-Control-Allow-Origin"] == "*"


def test_cors_never_opens_operations(shop: ApiShop) -> None:
    """A page that an API's rules name, and a page of the endpoint itself, reach no operation."""
    for headers in (
        {"origin": "https://shop.example"},
        {"origin": shop.endpoint},
        {"origin": "http://localhost:3000"},
        {"sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"},
    ):
        answer = shop.call(shop.endpoint, "/2015-03-31/functions", **headers)
        assert answer.status == 403, headers
    assert shop.call(shop.endpoint, "/2015-03-31/functions").status == 200


def test_stack_show(shop: ApiShop) -> None:
    """`sfn stack show` lists the APIs with their URLs and routes; outputs are local URLs."""
    stack = sfn_json(shop.home, "stack", "show", "shop")
    apis = {api["LogicalResourceId"]: api for api in stack["Apis"]}
    assert apis["Rest"]["Urls"] == [shop.outputs["Rest"]]
    assert apis["Http"]["Urls"] == [shop.outputs["Http"]]
    assert apis["Url"]["Urls"] == [shop.outputs["Url"]]
    targets = {(route["Method"], route["Path"]): route["Target"] for route in apis["Rest"]["Routes"]}
    assert targets["POST", "/price"] == "states:StartSyncExecution"
    assert targets["GET", "/mock"] == "a mock"
    assert targets["ANY", "/fn/{kind}"].startswith("shop-Function-")
    assert shop.outputs["Foreign"] == "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/dev"
