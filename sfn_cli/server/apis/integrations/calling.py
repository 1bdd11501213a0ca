"""Calls the integration of a route: by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.server.apis.context import context_variables
from sfn_cli.server.apis.integrations.first_class import call_first_class_integration
from sfn_cli.server.apis.integrations.functions import (
    call_function_proxy,
    function_in_uri,
    unknown_function,
    with_stage_variables,
)
from sfn_cli.server.apis.integrations.http_endpoints import call_http_endpoint, http_proxy_request
from sfn_cli.server.apis.integrations.mapped import call_mapped_integration
from sfn_cli.server.apis.mapping.http_parameters import change_http_request, change_http_response
from sfn_cli.server.apis.mapping.parameters import mapped_request_value
from sfn_cli.server.apis.messages import internal_error

if TYPE_CHECKING:
    from sfn_cli.api.apigateway.served import Integration
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.backends import Backends
    from sfn_cli.server.apis.messages import ApiResponse

_MAPPED = ("AWS", "HTTP", "MOCK")
_REST_PATH = "integration.request.path."


async def call_integration(call: ApiCall, backends: Backends) -> ApiResponse:
    """Calls what a request's route names, and returns the response. Raises GatewayError."""
    route = call.matched.route
    integration = route.integration
    if integration is None:
        raise internal_error(f"The route {route.key} has no integration.")
    if call.api.protocol == "HTTP":
        response = await _call_http_api(call, integration, backends)
        return change_http_response(response, integration.response_parameters, call, context_variables(call))
    if integration.type in _MAPPED:
        return await call_mapped_integration(call, integration, backends)
    if integration.type == "AWS_PROXY":
        return await _call_proxy(call, integration, backends)
    if integration.type == "HTTP_PROXY":
        return await _call_http_proxy(call, integration, backends)
    raise internal_error(f"The integration's type is unknown: {integration.type or 'none'}.")


async def _call_http_api(call: ApiCall, integration: Integration, backends: Backends) -> ApiResponse:
    if integration.subtype is not None:
        return await call_first_class_integration(call, integration, backends)
    if integration.type == "AWS_PROXY":
        return await _call_proxy(call, integration, backends)
    if integration.type == "HTTP_PROXY":
        return await _call_http_proxy(call, integration, backends)
    raise internal_error(f"An HTTP API has no integrations of type {integration.type or 'none'}.")


async def _call_proxy(call: ApiCall, integration: Integration, backends: Backends) -> ApiResponse:
    uri = with_stage_variables(integration.uri, call.stage_variables)
    function = uri if call.api.protocol == "FUNCTION_URL" else function_in_uri(uri)
    if function is None:
        raise unknown_function(uri)
    return await call_function_proxy(function, call, backends.call)


async def _call_http_proxy(call: ApiCall, integration: Integration, backends: Backends) -> ApiResponse:
    request = http_proxy_request(call, with_stage_variables(integration.uri, call.stage_variables))
    context = context_variables(call)
    if call.api.protocol == "HTTP":
        request = change_http_request(request, integration.request_parameters, call, context)
    else:
        values = {
            target.removeprefix(_REST_PATH): value
            for target, source in integration.request_parameters.items()
            if target.startswith(_REST_PATH)
            and (value := mapped_request_value(source, call, context)) is not None
        }
        for name, value in values.items():
            request = request._replace(url=request.url.replace("{" + name + "}", value))
        added = tuple(
            (target.removeprefix("integration.request.header."), value)
            for target, source in integration.request_parameters.items()
            if target.startswith("integration.request.header.")
            and (value := mapped_request_value(source, call, context)) is not None
        )
        names = {name.lower() for name, _ in added}
        kept = tuple(pair for pair in request.headers if pair[0].lower() not in names)
        request = request._replace(headers=kept + added)
    answer = await call_http_endpoint(request, integration.timeout_ms / 1000, backends)
    return answer.response
