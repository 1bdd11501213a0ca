"""HTTP APIs: an OpenAPI document, routes and integrations, or a quick create (Target)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.integrations import read_authorizer, read_integration
from sfn_cli.api.apigateway.openapi import OpenApiDocument, read_cors
from sfn_cli.api.apigateway.origins import origins_without_wildcards
from sfn_cli.api.apigateway.parts import PartsByKind
from sfn_cli.api.apigateway.served import (
    ANY,
    DEFAULT_ROUTE,
    DEFAULT_STAGE,
    ApiRoute,
    Authorizer,
    Integration,
    ServedApi,
)
from sfn_cli.api.apigateway.values import object_value, text_list, text_map, true_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.store.records.apis.parts import ApiPart

HTTP_API = "AWS::ApiGatewayV2::Api"
WEBSOCKET = "WEBSOCKET"


def served_http_api(api: ApiPart, parts: Sequence[ApiPart]) -> ServedApi:
    """Returns the API of these parts."""
    return _HttpParts(api, parts).api()


class _HttpParts(PartsByKind):
    def api(self) -> ServedApi:
        properties = self._api.properties
        document = OpenApiDocument(object_value(properties.get("Body")), "HTTP")
        routes = {route.key: route for route in document.routes()}
        routes |= {route.key: route for route in self._quick_route()}
        routes |= {route.key: route for route in self._routes()}
        given = properties.get("CorsConfiguration")
        cors = read_cors(given) if isinstance(given, dict) else document.cors()
        stages = {name: text_map(row.get("StageVariables")) for name, row in self._parts("Stage").items()}
        if properties.get("Target"):
            stages.setdefault(DEFAULT_STAGE, {})
        return ServedApi(
            self._api.id,
            str(properties.get("Name") or document.title),
            "HTTP",
            list(routes.values()),
            stages,
            cors,
            origins_without_wildcards(cors.origins) if cors is not None else frozenset(),
        )

    def _quick_route(self) -> Iterator[ApiRoute]:
        target = self._api.properties.get("Target")
        if target:
            method, path = _route_key(str(self._api.properties.get("RouteKey") or DEFAULT_ROUTE))
            is_url = str(target).startswith(("http://", "https://"))
            kind = "HTTP_PROXY" if is_url else "AWS_PROXY"
            yield ApiRoute(method, path, Integration(kind, str(target), ANY, payload_format="2.0"))

    def _routes(self) -> Iterator[ApiRoute]:
        for row in self._parts("Route").values():
            method, path = _route_key(str(row.get("RouteKey") or DEFAULT_ROUTE))
            target = str(row.get("Target") or "").removeprefix("integrations/")
            given = self._parts("Integration").get(target)
            yield ApiRoute(
                method,
                path,
                read_integration(given, "HTTP") if given is not None else None,
                self._authorizer(row.get("AuthorizerId")),
                str(row.get("AuthorizationType") or "NONE").upper(),
                text_list(row.get("AuthorizationScopes")),
                true_value(row.get("ApiKeyRequired")),
            )

    def _authorizer(self, id: Any) -> Authorizer | None:
        row = self._parts("Authorizer").get(str(id)) if id else None
        return None if row is None else read_authorizer(str(row.get("Name") or id), row, "HTTP")


def _route_key(key: str) -> tuple[str, str]:
    """Returns the method and the path of a route's key: "GET /orders", "ANY /{proxy+}", "$default"."""
    method, _, path = key.strip().partition(" ")
    return (method.upper(), path.strip()) if path else (ANY, method)
