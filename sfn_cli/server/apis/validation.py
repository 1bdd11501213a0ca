"""What a REST API checks before it calls an integration: API keys, parameters and bodies.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import loads
from sfn_cli.server.apis.mapping.parameters import mapped_request_value
from sfn_cli.server.apis.messages import JSON_TYPE, GatewayError, internal_error

if TYPE_CHECKING:
    from sfn_cli.server.apis.context import ApiCall

API_KEY_HEADER = "x-api-key"


def validate_call(call: ApiCall) -> None:
    """Raises GatewayError for a request without a required parameter, or with an invalid body."""
    validation = call.matched.route.validation
    missing = [
        name.rpartition(".")[2]
        for name in validation.parameters
        if mapped_request_value(name, call, {}) is None
    ]
    if missing:
        raise GatewayError(
            "BAD_REQUEST_PARAMETERS", 400, f"Missing required request parameters: [{', '.join(missing)}]"
        )
    schema = validation.models.get(call.request.content_type or JSON_TYPE)
    if isinstance(schema, dict) and (problem := _schema_problem(schema, call.request.text)) is not None:
        raise GatewayError("BAD_REQUEST_BODY", 400, "Invalid request body", problem)


def _schema_problem(schema: Any, text: str) -> str | None:
    """Returns why a body does not match a JSON schema (draft 4); None if it does."""
    try:
        value = loads(text)
    except (ValueError, RecursionError) as error:
        return f"The body is not JSON: {error}"
    try:
        from jsonschema import Draft4Validator
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ModuleNotFoundError as error:
        raise internal_error(f"Request validators need {error.name}, which is not installed.") from None
    try:
        problem = next(Draft4Validator(schema, registry=Registry()).iter_errors(value), None)
    except (Unresolvable, ValueError, TypeError) as error:
        raise internal_error(f"The model is invalid: {error}") from None
    return None if problem is None else problem.message
