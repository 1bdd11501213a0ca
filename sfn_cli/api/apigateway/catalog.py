"""Finds APIs and function URLs, and caches an API until one of its parts changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.apigateway.http_apis import HTTP_API, WEBSOCKET, served_http_api
from sfn_cli.api.apigateway.openapi import read_cors
from sfn_cli.api.apigateway.origins import origins_without_wildcards
from sfn_cli.api.apigateway.rest_apis import REST_API, served_rest_api
from sfn_cli.api.apigateway.served import ANY, DEFAULT_ROUTE, DEFAULT_STAGE, ApiRoute, Integration, ServedApi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.protocols.apis import ApiVersion
    from sfn_cli.store.records.apis.function_urls import FunctionUrl
    from sfn_cli.store.records.apis.parts import ApiPart

_MAX_CACHED = 200
_FUNCTION_SECONDS = 900


class ApiCatalog:
    """The APIs of one store, for all threads of a process."""

    def __init__(self) -> None:
        self._cached: dict[str, tuple[ApiVersion, ServedApi | None]] = {}

    def find(self, service: Service, api_id: str) -> ServedApi | None:
        """Returns an API; None if there is none, or if it is a WebSocket API."""
        version = service.api_parts.version(api_id)
        cached = self._cached.get(api_id)
        if cached is None or cached[0] != version:
            if len(self._cached) >= _MAX_CACHED:
                self._cached.clear()
            cached = self._cached[api_id] = version, find_served_api(service, api_id)
        return cached[1]


def find_served_api(service: Service, api_id: str) -> ServedApi | None:
    """Returns an API; None if there is none, or if it is a WebSocket API."""
    return served_api(service.api_parts.of_api(api_id)) if api_id else None


def served_api(parts: Sequence[ApiPart]) -> ServedApi | None:
    """Returns the API of these parts; None if they have none that can be served."""
    for part in parts:
        if part.kind == REST_API:
            return served_rest_api(part, parts)
        if part.kind == HTTP_API and part.properties.get("ProtocolType") != WEBSOCKET:
            return served_http_api(part, parts)
    return None


def find_url_api(service: Service, url_id: str) -> ServedApi | None:
    """Returns the API that a function URL is: one route; None if there is no such URL."""
    url = service.function_urls.by_id(url_id)
    return None if url is None else served_function_url(url)


def served_function_url(url: FunctionUrl) -> ServedApi:
    """Returns the API that a function URL is."""
    cors = read_cors(url.cors) if url.cors is not None else None
    name = f"{url.function_name}:{url.qualifier}" if url.qualifier else url.function_name
    integration = Integration(
        "AWS_PROXY", name, "POST", payload_format="2.0", timeout_ms=_FUNCTION_SECONDS * 1000
    )
    return ServedApi(
        url.id,
        name,
        "FUNCTION_URL",
        [ApiRoute(ANY, DEFAULT_ROUTE, integration, authorization_type=url.auth_type)],
        {DEFAULT_STAGE: {}},
        cors,
        origins_without_wildcards(cors.origins) if cors is not None else frozenset(),
    )
