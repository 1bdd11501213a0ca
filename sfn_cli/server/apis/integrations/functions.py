"""Functions behind routes: as a proxy, or with mapping templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import model
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.function_events import function_event, function_response, streamed_response
from sfn_cli.server.apis.messages import GatewayError, internal_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.jsonvalue import Json
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.messages import ApiResponse

    Call = Callable[[Operation, dict[str, Any]], Awaitable[Mapping[str, Any]]]

_INVOCATION_PATH = re.compile(
    r":lambda:path/[^/]+/functions/(.+)/(?:invocations|response-streaming-invocations)$"
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_-]+)\}")


class FunctionAnswer(NamedTuple):
    payload: Json
    is_error: bool
    content: bytes
    """The payload as it is: a streamed response need not be JSON, or text."""


def function_in_uri(uri: str) -> str | None:
    """Returns the name or ARN of the function that an integration's URI has; None if it has none."""
    found = _INVOCATION_PATH.search(uri)
    if found is not None:
        return found[1]
    return uri if ":lambda:" in uri and ":function:" in uri else None


def with_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """Returns a URI with the values of its `${stageVariables.NAME}`."""
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)


async def call_function_proxy(function: str, call: ApiCall, invoke: Call) -> ApiResponse:
    """Invokes a function with the request as its event. Raises GatewayError."""
    integration = call.matched.route.integration
    assert integration is not None
    event = function_event(call, integration.payload_format)
    answer = await invoke_api_function(function, event, invoke)
    if answer.is_error:
        status = 500 if call.api.protocol == "HTTP" else 502
        raise internal_error(
            f"The function {function} failed: {_failure_text(answer.payload)}", status=status
        )
    streamed = streamed_response(answer.content)
    return streamed or function_response(call, integration.payload_format, answer.payload)


async def invoke_api_function(function: str, event: Json, invoke: Call) -> FunctionAnswer:
    """Invokes a function and waits. Raises GatewayError if it cannot be invoked."""
    request = {"FunctionName": function, "Payload": dumps(event).encode("utf-8", "replace")}
    try:
        answer = await invoke(model.load_model("lambda", "Invoke"), request)
    except ApiError as error:
        raise internal_error(f"{function}: {error.message}") from None
    text = answer["Payload"].decode("utf-8", "replace")
    try:
        payload = loads(text)
    except ValueError:
        payload = text
    return FunctionAnswer(payload, answer.get("FunctionError") is not None, answer["Payload"])


def _failure_text(payload: Json) -> str:
    if isinstance(payload, dict) and "errorMessage" in payload:
        return f"{payload.get('errorType', 'Error')}: {payload['errorMessage']}"
    return dumps(payload)


def function_error_text(payload: Json) -> str:
    """Returns the text of a function's error that selection patterns match."""
    return str(payload.get("errorMessage", "")) if isinstance(payload, dict) else ""


def unknown_function(uri: str) -> GatewayError:
    return internal_error(f"The integration's URI names no function: {uri[:200]}")
