"""arn:aws:states:::apigateway:invoke: one method of an API, called by HTTP.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
An ApiEndpoint on this machine ("127.0.0.1:3000", as served by `sam local start-api`; a URL may have a
path) is called directly. An API of this store is called at the local endpoint, which serves it. Calls to
others go, with the ApiEndpoint as Host, to the endpoint set for API Gateway, or with SFN_AWS=real to AWS.
"""

from __future__ import annotations

import http.client
import re
from contextlib import suppress
from socket import gaierror
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfn_cli.api.apigateway.urls import api_id_in_host, api_path
from sfn_cli.asl.http_tasks import is_loopback_url
from sfn_cli.errors import ConfigurationError
from sfn_cli.integrations.aws.call import call_in_background
from sfn_cli.integrations.http.arguments import (
    check_arguments,
    http_argument_choice,
    http_argument_headers,
    http_argument_object,
    invalid_http_argument,
)
from sfn_cli.integrations.http.authorization import with_authorization_query
from sfn_cli.integrations.http.client import (
    Headers,
    Request,
    Response,
    Unreadable,
    has_http_header,
    http_header_lists,
    http_response_text,
    send_http_request,
)
from sfn_cli.integrations.http.url_encoding import url_encode, url_query_pairs
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, dumps, loads, serialized_payload
from sfn_cli.local_endpoint import local_endpoint_address
from sfn_cli.local_endpoint.record import ACCESS_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun
    from sfn_cli.integrations.task_order import Task

TIMEOUT_SECONDS = 60.0
"""How long a call may take; API Gateway's own default for an integration is 29 seconds."""

_AWS_NAME = re.compile(r"[0-9a-z]+\.execute-api\.([0-9a-z-]+)\.amazonaws\.com(\.cn)?")
_WITH_BODY = ("PATCH", "POST", "PUT")
_AUTH_TYPES = ("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY")


def invoke_api_gateway(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Calls the method of Parameters' ApiEndpoint, Stage and Path."""
    task = task_run.task
    own_api = _own_api(task.arguments.value, context)
    return call_in_background(task_run, context, lambda: _call_api_gateway(task, context, own_api))


def _own_api(arguments: Json, context: TaskContext) -> str | None:
    """Returns the id of the called API if it is in this store, and no endpoint is set for API Gateway."""
    endpoint = arguments.get("ApiEndpoint") if isinstance(arguments, dict) else None
    api_id = api_id_in_host(endpoint) if isinstance(endpoint, str) else None
    if api_id is None or context.settings.endpoint("API Gateway") is not None:
        return None
    _, parts = context.service.api_parts.version(api_id)
    return api_id if parts else None


def _call_api_gateway(task: Task, context: TaskContext, own_api: str | None) -> TaskSucceeded | TaskFailed:
    """Calls the method and returns its outcome. Raises StatesError."""
    try:
        request = _api_gateway_request(task.arguments.value, context, own_api)
    except ConfigurationError as error:
        return _api_gateway_failure(task, "SdkClientException", str(error))
    try:
        response = send_http_request(request, seconds=TIMEOUT_SECONDS)
    except TimeoutError:
        return _api_gateway_failure(
            task,
            "SocketTimeoutException",
            f"{request.url} did not answer within {TIMEOUT_SECONDS:.0f} seconds.",
        )
    except gaierror as error:
        return _api_gateway_failure(task, "UnknownHostException", f"{request.url}: {error.strerror}")
    except (OSError, http.client.HTTPException) as error:
        return _api_gateway_failure(
            task, "ConnectException", f"{request.url}: {getattr(error, 'strerror', None) or error}"
        )
    except ValueError as error:
        raise invalid_http_argument(str(error)) from None
    if not response.succeeded:
        return TaskFailed(task.id, f"ApiGateway.{response.status}", response.body.decode("utf-8", "replace"))
    try:
        return TaskSucceeded(
            task.id, serialized_payload(_api_gateway_result(response, http_response_text(response)))
        )
    except Unreadable as error:
        raise invalid_http_argument(str(error)) from None


def _api_gateway_failure(task: Task, exception: str, cause: str) -> TaskFailed:
    return TaskFailed(task.id, f"ApiGateway.{exception}", cause)


def _api_gateway_result(response: Response, body: str) -> dict[str, Json]:
    value: Json = body
    with suppress(ValueError, RecursionError):
        value = loads(body)
    return {
        "Headers": http_header_lists(response.headers),
        "ResponseBody": value,
        "StatusCode": response.status,
        "StatusText": response.reason,
    }


def _api_gateway_request(arguments: Json, context: TaskContext, own_api: str | None) -> Request:
    """Returns the request, signed if necessary. Raises StatesError for an invalid request."""
    arguments = check_arguments(arguments)
    endpoint, method = arguments["ApiEndpoint"], arguments["Method"]
    auth_type = http_argument_choice(_AUTH_TYPES, "AuthType", arguments.get("AuthType", "NO_AUTH"))
    headers = http_argument_headers("apigateway", arguments)
    if own_api is not None:
        local = local_endpoint_address(context.settings)
        base = f"{local.url}{api_path(own_api)}"
        headers = ((ACCESS_KEY_HEADER, local.access_key), *headers)
    else:
        base, host = _api_gateway_target(endpoint, context)
        if host is not None:
            headers = (("Host", host), *headers)
    path = "".join(
        "/" + quote(str(arguments[name]).strip("/"), safe="/%:@!$&'()*+,;=~", errors="replace")
        for name in ("Stage", "Path")
        if arguments.get(name)
    )
    url = with_authorization_query(
        f"{base}{path}", url_encode(url_query_pairs(http_argument_object(arguments, "QueryParameters")))
    )
    body = _api_gateway_body(arguments, method)
    if body is not None and not has_http_header(headers, "content-type"):
        headers = (*headers, ("Content-Type", "application/json"))
    request = Request(method, url, headers, body)
    if auth_type == "NO_AUTH":
        return request
    of_aws = _AWS_NAME.fullmatch(endpoint)
    return request._replace(
        headers=_sign_api_gateway_request(request, of_aws[1] if of_aws else context.settings.region, context)
    )


def _api_gateway_target(endpoint: str, context: TaskContext) -> tuple[str, str | None]:
    """Returns (the URL before the stage, the Host to use instead of the URL's own).

    Raises StatesError or ConfigurationError.
    """
    url = (endpoint if "://" in endpoint else f"http://{endpoint}").rstrip("/")
    if is_loopback_url(url):
        return url, None
    if not _AWS_NAME.fullmatch(endpoint):
        # Signatures, which include session tokens, are for AWS's own APIs only.
        raise invalid_http_argument(
            "The field 'ApiEndpoint' should be ID.execute-api.REGION.amazonaws.com (or be on this machine) "
            f"but was {endpoint}"
        )
    emulator, real = context.clients.route("apigateway")
    if emulator is not None:
        return emulator.rstrip("/"), endpoint
    if real:
        return f"https://{endpoint}", None
    raise ConfigurationError(
        f"{endpoint} is no API of this store. "
        "Set AWS_ENDPOINT_URL_API_GATEWAY to an endpoint that does, "
        "use an ApiEndpoint on this machine (127.0.0.1:3000), or set SFN_AWS=real."
    )


def _api_gateway_body(arguments: Mapping[str, Json], method: str) -> bytes | None:
    """Returns the body. Observed: text is sent as JSON, with its quotes; null means no body."""
    body = arguments.get("RequestBody")
    if body is None or method not in _WITH_BODY:
        return None
    return dumps(
        body if arguments.get("AllowNullValues") is True else _api_gateway_without_nulls(body)
    ).encode()


def _api_gateway_without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _api_gateway_without_nulls(item) for name, item in value.items() if item is not None}
    return [_api_gateway_without_nulls(item) for item in value] if isinstance(value, list) else value


def _sign_api_gateway_request(request: Request, region: str, context: TaskContext) -> Headers:
    """Returns the headers with a signature (SigV4).

    Requests to AWS are signed with the user's credentials, others with fictitious ones.
    """
    credentials: Any = context.clients.credentials("apigateway")
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    signed = AWSRequest(request.method, request.url, data=request.body or b"")
    for name, value in request.headers:
        signed.headers[name] = value  # adds a header, also if one of this name exists
    SigV4Auth(credentials, "execute-api", region).add_auth(signed)
    return tuple(signed.headers.items())
