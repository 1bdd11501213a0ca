"""Parameter mappings of REST APIs: static values, and values of the request or the response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html

    'text'                                  static
    method.request.path|querystring|header.NAME, method.request.multivalue….NAME
    method.request.body[.JSONPATH], context.NAME, stageVariables.NAME
    integration.response.header|multivalueheader.NAME, integration.response.body[.JSONPATH]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.server.apis.messages import last_of_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.messages import ApiResponse


def mapped_request_value(source: str, call: ApiCall, context: Mapping[str, Any]) -> str | None:
    """Returns the value of a source of a request's mapping; None if it has none."""
    if (static := static_value(source)) is not None:
        return static
    request = call.request
    location, _, name = source.removeprefix("method.request.").partition(".")
    if source.startswith("method.request."):
        match location.lower():
            case "path":
                return call.path_variables.get(name)
            case "querystring":
                return last_of_pairs(request.query_pairs).get(name)
            case "multivaluequerystring":
                values = [value for key, value in request.query_pairs if key == name]
                return ",".join(values) if values else None
            case "header":
                return request.header(name)
            case "multivalueheader":
                values = [value for key, value in request.headers if key == name.lower()]
                return ",".join(values) if values else None
            case "body":
                return text_in_body(request.text, name)
    return _context_value(source, call, context)


def mapped_response_value(
    source: str, call: ApiCall, context: Mapping[str, Any], response: ApiResponse
) -> str | None:
    """Returns the value of a source of a response's mapping; None if it has none."""
    if (static := static_value(source)) is not None:
        return static
    location, _, name = source.removeprefix("integration.response.").partition(".")
    if source.startswith("integration.response."):
        match location.lower():
            case "header":
                return response.header(name)
            case "multivalueheader":
                values = [value for key, value in response.headers if key.lower() == name.lower()]
                return ",".join(values) if values else None
            case "body":
                return text_in_body(response.body.decode("utf-8", "replace"), name)
    return _context_value(source, call, context)


def static_value(source: str) -> str | None:
    """Returns the text between quotes; None for another source."""
    source = source.strip()
    return source[1:-1] if len(source) >= 2 and source[0] == source[-1] == "'" else None


def _context_value(source: str, call: ApiCall, context: Mapping[str, Any]) -> str | None:
    kind, _, name = source.partition(".")
    if kind == "stageVariables":
        return call.stage_variables.get(name)
    return context_text(context, name) if kind == "context" else None


def context_text(context: Mapping[str, Any], name: str) -> str | None:
    """Returns a value of `$context` by its dotted name; None if there is none."""
    value: Any = context
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value if value is None or isinstance(value, str) else dumps(value)


def text_in_body(body: str, path: str) -> str | None:
    """Returns what a JSONPath (without "$.") names in a JSON body; all of the body for ""."""
    if not path:
        return body
    if not path.startswith("["):
        path = "." + path.removeprefix("$.")
    try:
        found = compile_path(f"${path}").read(loads(body))
    except (ValueError, PathNotFound, StatesError):
        return None
    return found if found is None or isinstance(found, str) else dumps(found)
