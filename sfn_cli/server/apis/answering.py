"""Answers requests to APIs and function URLs.

The order is API Gateway's: the stage, CORS, the route, the authorizer, the API key, the request's
validation, the integration. An error has API Gateway's form: {"message"}; the header x-sfn-cause says,
for the developer, what is wrong.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.catalog import ApiCatalog, find_url_api
from sfn_cli.api.apigateway.matching import match_route, methods_at
from sfn_cli.api.apigateway.rest_apis import API_KEY
from sfn_cli.api.apigateway.served import DEFAULT_STAGE
from sfn_cli.api.apigateway.urls import APIS, CODE, FUNCTIONS
from sfn_cli.integrations.aws.clients import shared_clients
from sfn_cli.integrations.aws.emulated_apis import find_emulated_api
from sfn_cli.local_endpoint.record import ACCESS_KEY_HEADER
from sfn_cli.server.apis.authorizers import authorize_call
from sfn_cli.server.apis.context import new_api_call
from sfn_cli.server.apis.errors import error_response
from sfn_cli.server.apis.integrations.backends import Backends
from sfn_cli.server.apis.integrations.calling import call_integration
from sfn_cli.server.apis.messages import (
    ApiRequest,
    GatewayError,
    sendable_response,
)
from sfn_cli.server.apis.origins import (
    check_api_host,
    check_api_origin,
    is_preflight,
    preflight_response,
    with_cors,
)
from sfn_cli.server.apis.validation import API_KEY_HEADER, validate_call
from sfn_cli.server.code_urls import answer_code_request
from sfn_cli.server.messages import HttpResponse
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sfn_cli.api.apigateway.served import ServedApi
    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.messages import ApiResponse
    from sfn_cli.server.messages import HttpRequest
    from sfn_cli.settings import Settings


class ApiAnswers:
    """Answers the requests to the APIs of one server."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], int],
        listening_host: str,
        with_service: Callable[[Callable[[Service], Any]], Awaitable[Any]],
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
    ) -> None:
        """`clock` returns milliseconds since 1970.

        `with_service` calls a function in a thread, with a Service of that thread's. `in_thread` calls
        one that may block for long.
        """
        self._settings = settings
        self._clock = clock
        self._listening_host = listening_host
        self._with_service = with_service
        self._in_thread = in_thread
        self._clients = shared_clients(settings)
        self._catalog = ApiCatalog()

    async def answer(
        self,
        head: HttpRequest,
        whole: Callable[[], Awaitable[HttpRequest]],
        call_operation: Callable[[Operation, dict[str, Any]], Awaitable[Mapping[str, Any]]],
        client: str,
    ) -> HttpResponse:
        """Responds to one request. `whole` returns it with its body, or raises ApiError.

        `call_operation` calls an operation of sfn's own. `client` is the client's IP address.
        """
        if head.path.startswith(CODE):
            return await answer_code_request(head, self._with_service)
        backends = Backends(self._clients, call_operation, self._in_thread)
        request_id = random_uuid()
        api: ServedApi | None = None
        call: ApiCall | None = None
        try:
            check_api_host(head.headers, self._listening_host)
            api, rest = await self._find(head.path)
            check_api_origin(api, head.method, head.headers)
            stage, path = _stage_of(api, rest)
            if api.cors is not None and is_preflight(head.method, head.headers):
                return _http_response(preflight_response(api.cors, head.headers), request_id)
            matched = match_route(api.routes, head.method, path)
            if matched is None:
                raise _no_route(api, head.method, path)
            request = ApiRequest(
                request_id,
                head.method,
                path,
                path if stage == DEFAULT_STAGE else f"/{stage}{path}",
                head.query,
                tuple(pair for pair in head.headers.items() if pair[0] != ACCESS_KEY_HEADER),
                (await whole()).body,
                client,
                self._clock(),
            )
            call = new_api_call(self._settings, api, stage, matched, request)
            call = await authorize_call(call, backends.call)
            if matched.route.needs_api_key and api.protocol == "REST":
                call = await self._check_api_key(call)
            validate_call(call)
            response = await _within_timeout(call, call_integration(call, backends))
            response = sendable_response(with_cors(response, api.cors, head.headers.get("origin")))
        except GatewayError as error:
            response = error_response(error, api, call)
            if api is not None:
                response = with_cors(response, api.cors, head.headers.get("origin"))
        return _http_response(response, request_id)

    async def _find(self, path: str) -> tuple[ServedApi, str]:
        """Returns the API of a path, and the rest of the path. Raises GatewayError."""
        is_function = path.startswith(FUNCTIONS)
        id, slash, rest = path.removeprefix(FUNCTIONS if is_function else APIS).partition("/")
        found = await self._with_service(
            lambda service: find_url_api(service, id) if is_function else self._catalog.find(service, id)
        )
        if found is None and not is_function:
            found = await self._in_thread(lambda: find_emulated_api(self._settings, self._clients, id))
        if found is None:
            what = "function URL" if is_function else "API"
            raise GatewayError(
                "NOT_FOUND",
                404,
                f"There is no {what} {id[:80]}. The URLs of a stack's APIs: sfn stack show NAME",
            )
        return found, slash + rest

    async def _check_api_key(self, call: ApiCall) -> ApiCall:
        """Returns the call with its API key. Raises GatewayError if no key of the store has this value."""
        given = call.api_key if call.api.reads_key_from_authorizer else call.request.header(API_KEY_HEADER)
        keys = await self._with_service(lambda service: service.api_parts.of_kind(API_KEY))
        if not any(
            part.properties.get("Value") == given and part.properties.get("Enabled") not in (False, "false")
            for part in keys
        ):
            raise GatewayError("INVALID_API_KEY", 403, "Forbidden", "The request has no valid x-api-key.")
        return call._replace(api_key=given)


def _stage_of(api: ServedApi, rest: str) -> tuple[str, str]:
    """Returns the stage of a path, and the path within the stage. Raises GatewayError."""
    if api.protocol == "FUNCTION_URL":
        return DEFAULT_STAGE, rest or "/"
    name, slash, path = rest.lstrip("/").partition("/")
    if name in api.stages or name.lower() == "%24default":
        return (name if name in api.stages else DEFAULT_STAGE), slash + path or "/"
    if DEFAULT_STAGE in api.stages:
        return DEFAULT_STAGE, rest or "/"
    stages = ", ".join(api.stages) or "it has none"
    cause = f"The API {api.id} has no stage {name[:80]!r}. Stages: {stages}."
    if api.protocol == "HTTP":
        raise GatewayError("NOT_FOUND", 404, "Not Found", cause)
    raise GatewayError("ACCESS_DENIED", 403, "Forbidden", cause)


def _no_route(api: ServedApi, method: str, path: str) -> GatewayError:
    methods = methods_at(api.routes, path)
    cause = (
        f"The API has no route {method} {path[:200]}."
        if not methods
        else f"{path[:200]} has {', '.join(methods)}, and not {method}."
    )
    if api.protocol == "HTTP":
        return GatewayError("NOT_FOUND", 404, "Not Found", cause)
    return GatewayError("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", cause)


async def _within_timeout(call: ApiCall, answer: Awaitable[ApiResponse]) -> ApiResponse:
    """Waits for an integration, for as long as its timeout. Raises GatewayError."""
    integration = call.matched.route.integration
    seconds = integration.timeout_ms / 1000 if integration is not None else None
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        cause = f"The integration did not respond within {seconds:g} seconds."
        if call.api.protocol == "HTTP":
            raise GatewayError("INTEGRATION_TIMEOUT", 503, "Service Unavailable", cause) from None
        raise GatewayError("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", cause) from None


def _http_response(response: ApiResponse, request_id: str) -> HttpResponse:
    headers: dict[str, str] = {}
    further: list[tuple[str, str]] = []
    names: set[str] = set()
    for name, value in (*response.headers, ("x-amzn-RequestId", request_id)):
        if name.lower() in names:
            further.append((name, value))
        else:
            names.add(name.lower())
            headers[name] = value
    return HttpResponse(response.status, headers, response.body, further)
