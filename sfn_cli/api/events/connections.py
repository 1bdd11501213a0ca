"""EventBridge connections, which authorize HTTP tasks: CreateConnection and related operations.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html
A connection is stored with its secrets; no operation returns them. A new connection is AUTHORIZED
immediately: a token is requested when a task first needs it (`integrations/http/authorization.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.model import load_model
from sfn_cli.api.protocol import paging
from sfn_cli.api.protocol.constraints import check_constraints
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import Json, dumps, loads
from sfn_cli.store.records.events.connections import Connection
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service

AUTHORIZED, DEAUTHORIZED = "AUTHORIZED", "DEAUTHORIZED"

_PARAMETERS: Mapping[str, str] = {
    "BASIC": "BasicAuthParameters",
    "API_KEY": "ApiKeyAuthParameters",
    "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters",
}
"""Maps AuthorizationType to the member of AuthParameters that it needs."""

_SECRETS = ("ApiKeyValue", "ClientSecret", "Password")


def create_connection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    _check_connection(request)
    name, now = request["Name"], service.clock()
    stem = _connection_arn_stem(service, name)
    connection = Connection(
        arn=f"{stem}/{random_uuid()}",
        stem=stem,
        name=name,
        description=request.get("Description"),
        state=AUTHORIZED,
        authorization_type=request["AuthorizationType"],
        auth_parameters=dumps(request["AuthParameters"]),
        created_at=now,
        modified_at=now,
        authorized_at=now,
    )
    if not service.connections.create(connection):
        raise ApiError("ResourceAlreadyExistsException", f"Connection {name} already exists.")
    return _connection_change_response(connection)


def describe_connection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    connection = service.connections.find(_connection_arn_stem(service, request["Name"]))
    if connection is None:
        raise _missing_connection("describe", request["Name"])
    return {
        **_connection_summary(connection),
        "Description": connection.description,
        "AuthParameters": _connection_without_secrets(loads(connection.auth_parameters)),
    }


def list_connections(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the connections of this account and region by name."""
    prefix, state = (
        _connection_arn_stem(service, request.get("NamePrefix", "")),
        request.get("ConnectionState"),
    )
    connections, token = paging.sealed_page(
        {"maxResults": request.get("Limit"), "nextToken": request.get("NextToken")},
        f"ListConnections {prefix} {state}",
        service.clock(),
        lambda after, limit: service.connections.page(prefix, state, after or "", limit),
        lambda connection: connection.name,
        parse=str,
    )
    return {
        "Connections": [_connection_summary(connection) for connection in connections],
        "NextToken": token,
    }


def update_connection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members; a new AuthorizationType requires its parameters too."""
    now = service.clock()

    def change(old: Connection) -> Connection:
        type_ = request.get("AuthorizationType", old.authorization_type)
        stored: Json = loads(old.auth_parameters)
        if type_ != old.authorization_type:
            stored.pop(_PARAMETERS[old.authorization_type], None)
        merged = {
            **request,
            "AuthorizationType": type_,
            "AuthParameters": _merge_connection(stored, request.get("AuthParameters", {})),
        }
        check_constraints(load_model("events", "CreateConnection").input, merged)
        _check_connection(merged)
        return old._replace(
            description=request.get("Description", old.description),
            state=AUTHORIZED,
            authorization_type=type_,
            auth_parameters=dumps(merged["AuthParameters"]),
            modified_at=now,
            authorized_at=now,
            token=None,
            token_expires_at=None,
        )

    return _change_connection(service, request["Name"], change, "update")


def deauthorize_connection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Removes the authorization parameters; tasks then fail until the connection is updated."""

    def change(old: Connection) -> Connection:
        return old._replace(
            state=DEAUTHORIZED,
            auth_parameters="{}",
            modified_at=service.clock(),
            token=None,
            token_expires_at=None,
        )

    return _change_connection(service, request["Name"], change, "deauthorize")


def _change_connection(
    service: Service, name: str, change: Callable[[Connection], Connection], verb: str
) -> dict[str, Any]:
    changed = service.connections.change(_connection_arn_stem(service, name), change)
    if changed is None:
        raise _missing_connection(verb, name)
    return _connection_change_response(changed)


def delete_connection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    deleted = service.connections.delete(_connection_arn_stem(service, request["Name"]))
    if deleted is None:
        raise _missing_connection("delete", request["Name"])
    return {**_connection_change_response(deleted), "ConnectionState": "DELETING"}


def find_connection(service: Service, connection_arn: str) -> Connection | None:
    """Finds the connection that a task names.

    If none has that ARN, a connection with the same name but another id or account matches:
    a definition written for AWS contains AWS's ARN.
    """
    stem, _, _ = connection_arn.rpartition("/")
    _, _, name = stem.rpartition("/")
    return service.connections.resolve(connection_arn, stem, name)


def _connection_arn_stem(service: Service, name: str) -> str:
    return arn.connection_arn(service.settings.region, service.settings.account_id, name)


def _check_connection(request: Mapping[str, Any]) -> None:
    """Raises ApiError ValidationException for unusable authorization parameters (ours).

    They must match the AuthorizationType and be of a kind that sfn supports.
    """
    type_, parameters = request["AuthorizationType"], request["AuthParameters"]
    given = [member for member in _PARAMETERS.values() if parameters.get(member) is not None]
    if given != [_PARAMETERS[type_]]:
        raise ApiError(
            "ValidationException",
            f"AuthParameters of AuthorizationType {type_} must contain only {_PARAMETERS[type_]}.",
        )
    if "InvocationConnectivityParameters" in request or "ConnectivityParameters" in parameters:
        raise ApiError(
            "ValidationException",
            "sfn does not support private connectivity: it calls every endpoint from this machine.",
        )


def _merge_connection(old: Json, new: Json) -> Json:
    """Merges structures member by member; a list is replaced."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{name: _merge_connection(old.get(name), value) for name, value in new.items()}}


def _connection_without_secrets(parameters: Json) -> Json:
    """Returns the parameters without secrets and without values marked as secret."""
    if isinstance(parameters, list):
        return [_connection_without_secrets(item) for item in parameters]
    if not isinstance(parameters, dict):
        return parameters
    hidden = {*_SECRETS, "Value"} if parameters.get("IsValueSecret") else {*_SECRETS}
    return {
        name: _connection_without_secrets(value) for name, value in parameters.items() if name not in hidden
    }


def _connection_change_response(connection: Connection) -> dict[str, Any]:
    """Returns the response members that all operations that change a connection share."""
    return {
        "ConnectionArn": connection.arn,
        "ConnectionState": connection.state,
        "CreationTime": connection.created_at,
        "LastModifiedTime": connection.modified_at,
        "LastAuthorizedTime": connection.authorized_at,
    }


def _connection_summary(connection: Connection) -> dict[str, Any]:
    return {
        **_connection_change_response(connection),
        "Name": connection.name,
        "AuthorizationType": connection.authorization_type,
    }


def _missing_connection(verb: str, name: str) -> ApiError:
    return ApiError(
        "ResourceNotFoundException",
        f"Failed to {verb} the connection(s). Connection '{name}' does not exist.",
    )
