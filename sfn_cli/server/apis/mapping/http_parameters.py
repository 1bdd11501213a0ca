"""Parameter mappings of HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html

A source is `$request.header.NAME`, `$request.querystring.NAME`, `$request.body.PATH`, `$request.path`,
`$request.path.NAME`, `$context.NAME`, `$stageVariables.NAME`, `$response.header.NAME`,
`$response.body.PATH` or static text; `${…}` puts sources into text. A target is `append:`, `overwrite:`
or `remove:`, with `header.NAME`, `querystring.NAME`, `path`, or `statuscode`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.server.apis.mapping.parameters import context_text, text_in_body
from sfn_cli.server.apis.messages import joined_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.backends import BackendRequest
    from sfn_cli.server.apis.messages import ApiResponse, Pairs

_SOURCE = re.compile(r"\$\{?((?:request|response|context|stageVariables)\.[^${}\s]+)\}?")
_IN_TEXT = re.compile(r"\$\{((?:request|response|context|stageVariables)\.[^${}\s]+)\}")


def http_parameter_value(
    source: str, call: ApiCall, context: Mapping[str, Any], response: ApiResponse | None = None
) -> str | None:
    """Returns the value of a source; None if it has none."""
    whole = _SOURCE.fullmatch(source)
    if whole is not None:
        return _value(whole[1], call, context, response)
    return _IN_TEXT.sub(lambda found: _value(found[1], call, context, response) or "", source)


def _value(name: str, call: ApiCall, context: Mapping[str, Any], response: ApiResponse | None) -> str | None:
    origin, _, rest = name.partition(".")
    place, _, key = rest.partition(".")
    if origin == "stageVariables":
        return call.stage_variables.get(rest)
    if origin == "context":
        return context_text(context, rest)
    if origin == "response":
        if response is None:
            return None
        return (
            response.header(key)
            if place == "header"
            else text_in_body(response.body.decode("utf-8", "replace"), key)
        )
    match place:
        case "header":
            return call.request.header(key)
        case "querystring":
            return joined_pairs(call.request.query_pairs).get(key)
        case "path":
            return call.path_variables.get(key) if key else call.request.path
        case "body":
            return text_in_body(call.request.text, key)
    return None


def change_http_request(
    request: BackendRequest, changes: Mapping[str, str], call: ApiCall, context: Mapping[str, Any]
) -> BackendRequest:
    """Returns the request with the changes of its parameter mapping."""
    for target, source in changes.items():
        action, _, place = target.partition(":")
        value = http_parameter_value(source, call, context)
        kind, _, name = place.partition(".")
        if kind == "header":
            request = request._replace(headers=_changed(request.headers, action, name, value))
        elif kind == "querystring":
            request = request._replace(query=_changed(request.query, action, name, value))
        elif kind == "path" and value is not None:
            origin = re.match(r"https?://[^/]+", request.url)
            request = request._replace(url=f"{origin[0] if origin else ''}/{value.lstrip('/')}")
    return request


def change_http_response(
    response: ApiResponse, changes: Mapping[str, Mapping[str, str]], call: ApiCall, context: Mapping[str, Any]
) -> ApiResponse:
    """Returns the response with the changes that the mapping has for its status."""
    original = response
    for target, source in changes.get(str(response.status), {}).items():
        action, _, place = target.partition(":")
        value = http_parameter_value(source, call, context, original)
        kind, _, name = place.partition(".")
        if kind == "header":
            response = response._replace(headers=_changed(response.headers, action, name, value))
        elif kind == "statuscode" and value is not None and value.isdecimal():
            response = response._replace(status=int(value))
    return response


def _changed(pairs: Pairs, action: str, name: str, value: str | None) -> Pairs:
    others = tuple(pair for pair in pairs if pair[0].lower() != name.lower())
    if action == "remove":
        return others
    if value is None:
        return pairs
    return (pairs if action == "append" else others) + ((name, value),)
