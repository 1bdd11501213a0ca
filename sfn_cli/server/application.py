"""The HTTP application: a request is guarded, read by its protocol, answered in a thread, and written.

Any signature is accepted: there is one user. Operations are synchronous and each thread has a
Service of its own, for a database connection serves one thread at a time.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from sfn_cli import api
from sfn_cli.api.operations import WAITING
from sfn_cli.errors import ApiError, SfnError
from sfn_cli.server import aws_json, rest_json
from sfn_cli.server.ends import Ends
from sfn_cli.server.gateway import PREFIX, Gateway
from sfn_cli.server.guard import is_allowed
from sfn_cli.server.messages import MAX_BODY_BYTES, MAX_LAMBDA_BODY_BYTES, HttpRequest, HttpResponse, error_response

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_THREADS = 8
_WAITING_THREADS = 256


class Application:
    """Answers requests for one Service; `starlette` is the ASGI application."""

    def __init__(self, service: Service, listening_host: str, gateway_origins: Collection[str] = ()) -> None:
        self._service = service
        # Threads share them: made here, so that no two threads make one each.
        _ = service.runner, service.invoker
        self._listening_host = listening_host
        self._routes = rest_json.routes()
        self._threads = ThreadPoolExecutor(_THREADS, "sfn-serve")
        # What waits long (a function that runs, a poll) must not keep the others from being answered.
        self._waiting_threads = ThreadPoolExecutor(_WAITING_THREADS, "sfn-serve-waiting")
        self._of_thread = threading.local()
        self._siblings: list[Service] = []
        self._ends = Ends(self._sibling())
        self._gateway = Gateway(service.settings, listening_host, gateway_origins, self._call)
        self.starlette = Starlette(routes=[StarletteRoute("/{path:path}", self._handle, methods=_METHODS)])

    def close(self) -> None:
        """Ends the threads and closes their connections; the functions that run are ended first."""
        self._service.stop_invoker()
        for threads in (self._threads, self._waiting_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        for sibling in self._siblings:
            sibling.close()

    async def _handle(self, request: Request) -> Response:
        content_type = rest_json.CONTENT_TYPE
        if aws_json.TARGET in request.headers:
            content_type = (
                "application/x-amz-json-1.1" if "1.1" in request.headers.get("content-type", "") else "application/x-amz-json-1.0"
            )
        try:
            answer = await self._answer(request)
        except SfnError as error:
            answer = error_response(error, content_type)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = error_response(ApiError("InternalFailure", "sfn failed: see what sfn serve printed.", status=500), content_type)
        return Response(answer.body, answer.status, answer.headers)

    async def _answer(self, request: Request) -> HttpResponse:
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        if path.startswith(PREFIX):
            return await self._gateway.answer(request.method, path, request.headers, lambda: _body(request, MAX_BODY_BYTES))
        if not is_allowed(request.headers, self._listening_host):
            raise ApiError("AccessDeniedException", "This server answers requests to its own name only.", status=403)
        is_json = aws_json.TARGET in request.headers
        whole = HttpRequest(
            request.method,
            path,
            request.url.query,
            request.headers,
            await _body(request, MAX_BODY_BYTES if is_json else MAX_LAMBDA_BODY_BYTES),
        )
        if is_json:
            operation = aws_json.operation_of(whole)
            return aws_json.response(operation, await self._call(operation, aws_json.read_request(operation, whole)))
        route = rest_json.find(self._routes, whole)
        return rest_json.response(route.operation, await self._call(route.operation, rest_json.read_request(route, whole)))

    async def _call(self, operation: Operation, request: dict[str, Any]) -> dict[str, Any]:
        waits = (operation.service, operation.name) in WAITING
        threads = self._waiting_threads if waits else self._threads
        in_thread = asyncio.get_running_loop().run_in_executor
        answered = await in_thread(threads, lambda: api.begin(self._own_service(), operation, request))
        if isinstance(answered, dict):
            return answered
        awaited = answered
        await self._ends.of(awaited.execution)
        return await in_thread(self._threads, lambda: awaited.answer(self._own_service()))

    def _own_service(self) -> Service:
        """The Service of the thread that asks."""
        service: Service | None = getattr(self._of_thread, "service", None)
        if service is None:
            service = self._of_thread.service = self._sibling()
        return service

    def _sibling(self) -> Service:
        service = self._service.sibling()
        self._siblings.append(service)
        return service


async def _body(request: Request, limit: int) -> bytes:
    """The body. Raises ApiError with status 413 when it is longer than `limit` bytes."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise ApiError("RequestEntityTooLargeException", f"The request is larger than {limit} bytes.", status=413)
        chunks.append(chunk)
    return b"".join(chunks)
