"""arn:aws:states:::http:invoke: an HTTPS API, called with the additions of a connection.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
An endpoint on this machine may be http. The response's header names are in lower case, as in
HTTP/2, which AWS uses.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sfn_cli.api.events import connections
from sfn_cli.asl.http_tasks import is_http_invoke_endpoint
from sfn_cli.errors import StatesError
from sfn_cli.integrations.aws.call import call_in_background
from sfn_cli.integrations.http.arguments import (
    check_arguments,
    http_argument_choice,
    http_argument_headers,
    http_argument_object,
    invalid_http_argument,
)
from sfn_cli.integrations.http.authorization import (
    Additions,
    authorization_additions,
    with_authorization_query,
)
from sfn_cli.integrations.http.client import (
    Headers,
    Request,
    Response,
    Unreadable,
    has_http_header,
    http_header_lists,
    http_response_value,
    send_http_request,
)
from sfn_cli.integrations.http.url_encoding import (
    ARRAY_FORMATS,
    plain_url_value,
    url_encode,
    url_form_pairs,
    url_query_pairs,
)
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, dumps_payload, serialized_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun
    from sfn_cli.integrations.task_order import Task
    from sfn_cli.store.records.events.connections import Connection

TIMEOUT_SECONDS = 60.0
"""How long the whole call may take, regardless of TimeoutSeconds (AWS's quota)."""

_JSON_TYPE = "application/json; charset=UTF-8"
_REFUSED = (401, 407)
_WITHOUT_BODY = (204, 205)

_NOTHING = object()
"""Marks a missing RequestBody, as opposed to null."""


class _Arguments(NamedTuple):
    """The task's request.

    `body` is JSON or _NOTHING; `array_format` is set for a body that becomes a form.
    """

    method: str
    url: str
    headers: Headers
    query: tuple[tuple[str, str], ...]
    body: Json
    array_format: str | None


def invoke_http(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Calls Parameters' ApiEndpoint."""
    task = task_run.task
    return call_in_background(task_run, context, lambda: _invoke_http_endpoint(task, context))


def _invoke_http_endpoint(task: Task, context: TaskContext) -> TaskSucceeded | TaskFailed:
    """Calls the endpoint and returns its outcome. Raises StatesError."""
    arguments = check_arguments(task.arguments.value)
    call, arn = _parse_http_invoke_arguments(arguments), _invoked_connection_arn(arguments)
    service = context.service.sibling()
    try:
        added = authorization_additions(service, _invoked_connection(service, arn))
        response = _send_http_invoke(call, added, context)
        if response.status in _REFUSED and added.token is not None:
            # Read the connection again: another task may have a new token by now.
            added = authorization_additions(service, _invoked_connection(service, arn), refused=added.token)
            response = _send_http_invoke(call, added, context)
    finally:
        service.close()
    if not response.succeeded:
        # Observed: the error contains only the status of the response.
        return TaskFailed(task.id, f"States.Http.StatusCode.{response.status}", response.reason)
    headers = http_header_lists(tuple((name.lower(), value) for name, value in response.headers))
    output = {
        "Headers": headers,
        **_http_invoke_response_body(call.method, response),
        "StatusCode": response.status,
        "StatusText": response.reason,
    }
    return TaskSucceeded(task.id, serialized_payload(output))


def _http_invoke_response_body(method: str, response: Response) -> dict[str, Json]:
    """Returns the member ResponseBody, if HTTP allows a body. Raises StatesError.

    Observed: 204. An empty body where HTTP allows one is the empty text.
    """
    if method == "HEAD" or response.status in _WITHOUT_BODY:
        return {}
    try:
        return {"ResponseBody": http_response_value(response)}
    except Unreadable as error:
        raise StatesError("States.Runtime", str(error)) from None


def _invoked_connection_arn(arguments: Mapping[str, Json]) -> str:
    for field in ("InvocationConfig", "Authentication"):
        named = arguments.get(field)
        if isinstance(named, dict) and isinstance(named.get("ConnectionArn"), str):
            arn: str = named["ConnectionArn"]
            return arn
    raise invalid_http_argument("The field 'ConnectionArn' is required but was missing")


def _invoked_connection(service: Service, arn: str) -> Connection:
    found = connections.find_connection(service, arn)
    if found is None:
        raise StatesError(
            "Events.ConnectionResource.ResourceNotFound",
            f"Connection '{arn}' does not exist. Create it with: sfn events create-connection",
        )
    return found


def _parse_http_invoke_arguments(arguments: Mapping[str, Json]) -> _Arguments:
    """Parses the arguments of the task. Raises StatesError for a URL that is not allowed."""
    url = arguments["ApiEndpoint"]
    if not is_http_invoke_endpoint(url):
        raise invalid_http_argument(
            f"The field 'ApiEndpoint' should be an https URL (or http on this machine) but was {url}"
        )
    return _Arguments(
        arguments["Method"],
        url,
        http_argument_headers("http", arguments),
        tuple(url_query_pairs(http_argument_object(arguments, "QueryParameters"))),
        arguments.get("RequestBody", _NOTHING),
        _http_invoke_array_format(http_argument_object(arguments, "Transform")),
    )


def _http_invoke_array_format(transform: Mapping[str, Json]) -> str | None:
    encoding = http_argument_choice(
        ("NONE", "URL_ENCODED"), "RequestBodyEncoding", transform.get("RequestBodyEncoding", "NONE")
    )
    array_format = http_argument_choice(
        ARRAY_FORMATS,
        "ArrayFormat",
        http_argument_object(transform, "RequestEncodingOptions").get("ArrayFormat", "INDICES"),
    )
    return array_format if encoding == "URL_ENCODED" else None


def _send_http_invoke(call: _Arguments, added: Additions, context: TaskContext) -> Response:
    """Sends the request and returns the response. Raises StatesError if there is none."""
    request = _http_invoke_request(call, added, context.settings.region)
    if context.inspection is not None:
        shown = added if context.inspection.reveal_secrets else Additions()
        _show_http_invoke_request(
            context.inspection, _http_invoke_request(call, shown, context.settings.region)
        )
    try:
        response = send_http_request(_add_http_invoke_content_type(request), seconds=TIMEOUT_SECONDS)
    except TimeoutError:
        raise StatesError(
            "States.Http.Socket", f"The HTTP task timed out after {TIMEOUT_SECONDS:.0f} seconds."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise StatesError(
            "States.TaskFailed", f"{call.method} {call.url} failed: {error or type(error).__name__}"
        ) from None
    except ValueError as error:
        raise invalid_http_argument(str(error)) from None
    if context.inspection is not None:
        _show_http_invoke_response(context.inspection, call, response)
    return response


def _http_invoke_request(call: _Arguments, added: Additions, region: str) -> Request:
    """Returns the request; the connection's values override the task's. Raises StatesError."""
    headers = _overlay_http_invoke_pairs(call.headers, added.headers, str.lower)
    query = _overlay_http_invoke_pairs(call.query, added.query, str)
    own = (("User-Agent", f"Amazon|StepFunctions|HttpInvoke|{region}"), ("Range", "bytes=0-262144"))
    headers = (*(header for header in headers if header[0].lower() not in ("user-agent", "range")), *own)
    return Request(
        call.method,
        with_authorization_query(call.url, url_encode(query)),
        headers,
        _http_invoke_body(call, added, headers),
    )


def _overlay_http_invoke_pairs(task: Headers, connection: Headers, key: Callable[[str], str]) -> Headers:
    overlaid = {key(name) for name, _ in connection}
    return (*(pair for pair in task if key(pair[0]) not in overlaid), *connection)


def _http_invoke_body(call: _Arguments, added: Additions, headers: Headers) -> bytes | None:
    body = call.body
    if added.body:
        if body is _NOTHING or body is None:
            body = {}
        if not isinstance(body, dict):
            raise invalid_http_argument(
                "RequestBody must be an object, because the connection has body parameters to merge with it."
            )
        body = {**body, **dict(added.body)}
    if body is _NOTHING:
        return None
    if isinstance(body, (dict, list)) and call.array_format is not None:
        return url_encode(url_form_pairs(body, call.array_format)).encode()
    # Text with a content type other than JSON is sent unchanged.
    kind = next((value for name, value in headers if name.lower() == "content-type"), _JSON_TYPE)
    return (dumps_payload(body) if "json" in kind.lower() else plain_url_value(body)).encode()


def _add_http_invoke_content_type(request: Request) -> Request:
    if request.body is None or has_http_header(request.headers, "content-type"):
        return request
    return request._replace(headers=(*request.headers, ("Content-Type", _JSON_TYPE)))


def _show_http_invoke_request(inspection: HttpInspection, request: Request) -> None:
    inspection.request = {
        "protocol": urlsplit(request.url).scheme,
        "method": request.method,
        "url": request.url,
        "headers": _format_http_invoke_headers(request.headers),
    }
    if request.body is not None:
        inspection.request["body"] = request.body.decode()


def _show_http_invoke_response(inspection: HttpInspection, call: _Arguments, response: Response) -> None:
    inspection.response = {
        "protocol": urlsplit(call.url).scheme,
        "statusCode": str(response.status),
        "statusMessage": response.reason,
        "headers": _format_http_invoke_headers(
            tuple((name.lower(), value) for name, value in response.headers)
        ),
        "body": response.body.decode("utf-8", "replace"),
    }


def _format_http_invoke_headers(headers: Headers) -> str:
    return f"[{', '.join(f'{name}: {value}' for name, value in headers)}]"
