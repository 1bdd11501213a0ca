"""URLs of APIs, and which route a request has."""

from __future__ import annotations

import pytest

from sfn_cli.api.apigateway.matching import match_route
from sfn_cli.api.apigateway.served import ApiRoute
from sfn_cli.api.apigateway.urls import api_id_in_host, with_local_urls

LOCAL = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "text, local",
    [
        (
            "https://mine123456.execute-api.us-east-1.amazonaws.com/dev/a?b=1",
            f"{LOCAL}/_apis/mine123456/dev/a?b=1",
        ),
        ("https://mine123456.execute-api.us-east-1.amazonaws.com", f"{LOCAL}/_apis/mine123456"),
        ("https://myurl.lambda-url.us-east-1.on.aws/", f"{LOCAL}/_functions/myurl/"),
        (
            '{"a": "https://mine123456.execute-api.eu-west-1.amazonaws.com.cn/x", "b": "https://mine123456.no"}',
            f'{{"a": "{LOCAL}/_apis/mine123456/x", "b": "https://mine123456.no"}}',
        ),
        (
            "https://other12345.execute-api.us-east-1.amazonaws.com/",
            "https://other12345.execute-api.us-east-1.amazonaws.com/",
        ),
        (
            "https://mine123456.lambda-url.us-east-1.on.aws/",
            "https://mine123456.lambda-url.us-east-1.on.aws/",
        ),
        ("mine123456.execute-api.us-east-1.amazonaws.com", "mine123456.execute-api.us-east-1.amazonaws.com"),
    ],
)
def test_local_urls(text: str, local: str) -> None:
    """The URLs of one's own APIs and functions become local; others, and bare names, stay."""
    own = {("mine123456", False), ("myurl", True)}
    assert with_local_urls(text, lambda *which: which in own, lambda: LOCAL) == local


def test_the_endpoint_is_not_needed_without_an_own_url() -> None:
    """The endpoint starts only for a text that has a URL of one's own API."""

    def started() -> str:
        raise AssertionError("the endpoint was started")

    text = "https://other12345.execute-api.us-east-1.amazonaws.com and https://example.com"
    assert with_local_urls(text, lambda *_: False, started) == text


@pytest.mark.parametrize(
    "host, id",
    [
        ("abc123.execute-api.us-east-1.amazonaws.com", "abc123"),
        ("abc123.execute-api.cn-north-1.amazonaws.com.cn", "abc123"),
        ("abc123.execute-api.us-east-1.example.com", None),
        ("127.0.0.1:3000", None),
    ],
)
def test_id_in_a_host(host: str, id: str | None) -> None:
    """An API's name on AWS begins with its id."""
    assert api_id_in_host(host) == id


ROUTES = [
    ApiRoute(method, path, None)
    for method, path in (
        ("ANY", "$default"),
        ("ANY", "/{proxy+}"),
        ("GET", "/pets/{id}"),
        ("ANY", "/pets/{id}"),
        ("GET", "/pets/dog"),
        ("GET", "/pets/{proxy+}"),
        ("GET", "/{kind}/dog/{id}"),
        ("POST", "/"),
    )
]


@pytest.mark.parametrize(
    "method, path, key, variables",
    [
        ("GET", "/pets/dog", "GET /pets/dog", {}),
        ("GET", "/pets/6", "GET /pets/{id}", {"id": "6"}),
        ("PUT", "/pets/6", "ANY /pets/{id}", {"id": "6"}),
        ("GET", "/pets/6/", "GET /pets/{id}", {"id": "6"}),
        ("GET", "/pets/dog/1", "GET /{kind}/dog/{id}", {"kind": "pets", "id": "1"}),
        ("GET", "/pets/a/b", "GET /pets/{proxy+}", {"proxy": "a/b"}),
        ("POST", "/pets/a/b", "ANY /{proxy+}", {"proxy": "pets/a/b"}),
        ("POST", "/", "POST /", {}),
        ("GET", "/", "$default", {}),
    ],
)
def test_match(method: str, path: str, key: str, variables: dict[str, str]) -> None:
    """The most specific route of a request."""
    matched = match_route(ROUTES, method, path)
    assert matched is not None
    assert (matched.route.key, matched.variables) == (key, variables)


def test_no_match() -> None:
    """A request may have no route."""
    assert match_route(ROUTES[4:5], "PUT", "/pets/dog") is None
    assert match_route(ROUTES[4:5], "GET", "/pets") is None
