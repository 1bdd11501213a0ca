"""HTTP endpoints behind routes."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sfn_cli.integrations.http.client import Request, send_http_request
from sfn_cli.server.apis.integrations.backends import BackendAnswer, BackendRequest
from sfn_cli.server.apis.messages import ApiResponse, GatewayError, forwardable_headers, internal_error

if TYPE_CHECKING:
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.backends import Backends

_MAX_BYTES = 10 * 1024 * 1024
_URL_CHARACTERS = "/%:@!$&'()*+,;=~?"


async def call_http_endpoint(request: BackendRequest, seconds: float, backends: Backends) -> BackendAnswer:
    """Sends a request to an HTTP endpoint. Raises GatewayError if it does not respond."""
    response: ApiResponse = await backends.in_thread(lambda: _send_to_endpoint(request, seconds))
    return BackendAnswer(response, str(response.status))


def http_proxy_request(call: ApiCall, url: str) -> BackendRequest:
    """Returns the request as it is passed on by a proxy integration."""
    integration, request = call.matched.route.integration, call.request
    assert integration is not None
    method = integration.method if integration.method not in (None, "ANY") else request.method
    return BackendRequest(
        method or request.method,
        fill_path_variables(url, call.path_variables),
        request.query_pairs,
        forwardable_headers(request.headers),
        request.body,
    )


def fill_path_variables(url: str, variables: dict[str, str]) -> str:
    """Returns a URL with the values of its variables: {id}, {proxy}."""
    for name, value in variables.items():
        url = url.replace("{" + name + "}", quote(value, safe="/%")).replace("{" + name + "+}", value)
    return url


def _send_to_endpoint(request: BackendRequest, seconds: float) -> ApiResponse:
    if not request.url.startswith(("http://", "https://")):
        raise internal_error(f"The integration has no URL that can be called: {request.url[:200]}")
    url = request.url
    if request.query:
        url += ("&" if "?" in url else "?") + urlencode(request.query)
    try:
        response = send_http_request(
            Request(request.method, quote(url, safe=_URL_CHARACTERS), request.headers, request.body or None),
            seconds=seconds,
            most_bytes=_MAX_BYTES,
        )
    except TimeoutError:
        raise GatewayError("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", request.url) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise internal_error(f"{request.url}: {error}", status=502) from None
    return ApiResponse(response.status, forwardable_headers(response.headers), response.body)
