"""Connections: create, update, list and delete as in EventBridge. Secrets are never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.api.events import connections
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-api-key", "ApiKeyValue": "hidden"}}
BASIC = {"BasicAuthParameters": {"Username": "ada", "Password": "hidden"}}
OAUTH = {
    "OAuthParameters": {
        "ClientParameters": {"ClientID": "client", "ClientSecret": "hidden"},
        "AuthorizationEndpoint": "https://auth.example/token",
        "HttpMethod": "POST",
        "OAuthHttpParameters": {
            "BodyParameters": [{"Key": "scope", "Value": "read", "IsValueSecret": False}]
        },
    }
}
STEM = "arn:aws:events:us-east-1:123456789012:connection"


def ask(service: Service, operation: str, **request: Any) -> dict[str, Any]:
    return api.call_api(service, model.load_model("events", operation), request)


def refused(service: Service, operation: str, **request: Any) -> tuple[str, str]:
    with pytest.raises(ApiError) as error:
        ask(service, operation, **request)
    return error.value.code, error.value.message


def create(
    service: Service, name: str = "c", type_: str = "API_KEY", parameters: Any = KEY, **more: Any
) -> dict[str, Any]:
    return ask(
        service, "CreateConnection", Name=name, AuthorizationType=type_, AuthParameters=parameters, **more
    )


@pytest.mark.parametrize(
    "type_, parameters, shown",
    [
        ("API_KEY", KEY, {"ApiKeyAuthParameters": {"ApiKeyName": "x-api-key"}}),
        ("BASIC", BASIC, {"BasicAuthParameters": {"Username": "ada"}}),
        (
            "OAUTH_CLIENT_CREDENTIALS", OAUTH,
            {"OAuthParameters": {**OAUTH["OAuthParameters"], "ClientParameters": {"ClientID": "client"}}},
        ),
        (
            "BASIC",
            {**BASIC, "InvocationHttpParameters": {"HeaderParameters": [
                {"Key": "a", "Value": "hidden", "IsValueSecret": True},
                {"Key": "b", "Value": "open", "IsValueSecret": False},
            ]}},
            {"BasicAuthParameters": {"Username": "ada"}, "InvocationHttpParameters": {"HeaderParameters": [
                {"Key": "a", "IsValueSecret": True}, {"Key": "b", "Value": "open", "IsValueSecret": False},
            ]}},
        ),
    ],
)  # fmt: skip
def test_described(service: Service, type_: str, parameters: Any, shown: Any) -> None:
    """A connection is described completely, except for its secrets."""
    created = create(service, "c", type_, parameters, Description="words")
    assert created["ConnectionArn"].startswith(f"{STEM}/c/")
    described = ask(service, "DescribeConnection", Name="c")
    assert described == {
        **created,
        "Name": "c",
        "AuthorizationType": type_,
        "Description": "words",
        "AuthParameters": shown,
    }
    assert "hidden" not in json.dumps(described)


def test_updated(service: Service) -> None:
    """Omitted fields stay; another authorization type replaces the previous one."""
    create(service, Description="first")
    ask(
        service,
        "UpdateConnection",
        Name="c",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyValue": "newer"}},
    )
    kept = connections.find_connection(service, f"{STEM}/c/any")
    assert kept is not None
    assert json.loads(kept.auth_parameters) == {
        "ApiKeyAuthParameters": {"ApiKeyName": "x-api-key", "ApiKeyValue": "newer"}
    }
    assert kept.description == "first"
    ask(service, "UpdateConnection", Name="c", AuthorizationType="BASIC", AuthParameters=BASIC)
    described = ask(service, "DescribeConnection", Name="c")
    assert (described["AuthorizationType"], described["AuthParameters"]) == (
        "BASIC",
        {"BasicAuthParameters": {"Username": "ada"}},
    )
    refusal = refused(service, "UpdateConnection", Name="c", AuthParameters=KEY)
    assert refusal == (
        "ValidationException",
        "AuthParameters of AuthorizationType BASIC must contain only BasicAuthParameters.",
    )


def test_deauthorized(service: Service) -> None:
    """The secrets are deleted until an update authorizes the connection again, with all fields."""
    create(service)
    assert ask(service, "DeauthorizeConnection", Name="c")["ConnectionState"] == "DEAUTHORIZED"
    kept = connections.find_connection(service, f"{STEM}/c/any")
    assert kept is not None
    assert "hidden" not in kept.auth_parameters
    partly = {"ApiKeyAuthParameters": {"ApiKeyValue": "newer"}}
    code, message = refused(service, "UpdateConnection", Name="c", AuthParameters=partly)
    assert code == "ValidationException"
    assert "Value null at 'authParameters.apiKeyAuthParameters.apiKeyName' failed" in message
    assert ask(service, "UpdateConnection", Name="c", AuthParameters=KEY)["ConnectionState"] == "AUTHORIZED"


def test_listed(service: Service) -> None:
    """Connections are listed by name, in pages, by prefix and by state."""
    for name in ("b", "ab", "aa"):
        create(service, name)
    ask(service, "DeauthorizeConnection", Name="ab")

    def names(**request: Any) -> list[str]:
        return [
            connection["Name"] for connection in ask(service, "ListConnections", **request)["Connections"]
        ]

    assert names() == ["aa", "ab", "b"]
    assert names(NamePrefix="a") == ["aa", "ab"]
    assert names(ConnectionState="DEAUTHORIZED") == ["ab"]
    token = ask(service, "ListConnections", Limit=2)["NextToken"]
    assert names(Limit=2, NextToken=token) == ["b"]
    assert refused(service, "ListConnections", NamePrefix="a", NextToken=token)[0] == "InvalidToken"


def test_deleted(service: Service) -> None:
    """The name can be used again."""
    create(service)
    again = refused(service, "CreateConnection", Name="c", AuthorizationType="API_KEY", AuthParameters=KEY)
    assert again == ("ResourceAlreadyExistsException", "Connection c already exists.")
    assert ask(service, "DeleteConnection", Name="c")["ConnectionState"] == "DELETING"
    for verb in ("delete", "deauthorize", "describe", "update"):
        assert refused(service, f"{verb.capitalize()}Connection", Name="c") == (
            "ResourceNotFoundException",
            f"Failed to {verb} the connection(s). Connection 'c' does not exist.",
        )
    create(service)


@pytest.mark.parametrize(
    "request_, message",
    [
        (
            {"AuthorizationType": "BASIC", "AuthParameters": KEY},
            "must contain only BasicAuthParameters",
        ),
        (
            {"AuthorizationType": "API_KEY", "AuthParameters": {**KEY, **BASIC}},
            "must contain only ApiKeyAuthParameters",
        ),
        ({"AuthorizationType": "DIGEST", "AuthParameters": KEY}, "Member must satisfy enum value set"),
        (
            {"AuthorizationType": "API_KEY", "AuthParameters": KEY,
             "InvocationConnectivityParameters": {"ResourceParameters": {"ResourceConfigurationArn": ""}}},
            "sfn does not support private connectivity",
        ),
        # Of AWS's own pattern, every way to divide the blanks would be tried.
        (
            {"AuthorizationType": "BASIC",
             "AuthParameters": {"BasicAuthParameters": {"Username": "u", "Password": f"a{' ' * 400}a:"}}},
            "Member must satisfy regular expression pattern",
        ),
    ],
)  # fmt: skip
def test_refused(service: Service, request_: dict[str, Any], message: str) -> None:
    """Inconsistent parameters are refused; the error does not contain the secret."""
    code, refusal = refused(service, "CreateConnection", Name="c", **request_)
    assert code == "ValidationException"
    assert message in refusal
    assert "hidden" not in refusal


@pytest.mark.parametrize("password", ["plain", "two words", "\ttab \t", "a  b\tc"])
def test_words_with_blanks(service: Service, password: str) -> None:
    """Words separated by spaces and tabs are accepted, as AWS's pattern accepts them."""
    create(service, "c", "BASIC", {"BasicAuthParameters": {"Username": "u", "Password": password}})


@pytest.mark.parametrize(
    "named, meant",
    [
        (
            "arn:aws:events:us-east-1:123456789012:connection/Stripe/81210c42-8af1-456b-9c4a-6ff02fc664ac",
            "us-east-1",
        ),
        (
            "arn:aws:events:eu-west-1:123456789012:connection/Stripe/81210c42-8af1-456b-9c4a-6ff02fc664ac",
            "eu-west-1",
        ),
        (
            "arn:aws:events:us-east-2:999999999999:connection/Stripe/81210c42-8af1-456b-9c4a-6ff02fc664ac",
            "us-east-1",
        ),
        ("arn:aws:events:us-east-1:123456789012:connection/Other/81210c42-8af1-456b-9c4a-6ff02fc664ac", None),
    ],
)
def test_resolved(service: Service, named: str, meant: str | None) -> None:
    """A task finds the connection by ARN or by name.

    AWS's own id for it is not known here.
    """
    create(service, "Stripe")
    there = service.sibling()
    there.settings = service.settings._replace(region="eu-west-1")
    create(there, "Stripe")
    there.close()
    found = connections.find_connection(service, named)
    assert (found and found.arn.split(":")[3]) == meant
