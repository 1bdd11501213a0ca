"""The HTTP application: a request is guarded, its signature checked, read by its protocol, answered in a thread, and written.

Without credentials any signature is accepted, or none: there is one user. Operations are synchronous and each thread has a
Service of its own, for a database connection serves one thread at a time.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from sfn_cli import __version__, api
from sfn_cli.api.operations import WAITING
from sfn_cli.errors import ApiError, SfnError
from sfn_cli.jsonvalue import dumps
from sfn_cli.server import aws_json, aws_query, rest_json, signature
from sfn_cli.server.gateway import PREFIX, Gateway
from sfn_cli.server.guard import is_allowed
from sfn_cli.server.messages import (
    MAX_BODY_BYTES,
    MAX_LAMBDA_BODY_BYTES,
    HttpRequest,
    HttpResponse,
    error_response,
    with_request_id,
)
from sfn_cli.server.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.requests import Request

    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service
    from sfn_cli.server.credentials import Credentials

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_THREADS = 8
_PATIENT_THREADS = 256
_HEALTH = (("GET", "/"), ("HEAD", "/"))
"""What scripts ask, unsigned, that wait until the server is there."""


class Application:
    """Answers requests for one Service; `starlette` is the ASGI application."""

    def __init__(
        self,
        service: Service,
        listening_host: str,
        credentials: Mapping[str, Credentials] | None = None,
        gateway_origins: Collection[str] = (),
    ) -> None:
        """`credentials` are those that a request must be signed with, by the access key's id; None: it need not be signed."""
        self._service = service
        self._credentials = credentials
        # Threads share them: made here, so that no two threads make one each.
        _ = service.runner, service.invoker
        self._listening_host = listening_host
        self._routes = rest_json.routes()
        self._threads = ThreadPoolExecutor(_THREADS, "sfn-serve")
        # What keeps its thread for long (a function that runs) must not keep the others from being answered.
        self._patient_threads = ThreadPoolExecutor(_PATIENT_THREADS, "sfn-serve-patient")
        self._of_thread = threading.local()
        self._siblings: list[Service] = []
        self._waiting = Waiting(self._sibling(), self._in_thread)
        self._gateway = Gateway(service.settings, listening_host, gateway_origins)
        self.starlette = Starlette(routes=[StarletteRoute("/{path:path}", self._handle, methods=_METHODS)])

    def close(self) -> None:
        """Ends the threads and closes their connections; the functions that run are ended first."""
        self._service.stop_invoker()
        for threads in (self._threads, self._patient_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        for sibling in self._siblings:
            sibling.close()

    def end(self) -> None:
        """Lets what waits come to its end. Called in the event loop, once."""
        self._waiting.end()

    async def _handle(self, request: Request) -> Response:
        head = HttpRequest(
            request.method,
            request.scope["raw_path"].decode("latin-1").partition("?")[0],
            request.scope["query_string"].decode("latin-1"),
            request.headers,
            b"",
        )
        try:
            answer = await self._answer(head, request)
        except SfnError as error:
            answer = _refusal(head, error)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = _refusal(head, ApiError("InternalFailure", "sfn failed: see what sfn serve printed.", status=500))
        return Response(answer.body, answer.status, answer.headers)

    async def _answer(self, head: HttpRequest, request: Request) -> HttpResponse:
        if head.path.startswith(PREFIX):
            return await self._gateway.answer(head, partial(self._signed, head, request), partial(self._call, client=request))
        if not is_allowed(head.headers, self._listening_host):
            raise ApiError("AccessDeniedException", "This server answers requests to its own name only.", status=403)
        if (head.method, head.path) in _HEALTH and not aws_query.is_asked(head):
            return HttpResponse(200, with_request_id({"Content-Type": rest_json.CONTENT_TYPE}), dumps({"sfn": __version__}).encode())
        whole = await self._signed(head, request)
        if aws_json.TARGET in head.headers:
            operation = aws_json.operation_of(whole)
            return aws_json.response(operation, await self._call(operation, aws_json.read_request(operation, whole), request))
        if aws_query.is_asked(head):
            operation = aws_query.operation_of(whole)
            return aws_query.response(operation, await self._call(operation, aws_query.read_request(operation, whole), request))
        route = rest_json.find(self._routes, whole)
        return rest_json.response(route.operation, await self._call(route.operation, rest_json.read_request(route, whole), request))

    async def _signed(self, head: HttpRequest, request: Request) -> HttpRequest:
        """The request with its body, signed by somebody who is known. Raises ApiError."""
        # Who does not even claim to be known sends no body that would have to be kept.
        claimed = signature.signature_of(head) if self._credentials is not None else None
        is_rest = aws_json.TARGET not in head.headers and not head.path.startswith(PREFIX)
        limit = MAX_LAMBDA_BODY_BYTES if is_rest else MAX_BODY_BYTES
        whole = head._replace(body=await _body(request, limit))
        if self._credentials is not None and claimed is not None:
            signature.check(claimed, whole, self._credentials, datetime.now(UTC))
        return whole

    async def _call(self, operation: Operation, members: dict[str, Any], client: Request) -> dict[str, Any]:
        keeps_its_thread = (operation.service, operation.name) in WAITING
        threads = self._patient_threads if keeps_its_thread else self._threads
        answered = await self._in_thread(lambda service: api.begin(service, operation, members), threads)
        return answered if isinstance(answered, dict) else await self._waiting.answer(answered, client)

    async def _in_thread(self, function: Callable[[Service], Any], threads: ThreadPoolExecutor | None = None) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads or self._threads, lambda: function(self._own_service()))

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


def _refusal(head: HttpRequest, error: SfnError) -> HttpResponse:
    """An error in the protocol in which was asked."""
    if aws_json.TARGET in head.headers:
        return error_response(error, aws_json.content_type_of(head))
    return aws_query.error_response(error) if aws_query.is_asked(head) else error_response(error, rest_json.CONTENT_TYPE)


async def _body(request: Request, limit: int) -> bytes:
    """The body. Raises ApiError with status 413 when it is longer than `limit` bytes."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise ApiError("RequestEntityTooLargeException", f"The request is larger than {limit} bytes.", status=413)
        chunks.append(chunk)
    return b"".join(chunks)
