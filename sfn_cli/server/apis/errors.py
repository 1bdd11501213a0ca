"""The response to a request that fails: API Gateway's own, or the API's gateway response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.server.apis.mapping.parameters import mapped_request_value, static_value
from sfn_cli.server.apis.mapping.templates import MappingTemplates
from sfn_cli.server.apis.messages import JSON_TYPE, ApiResponse, GatewayError, json_api_response

if TYPE_CHECKING:
    from sfn_cli.api.apigateway.served import GatewayResponse, ServedApi
    from sfn_cli.server.apis.context import ApiCall

_MAX_CAUSE = 500
_HEADER = "gatewayresponse.header."


def error_response(error: GatewayError, api: ServedApi | None, call: ApiCall | None) -> ApiResponse:
    """Returns the response to an error of a request to this API, if it is known."""
    response = _own_response(error, api)
    given = None
    if api is not None and api.protocol == "REST":
        given = api.gateway_responses.get(error.type) or api.gateway_responses.get(error.default_type)
    if given is not None:
        response = _customised(response, error, given, call)
    if error.type == "UNAUTHORIZED" and api is not None and api.protocol == "HTTP":
        response = response.with_headers([("WWW-Authenticate", "Bearer")])
    if error.cause:
        cause = " ".join(error.cause.split())[:_MAX_CAUSE].encode("ascii", "replace").decode()
        response = response.with_headers([("x-sfn-cause", cause)])
    return response.with_headers([("x-amzn-ErrorType", _error_name(error))])


def _own_response(error: GatewayError, api: ServedApi | None) -> ApiResponse:
    message = error.message
    if api is not None and api.protocol != "REST" and error.status >= 500:
        message = "Service Unavailable" if error.status == 503 else "Internal Server Error"
    name = "Message" if error.type == "ACCESS_DENIED" and message.startswith("User is not") else "message"
    return json_api_response(error.status, {name: message})


def _customised(
    response: ApiResponse, error: GatewayError, given: GatewayResponse, call: ApiCall | None
) -> ApiResponse:
    """Returns the response with the status, headers and template that the API has for it."""
    response = response._replace(status=given.status or response.status)
    context: dict[str, Any] = {}
    if call is not None:
        templates = MappingTemplates(call)
        templates.context["error"] = {
            "message": error.message,
            "messageString": dumps(error.message),
            "responseType": error.type,
            "validationErrorString": error.cause,
        }
        context = templates.context
        if JSON_TYPE in given.templates:
            try:
                text = templates.render(given.templates[JSON_TYPE], "")
            except GatewayError as failed:
                text = dumps({"message": failed.cause})
            response = response._replace(body=text.encode("utf-8", "replace"))
    headers = []
    for target, source in given.parameters.items():
        value = static_value(source)
        if value is None and call is not None:
            value = mapped_request_value(source, call, context)
        if target.startswith(_HEADER) and value is not None:
            headers.append((target.removeprefix(_HEADER), value))
    return response.with_headers(headers)


def _error_name(error: GatewayError) -> str:
    return {
        "UNAUTHORIZED": "UnauthorizedException",
        "MISSING_AUTHENTICATION_TOKEN": "MissingAuthenticationTokenException",
        "ACCESS_DENIED": "AccessDeniedException",
        "INVALID_API_KEY": "ForbiddenException",
        "NOT_FOUND": "NotFoundException",
    }.get(error.type, "BadRequestException" if error.status < 500 else "InternalServerErrorException")
