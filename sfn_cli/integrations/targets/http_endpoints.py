"""HTTP endpoints as targets: API destinations, which a connection authorizes, APIs of this store, URLs.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfn_cli.api.apigateway.urls import api_path
from sfn_cli.api.events.api_destinations import find_api_destination
from sfn_cli.api.events.connections import find_connection
from sfn_cli.integrations.http.authorization import (
    Additions,
    authorization_additions,
    with_authorization_query,
)
from sfn_cli.integrations.http.client import Request, has_http_header, send_http_request
from sfn_cli.integrations.http.url_encoding import url_encode
from sfn_cli.integrations.targets.table import is_final_status
from sfn_cli.integrations.targets.target import TargetError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.local_endpoint import local_endpoint_address
from sfn_cli.local_endpoint.record import ACCESS_KEY_HEADER

if TYPE_CHECKING:
    from sfn_cli.integrations.http.client import Response
    from sfn_cli.integrations.targets.target import TargetCall

SECONDS = 5.0
"""How long an endpoint may take to answer (AWS's limit for API destinations)."""

_JSON_TYPE = "application/json; charset=utf-8"
_REFUSED = (401, 407)


def call_api_destination(call: TargetCall) -> str | None:
    """Calls the endpoint of an API destination, with the additions of its connection."""
    destination = find_api_destination(call.service, call.delivery.target)
    if destination is None:
        raise TargetError(
            "ResourceNotFoundException", f"{call.delivery.target} does not exist.", is_final=True
        )
    connection_arn = destination.details["ConnectionArn"]
    connection = find_connection(call.service, connection_arn)
    if connection is None:
        raise TargetError("ResourceNotFoundException", f"{connection_arn} does not exist.", is_final=True)
    added = authorization_additions(call.service, connection)
    url, method = destination.details["InvocationEndpoint"], destination.details["HttpMethod"]
    response = _send_to_endpoint(call, method, url, added)
    if response.status in _REFUSED and added.token is not None:
        added = authorization_additions(call.service, connection, refused=added.token)
        response = _send_to_endpoint(call, method, url, added)
    return _endpoint_answer(response)


def call_url(call: TargetCall) -> str | None:
    """Posts the payload to a URL."""
    return _endpoint_answer(_send_to_endpoint(call, "POST", call.delivery.target, Additions()))


def call_own_api(call: TargetCall) -> str | None:
    """Calls an API of this store, at the local endpoint: ARN:API/STAGE/METHOD/path."""
    target = call.delivery.target
    api_id, _, rest = target.split(":", 5)[5].partition("/")
    stage, _, rest = rest.partition("/")
    method, _, path = rest.partition("/")
    if not call.service.api_parts.version(api_id)[1]:
        raise TargetError("ResourceNotFoundException", f"{target} does not exist.", is_final=True)
    local = local_endpoint_address(call.service.settings)
    url = f"{local.url}{api_path(api_id, stage)}/{path}"
    added = Additions(headers=((ACCESS_KEY_HEADER, local.access_key),))
    return _endpoint_answer(_send_to_endpoint(call, "POST" if method == "*" else method, url, added))


def _send_to_endpoint(call: TargetCall, method: str, url: str, added: Additions) -> Response:
    parameters: Any = call.delivery.options.get("HttpParameters") or {}
    for value in parameters.get("PathParameterValues") or ():
        url = url.replace("*", quote(value, safe=""), 1)
    query = {**(parameters.get("QueryStringParameters") or {}), **dict(added.query)}
    own: dict[str, str] = {
        "User-Agent": "Amazon/EventBridge/ApiDestinations",
        **(parameters.get("HeaderParameters") or {}),
        **dict(added.headers),
    }
    headers = tuple(own.items())
    body = _endpoint_body(call.delivery.payload, added).encode()
    if not has_http_header(headers, "content-type"):
        headers = (*headers, ("Content-Type", _JSON_TYPE))
    request = Request(
        method,
        with_authorization_query(url, url_encode(query.items())),
        headers,
        None if method in ("GET", "HEAD") else body,
    )
    try:
        return send_http_request(request, seconds=SECONDS)
    except TimeoutError as error:
        raise TargetError(
            "Timeout", f"{url} did not answer within {SECONDS:.0f} s.", is_final=False
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise TargetError(
            "ConnectionFailure", f"{url}: {error or type(error).__name__}", is_final=False
        ) from error
    except ValueError as error:
        raise TargetError("InvalidEndpoint", f"{url}: {error}", is_final=True) from error


def _endpoint_body(payload: str, added: Additions) -> str:
    if not added.body:
        return payload
    try:
        value = loads(payload)
    except ValueError:
        return payload
    return dumps({**value, **dict(added.body)}) if isinstance(value, dict) else payload


def _endpoint_answer(response: Response) -> str:
    answer = f"{response.status} {response.reason}".rstrip()
    if response.succeeded:
        return answer
    raise TargetError("HttpError", answer, is_final=is_final_status(response.status))
