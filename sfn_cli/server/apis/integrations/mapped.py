"""Integrations with mapping templates: AWS services and functions, HTTP endpoints, and mocks.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html
The order: the request's template, the call, the integration response that matches its outcome, that
response's parameters and template.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.integrations.backends import BackendAnswer, BackendRequest
from sfn_cli.server.apis.integrations.functions import (
    function_error_text,
    function_in_uri,
    invoke_api_function,
    with_stage_variables,
)
from sfn_cli.server.apis.integrations.http_endpoints import call_http_endpoint, fill_path_variables
from sfn_cli.server.apis.integrations.services import call_api_service, service_in_uri
from sfn_cli.server.apis.mapping.parameters import mapped_request_value, mapped_response_value
from sfn_cli.server.apis.mapping.templates import MappingTemplates
from sfn_cli.server.apis.messages import (
    JSON_TYPE,
    ApiResponse,
    GatewayError,
    internal_error,
    json_api_response,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.apigateway.served import Integration, IntegrationResponse
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.backends import Backends

_LOCATIONS = ("header", "querystring", "path")
_RESPONSE_HEADER = "method.response.header."


async def call_mapped_integration(call: ApiCall, integration: Integration, backends: Backends) -> ApiResponse:
    """Calls a non-proxy integration. Raises GatewayError."""
    templates = MappingTemplates(call)
    request = await backends.in_thread(lambda: _mapped_request(call, integration, templates))
    answer = await _call_backend(call, integration, request, backends)
    response: ApiResponse = await backends.in_thread(
        lambda: _mapped_response(call, integration, templates, answer)
    )
    return response


async def _call_backend(
    call: ApiCall, integration: Integration, request: BackendRequest, backends: Backends
) -> BackendAnswer:
    if integration.type == "MOCK":
        return _mocked(request)
    if integration.type == "HTTP":
        return await call_http_endpoint(request, integration.timeout_ms / 1000, backends)
    if (function := function_in_uri(request.url)) is not None:
        return await _call_function(function, request, backends)
    place = service_in_uri(request.url)
    if place is None:
        raise internal_error(f"The integration's URI is unknown: {request.url[:200]}")
    return await call_api_service(place, request, backends)


async def _call_function(function: str, request: BackendRequest, backends: Backends) -> BackendAnswer:
    text = request.body.decode("utf-8", "replace")
    try:
        event = loads(text) if text.strip() else {}
    except ValueError as error:
        raise internal_error(f"The function's event is not JSON: {error}") from None
    answer = await invoke_api_function(function, event, backends.call)
    outcome = function_error_text(answer.payload) if answer.is_error else ""
    return BackendAnswer(
        ApiResponse(200, (("Content-Type", JSON_TYPE),), dumps(answer.payload).encode("utf-8", "replace")),
        outcome,
    )


def _mocked(request: BackendRequest) -> BackendAnswer:
    """Returns the answer of a mock: its template's {"statusCode": 200}."""
    try:
        given = loads(request.body.decode("utf-8", "replace"))
        status = int(given["statusCode"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise internal_error("The template of a MOCK integration must have a statusCode.") from None
    return BackendAnswer(json_api_response(status, given), str(status))


# Requests


def _mapped_request(call: ApiCall, integration: Integration, templates: MappingTemplates) -> BackendRequest:
    body = _mapped_body(call, integration, templates)
    values: dict[str, dict[str, str]] = {location: {} for location in _LOCATIONS}
    for target, source in integration.request_parameters.items():
        location, _, name = target.removeprefix("integration.request.").partition(".")
        value = mapped_request_value(source, call, templates.context)
        if location in values and value is not None:
            values[location][name] = value
    for location, overrides in templates.context["requestOverride"].items():
        if location in values and isinstance(overrides, dict):
            values[location].update({name: str(value) for name, value in overrides.items()})
    headers = values["header"]
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = call.request.header("content-type") or JSON_TYPE
    uri = with_stage_variables(integration.uri, call.stage_variables)
    return BackendRequest(
        integration.method if integration.method not in (None, "ANY") else call.request.method,
        fill_path_variables(uri, values["path"]),
        tuple(values["querystring"].items()),
        tuple(headers.items()),
        body,
    )


def _mapped_body(call: ApiCall, integration: Integration, templates: MappingTemplates) -> bytes:
    """Returns the body that the request's template makes, or the request's own."""
    request = call.request
    body = _converted(request.body, integration.content_handling, "request")
    template = _request_template(call, integration)
    given = integration.request_templates
    if template is not None:
        return templates.render(template, body.decode("utf-8", "replace")).encode("utf-8", "replace")
    if integration.type == "MOCK":
        return b'{"statusCode": 200}' if not given else body
    if integration.passthrough == "NEVER" or (given and integration.passthrough == "WHEN_NO_TEMPLATES"):
        raise GatewayError(
            "UNSUPPORTED_MEDIA_TYPE",
            415,
            "Unsupported Media Type",
            f"The integration has no template for {request.content_type or JSON_TYPE}.",
        )
    return body


def _request_template(call: ApiCall, integration: Integration) -> str | None:
    given = {
        type.partition(";")[0].strip().lower(): text for type, text in integration.request_templates.items()
    }
    return given.get(call.request.content_type or JSON_TYPE, given.get("$default"))


def _converted(body: bytes, handling: str | None, what: str) -> bytes:
    if handling == "CONVERT_TO_TEXT" and body:
        return base64.b64encode(body)
    if handling == "CONVERT_TO_BINARY" and body:
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error:
            raise internal_error(f"The body of the {what} is not base64.") from None
    return body


# Responses


def _mapped_response(
    call: ApiCall, integration: Integration, templates: MappingTemplates, answer: BackendAnswer
) -> ApiResponse:
    selected = select_integration_response(integration, answer.outcome)
    if selected is None:
        raise internal_error(f"No integration response matches the outcome {answer.outcome!r}.")
    body = _converted(answer.response.body, selected.content_handling, "response")
    type, template = _response_template(call, selected.templates)
    if template is not None:
        body = templates.render(template, body.decode("utf-8", "replace")).encode("utf-8", "replace")
    headers: dict[str, str] = {"Content-Type": type or JSON_TYPE}
    for target, source in selected.parameters.items():
        name = target.removeprefix(_RESPONSE_HEADER)
        value = mapped_response_value(source, call, templates.context, answer.response)
        if name != target and value is not None:
            _replace_header(headers, name, value)
    override = templates.context["responseOverride"]
    for name, value in (override.get("header") or {}).items():
        _replace_header(headers, name, str(value))
    try:
        status = int(override.get("status", selected.status))
    except (TypeError, ValueError, OverflowError):
        raise internal_error(f"The overriding status {override.get('status')!r} is no number.") from None
    if status >= 400 and (hint := _missing_template(call, integration)) is not None:
        headers["x-sfn-cause"] = hint
    return ApiResponse(status, tuple(headers.items()), body)


def _missing_template(call: ApiCall, integration: Integration) -> str | None:
    """Returns a line for the developer if no template was used for the request, but there are some."""
    type = call.request.content_type or JSON_TYPE
    if not integration.request_templates or _request_template(call, integration) is not None:
        return None
    types = ", ".join(integration.request_templates)
    return f"The body was passed on as it is: there is no template for {type}, but for {types}."


def select_integration_response(integration: Integration, outcome: str) -> IntegrationResponse | None:
    """Returns the response whose pattern matches an outcome, or the default one."""
    default = None
    for response in integration.responses:
        if response.pattern is None:
            default = default or response
        elif outcome and _matches(response.pattern, outcome):
            return response
    return default


def _matches(pattern: str, outcome: str) -> bool:
    try:
        return re.fullmatch(pattern, outcome, re.DOTALL) is not None
    except re.error as error:
        raise internal_error(f"The selection pattern {pattern!r} is invalid: {error}") from None


def _response_template(call: ApiCall, templates: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Returns the content type and the template of a response: the one that the client accepts, or JSON."""
    if not templates:
        return None, None
    accepted = [
        type.partition(";")[0].strip().lower() for type in (call.request.header("accept") or "").split(",")
    ]
    for type in (*accepted, JSON_TYPE):
        if type in templates:
            return type, templates[type]
    return next(iter(templates.items()))


def _replace_header(headers: dict[str, str], name: str, value: str) -> None:
    for other in [key for key in headers if key.lower() == name.lower()]:
        del headers[other]
    headers[name] = value
