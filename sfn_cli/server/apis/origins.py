"""Which web pages may call an API, and the CORS headers of HTTP APIs and function URLs.

On AWS an API is public, and its CORS rules say which pages may read its responses. Here it runs on
someone's computer: a page must not reach it only because a rule has a wildcard.

Rule 1: programs, and pages of this computer (localhost), may call every API.
Rule 2: other pages may if a rule of the API names their origin, other than by a wildcard.
Rule 3: a link to an API works from everywhere, as with any URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sfn_cli.host_check import is_own_host
from sfn_cli.server.apis.messages import ApiResponse, GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.apigateway.served import Cors, ServedApi

_OWN_SITES = ("none", "same-origin")
_NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_WILDCARDS = {"*": ("http://", "https://"), "http://*": ("http://",), "https://*": ("https://",)}


def check_api_origin(api: ServedApi, method: str, headers: Mapping[str, str]) -> None:
    """Raises GatewayError for a request of a web page that may not call the API."""
    origin = headers.get("origin")
    if origin is not None:
        if not _is_loopback_origin(origin) and origin.lower() not in api.origins:
            raise _foreign_origin(origin)
    elif headers.get("sec-fetch-site", "none") not in _OWN_SITES:
        is_link = method == "GET" and all(headers.get(name) == value for name, value in _NAVIGATION.items())
        source = headers.get("referer", "")
        if not is_link and not _is_loopback_origin(source):
            raise _foreign_origin(source or "an unknown origin")


def check_api_host(headers: Mapping[str, str], listening_host: str) -> None:
    """Raises GatewayError for a request to a name that is not this server's (DNS rebinding)."""
    if not is_own_host(headers.get("host", ""), listening_host):
        raise GatewayError("ACCESS_DENIED", 403, "This server answers requests to its own name only.")


def _foreign_origin(origin: str) -> GatewayError:
    return GatewayError(
        "ACCESS_DENIED",
        403,
        f"Pages of {origin[:200]} may not call this API. Name the origin in the API's CORS rules "
        "(a wildcard is not enough here), or use a page on localhost.",
    )


def _is_loopback_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK_NAMES
    except ValueError:
        return False


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight_response(cors: Cors, headers: Mapping[str, str]) -> ApiResponse:
    """Returns the response to a browser's preflight request."""
    origin, method = headers["origin"], headers["access-control-request-method"].upper()
    if not _origin_matches(cors, origin) or not (
        "*" in cors.methods or method in cors.methods or not cors.methods
    ):
        return ApiResponse(204, (), b"")
    found = [*cors_headers(cors, origin)]
    if cors.methods:
        found.append(("Access-Control-Allow-Methods", ",".join(cors.methods)))
    wanted = headers.get("access-control-request-headers")
    if cors.headers:
        every = "*" in cors.headers and wanted
        found.append(("Access-Control-Allow-Headers", wanted if every and wanted else ",".join(cors.headers)))
    if cors.max_age_seconds is not None:
        found.append(("Access-Control-Max-Age", str(cors.max_age_seconds)))
    if "access-control-request-private-network" in headers:
        found.append(("Access-Control-Allow-Private-Network", "true"))
    return ApiResponse(204, tuple(found), b"")


def with_cors(response: ApiResponse, cors: Cors | None, origin: str | None) -> ApiResponse:
    """Returns the response with the headers of the API's rules, in place of the integration's own."""
    if cors is None:
        return response
    kept = tuple(pair for pair in response.headers if not pair[0].lower().startswith("access-control-"))
    response = response._replace(headers=kept)
    if origin is None or not _origin_matches(cors, origin):
        return response
    return response.with_headers(cors_headers(cors, origin))


def cors_headers(cors: Cors, origin: str) -> list[tuple[str, str]]:
    is_open = "*" in cors.origins and not cors.allows_credentials
    found = [("Access-Control-Allow-Origin", "*" if is_open else origin)]
    if not is_open:
        found.append(("Vary", "Origin"))
    if cors.allows_credentials:
        found.append(("Access-Control-Allow-Credentials", "true"))
    if cors.exposed_headers:
        found.append(("Access-Control-Expose-Headers", ",".join(cors.exposed_headers)))
    return found


def _origin_matches(cors: Cors, origin: str) -> bool:
    return any(
        rule.lower() == origin.lower() or origin.lower().startswith(_WILDCARDS.get(rule, ("\0",)))
        for rule in cors.origins
    )
