"""Additions of a connection to an HTTP request, and OAuth tokens.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html
A token is stored, for all workers, until shortly before it expires or until an API refuses it with
401 or 407. It is requested as in RFC 6749 (sections 4.4 and 2.3.1): a form with grant_type, client_id
and client_secret.
"""

from __future__ import annotations

import http.client
from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api.events.connections import AUTHORIZED
from sfn_cli.asl.http_tasks import is_loopback_url
from sfn_cli.errors import StatesError
from sfn_cli.integrations.http.client import (
    Headers,
    Request,
    Unreadable,
    http_response_text,
    send_http_request,
)
from sfn_cli.integrations.http.url_encoding import url_encode
from sfn_cli.jsonvalue import Json, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.connections import Connection

TOKEN_SECONDS = 30.0
"""How long a token request may take."""

EXPIRY_MILLISECONDS = 60_000
"""How long before its expiry a token counts as expired."""

_FORM = "application/x-www-form-urlencoded"


class Additions(NamedTuple):
    """Headers, query parameters and body fields; `token` is the OAuth token in the headers, if any."""

    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()
    token: str | None = None


def authorization_additions(
    service: Service, connection: Connection, *, refused: str | None = None
) -> Additions:
    """Returns the connection's additions; a `refused` token is replaced.

    Raises StatesError Events.ConnectionResource.InvalidConnectionState when it cannot authorise.
    """
    if connection.state != AUTHORIZED:
        raise _invalid_authorization_state(f"The connection {connection.name} is {connection.state}.")
    parameters = loads(connection.auth_parameters)
    added = _authorization_http_parameters(parameters.get("InvocationHttpParameters", {}))
    header, token = _AUTHORIZERS[connection.authorization_type](service, connection, parameters, refused)
    return added._replace(headers=(header, *added.headers), token=token)


def _authorization_http_parameters(parameters: Mapping[str, Any]) -> Additions:
    def pairs(member: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (entry["Key"], entry["Value"])
            for entry in parameters.get(member, ())
            if "Key" in entry and "Value" in entry
        )

    return Additions(pairs("HeaderParameters"), pairs("QueryStringParameters"), pairs("BodyParameters"))


_Authorized = tuple[tuple[str, str], str | None]
"""The authorisation header, and the token in it."""


def _basic_authorization(
    service: Service, connection: Connection, parameters: Json, refused: str | None
) -> _Authorized:
    basic = parameters["BasicAuthParameters"]
    credentials = b64encode(f"{basic['Username']}:{basic['Password']}".encode()).decode()
    return ("Authorization", f"Basic {credentials}"), None


def _api_key_authorization(
    service: Service, connection: Connection, parameters: Json, refused: str | None
) -> _Authorized:
    api_key = parameters["ApiKeyAuthParameters"]
    return (api_key["ApiKeyName"], api_key["ApiKeyValue"]), None


def _oauth_authorization(
    service: Service, connection: Connection, parameters: Json, refused: str | None
) -> _Authorized:
    token = connection.token
    if token is None or token == refused or _authorization_expires(connection, service.clock()):
        token = _new_authorization_token(service, connection, parameters["OAuthParameters"])
    return ("Authorization", f"Bearer {token}"), token


_AUTHORIZERS: Mapping[str, Callable[[Service, Connection, Json, str | None], _Authorized]] = {
    "API_KEY": _api_key_authorization,
    "BASIC": _basic_authorization,
    "OAUTH_CLIENT_CREDENTIALS": _oauth_authorization,
}


def _authorization_expires(connection: Connection, now: int) -> bool:
    return (
        connection.token_expires_at is not None and connection.token_expires_at - EXPIRY_MILLISECONDS <= now
    )


def _new_authorization_token(service: Service, connection: Connection, parameters: Mapping[str, Any]) -> str:
    """Requests a token from the authorization endpoint and stores it. Raises StatesError."""
    requested_at = service.clock()
    request = _authorization_token_request(parameters)
    if not request.url.startswith("https://") and not is_loopback_url(request.url):
        raise _invalid_authorization_state(
            f"The authorization endpoint of the connection {connection.name} is not an https URL."
        )
    try:
        response = send_http_request(request, seconds=TOKEN_SECONDS)
        answered = loads(http_response_text(response)) if response.succeeded else None
    except (OSError, ValueError, http.client.HTTPException, Unreadable, RecursionError) as error:
        raise _invalid_authorization_state(
            f"The authorization endpoint of the connection {connection.name} did not return a token: {error}"
        ) from None
    fields = answered if isinstance(answered, dict) else {}
    token = fields.get("access_token")
    if not isinstance(token, str):
        raise _invalid_authorization_state(
            f"The authorization endpoint of the connection {connection.name} did not return a token: "
            f"{response.status} {response.reason}"
        )
    seconds = fields.get("expires_in")
    expires_at = requested_at + int(seconds * 1000) if isinstance(seconds, (int, float)) else None

    def store(now: Connection) -> Connection:
        # If the connection has been updated since, the token belongs to its earlier state and is
        # used for this request only.
        if now.modified_at != connection.modified_at:
            return now
        return now._replace(token=token, token_expires_at=expires_at, authorized_at=requested_at)

    service.connections.change(connection.stem, store)
    return token


def _authorization_token_request(parameters: Mapping[str, Any]) -> Request:
    client, more = (
        parameters["ClientParameters"],
        _authorization_http_parameters(parameters.get("OAuthHttpParameters", {})),
    )
    fields = {
        "grant_type": "client_credentials",
        "client_id": client["ClientID"],
        "client_secret": client["ClientSecret"],
    }
    url, method = parameters["AuthorizationEndpoint"], parameters["HttpMethod"]
    query = dict(more.query)
    body: bytes | None = None
    headers = (("Accept", "application/json"), *more.headers)
    if method == "GET":
        query = {**fields, **dict(more.body), **query}
    else:
        body = url_encode({**fields, **dict(more.body)}.items()).encode()
        headers = (*headers, ("Content-Type", _FORM))
    return Request(method, with_authorization_query(url, url_encode(query.items())), headers, body)


def with_authorization_query(url: str, query: str) -> str:
    """Returns the URL with these parameters appended."""
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _invalid_authorization_state(cause: str) -> StatesError:
    return StatesError("Events.ConnectionResource.InvalidConnectionState", cause)
