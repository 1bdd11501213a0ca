"""The HTTP application: guards, authenticates, parses, answers and writes each request.

A request is parsed by its protocol and answered in a thread. Without credentials any signature is
accepted, or none: there is one user. Operations are synchronous and each thread has a Service of
its own, because a database connection serves one thread at a time.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sfn_cli import __version__, api
from sfn_cli.api.apigateway.urls import is_api_path
from sfn_cli.api.operations import WAITING
from sfn_cli.errors import ApiError, SfnError, StoreError
from sfn_cli.host_check import is_below_localhost, is_program
from sfn_cli.jsonvalue import dumps
from sfn_cli.server import signature
from sfn_cli.server.bodies import Bodies, Body
from sfn_cli.server.code_urls import response_with_code_url
from sfn_cli.server.credentials import accept_session
from sfn_cli.server.endpoint.routing import is_for_storage, is_own_action, is_own_request
from sfn_cli.server.gateway import PREFIX, Gateway
from sfn_cli.server.limits import MAX_API_BODY_BYTES, MAX_BODY_BYTES, MAX_LAMBDA_BODY_BYTES
from sfn_cli.server.messages import HttpRequest, HttpResponse, message_with_request_id
from sfn_cli.server.protocols import aws_json, aws_query, rest_json
from sfn_cli.server.protocols.query_form import read_query_form
from sfn_cli.server.refusal import refusal_response, send_refusal
from sfn_cli.server.unsupported import unsupported_request
from sfn_cli.server.waiting import GRACE_SECONDS, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.types import Receive, Scope, Send

    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service
    from sfn_cli.server.apis.answering import ApiAnswers
    from sfn_cli.server.console.access import ConsoleOptions
    from sfn_cli.server.console.console import Console
    from sfn_cli.server.credentials import AccessKey
    from sfn_cli.server.endpoint.forwarding import Forwarding
    from sfn_cli.server.endpoint.own_clients import OwnClients
    from sfn_cli.server.endpoint.staying import Staying
    from sfn_cli.server.notices import Notices

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_VERSIONS = ("1.0", "1.1")
_THREADS = 8
_HEALTH = (("GET", "/"), ("HEAD", "/"))
"""Unsigned requests of scripts that wait for the server."""


class Application:
    """Answers requests for one Service: an ASGI application."""

    def __init__(
        self,
        service: Service,
        listening_host: str,
        credentials: Mapping[str, AccessKey] | None = None,
        gateway_origins: Collection[str] = (),
        *,
        scheme: str,
        notices: Notices,
        patient_threads: int,
        clients: OwnClients | None = None,
        forwarding: Forwarding | None = None,
        staying: Staying | None = None,
        console: ConsoleOptions | None = None,
    ) -> None:
        """Takes the Service, and what is required of requests.

        `credentials` are those that may sign requests, by access key id; None: requests need not
        be signed. `scheme` is the one under which the server is reached: "http" or "https". `clients`
        are the only ones that are answered; None: all are. `forwarding` takes the requests for
        services that sfn does not have; None: they are refused. `staying` counts the requests in progress.
        `console` opens the console; None: there is none.
        """
        self._staying = staying
        self._service = service
        self._credentials = None if credentials is None else dict(credentials)
        self._clients = clients
        self._forwarding = forwarding
        # Threads share them: created here, so that no two threads create one each.
        _ = service.runner, service.invoker
        self._listening_host, self._scheme = listening_host, scheme
        self._bodies = Bodies(notices)
        self._threads = ThreadPoolExecutor(_THREADS, "sfn-serve")
        # Operations that block a thread for long (a running function) must not delay the others.
        self._patient_threads = ThreadPoolExecutor(patient_threads, "sfn-serve-patient")
        self._of_thread = threading.local()
        self._siblings: list[Service] = []
        self._waiting = Waiting(self._sibling(), self._in_thread)
        self._gateway = Gateway(service.settings, listening_host, gateway_origins, scheme)
        self._console: Console | None = None
        if console is not None:
            # Imported here: the endpoint of functions has no console.
            from sfn_cli.server.console.console import Console

            self._console = Console(console, listening_host, scheme, self._sibling, self._in_thread)

    def close(self) -> None:
        """Ends the threads and closes their connections; running functions are ended first."""
        self._service.stop_invoker()
        for threads in (self._threads, self._patient_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        for sibling in self._siblings:
            sibling.close()

    def end(self) -> None:
        """Ends the waits, and after GRACE_SECONDS the bodies that still arrive.

        Called in the event loop, once.
        """
        self._waiting.end()
        if self._console is not None:
            self._console.end()
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._bodies.stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._staying is None:
            await self._respond(scope, receive, send)
            return
        self._staying.begin()
        try:
            await self._respond(scope, receive, send)
        finally:
            self._staying.finish()

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        head = HttpRequest(
            request.method,
            scope["raw_path"].decode("latin-1").partition("?")[0],
            scope["query_string"].decode("latin-1"),
            request.headers,
            b"",
        )
        body = Body(request, self._bodies)
        try:
            answer = await self._answer(head, body, send)
            if answer is None:
                return
        except ClientDisconnect:
            return
        except SfnError as error:
            answer = refusal_response(head, error)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = refusal_response(
                head,
                ApiError(
                    "InternalFailure", "Internal error of sfn: see the output of sfn serve.", status=500
                ),
            )
        finally:
            body.release()
        if body.is_expected:
            await send_refusal(answer, body, send)
        else:
            response = Response(answer.body, answer.status, answer.headers)
            for name, value in answer.further_headers:
                response.headers.append(name, value)
            await response(scope, receive, send)

    async def _answer(self, head: HttpRequest, body: Body, send: Send) -> HttpResponse | None:
        """Returns the response; None when it has been sent."""
        if body.request.scope["http_version"] not in _VERSIONS:
            raise ApiError("BadRequestException", "This server speaks HTTP/1.1.")
        if "transfer-encoding" in head.headers and "content-length" in head.headers:
            # A proxy may have read one, this server the other (request smuggling; RFC 9112, 6.1).
            raise ApiError(
                "BadRequestException", "A request has Content-Length or Transfer-Encoding, not both."
            )
        if not head.path.startswith("/"):
            raise ApiError("BadRequestException", "The request's target must be a path, such as /.")
        is_bucket = is_below_localhost(head.headers)
        if is_bucket and not is_for_storage(head):
            raise ApiError(
                "AccessDeniedException",
                "Names below localhost are those of buckets: only S3 is reached there.",
                status=403,
            )
        if self._console is not None and not is_bucket and self._console.is_asked(head):
            return await self._console.answer(head, body, send)
        is_for_gateway = head.path.startswith(PREFIX) and not is_bucket
        is_for_api = is_api_path(head.path) and not is_bucket
        if not is_for_gateway and not is_for_api:
            self._check_program(head)
        if self._clients is not None:
            self._clients.check_key(head)
        if is_for_gateway:
            return await self._gateway.answer(
                head, partial(self._check_signature, head, body), partial(self._call, body=body)
            )
        if is_for_api:
            return await self._answer_api(head, body)
        if self._forwarding is not None and await self._is_forwarded(self._forwarding, head, body, send):
            return None
        if is_bucket:
            raise unsupported_request(f"{head.method} {head.path} of a bucket", head)
        if (head.method, head.path) in _HEALTH and not aws_query.is_aws_query(head):
            return HttpResponse(
                200,
                message_with_request_id({"Content-Type": rest_json.CONTENT_TYPE}),
                dumps({"sfn": __version__}).encode(),
            )
        operation, members, response = self._read(await self._check_signature(head, body))
        answer = await self._call(operation, members, body)
        if self._credentials is not None and operation.service == "sts":
            accept_session(self._credentials, answer)
        return response(operation, answer)

    def _check_program(self, head: HttpRequest) -> None:
        """Raises ApiError for a request of a web page, or with a method that no operation has."""
        if not is_program(head.headers, self._listening_host):
            raise ApiError(
                "AccessDeniedException",
                "This server answers programs that call it by its own name, and no web pages.",
                status=403,
            )
        if head.method not in _METHODS:
            raise ApiError(
                "MethodNotAllowedException", f"The method must be one of {', '.join(_METHODS)}.", status=405
            )

    async def _answer_api(self, head: HttpRequest, body: Body) -> HttpResponse:
        """Returns the response of an API or a function URL."""
        client = body.request.client
        return await self._apis.answer(
            head,
            partial(self._check_signature, head, body),
            partial(self._call, body=body),
            client.host if client else "127.0.0.1",
        )

    @cached_property
    def _apis(self) -> ApiAnswers:
        # Imported with the first request to an API: this takes a fifth of a server's start.
        from sfn_cli.server.apis.answering import ApiAnswers

        return ApiAnswers(
            self._service.settings,
            self._service.clock,
            self._listening_host,
            self._in_thread,
            lambda function: self._in_thread(lambda _: function(), self._patient_threads),
        )

    async def _is_forwarded(self, forwarding: Forwarding, head: HttpRequest, body: Body, send: Send) -> bool:
        """Whether a request was for another service: then its response has been sent.

        A body is read first only where a signature over it is to be checked, or where it names the
        operation. Raises ApiError.
        """
        is_own = is_own_request(head)
        if is_own:
            return False
        if self._credentials is not None or is_own is None:
            whole = await self._check_signature(head, body)
            if is_own is None and is_own_action(aws_query.aws_query_form(whole)):
                return False
        upstream = await forwarding.open()
        await upstream.forward(body.request.scope, body.pieces(), send)
        return True

    def _read(
        self, whole: HttpRequest
    ) -> tuple[Operation, dict[str, Any], Callable[[Operation, Mapping[str, Any]], HttpResponse]]:
        """Returns a request's operation and members, and the function that writes its response.

        Raises ApiError.
        """
        if aws_json.TARGET in whole.headers:
            operation = aws_json.aws_json_operation(whole)
            return operation, aws_json.read_aws_json_request(operation, whole), aws_json.aws_json_response
        if aws_query.is_aws_query(whole):
            form = aws_query.aws_query_form(whole)
            operation = aws_query.aws_query_operation(form, whole)
            return operation, read_query_form(operation.input, form), aws_query.aws_query_response
        route = rest_json.find_rest_json_route(whole)
        respond = partial(response_with_code_url, f"{self._scheme}://{whole.headers.get('host')}")
        return route.operation, rest_json.read_rest_json_request(route, whole), respond

    async def _check_signature(self, head: HttpRequest, body: Body) -> HttpRequest:
        """Returns the request with its body, after checking its signature if required.

        Raises ApiError.
        """
        claimed = signature.signature_of(head) if self._credentials is not None else None
        if self._credentials is not None and claimed is not None:
            signature.check_signature_claim(claimed, head, self._credentials, datetime.now(UTC))
        is_rest = aws_json.TARGET not in head.headers and not head.path.startswith(PREFIX)
        limit = MAX_LAMBDA_BODY_BYTES if is_rest else MAX_BODY_BYTES
        whole = head._replace(body=await body.read(MAX_API_BODY_BYTES if is_api_path(head.path) else limit))
        if self._credentials is not None and claimed is not None:
            signature.check_signature_digest(claimed, whole, self._credentials)
        return whole

    async def _call(self, operation: Operation, members: dict[str, Any], body: Body) -> Mapping[str, Any]:
        keeps_its_thread = (operation.service, operation.name) in WAITING
        threads = self._patient_threads if keeps_its_thread else self._threads
        answered = await self._in_thread(
            lambda service: api.begin_client_api(service, operation, members), threads
        )
        if isinstance(answered, dict):
            return answered
        members.clear()  # a request that waits, perhaps for minutes, holds no input in memory
        body.release()
        return await self._waiting.answer(answered, body.request)

    async def _in_thread(
        self, function: Callable[[Service], Any], threads: ThreadPoolExecutor | None = None
    ) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            threads or self._threads, lambda: function(self._own_service())
        )

    def _own_service(self) -> Service:
        """Returns the Service of the calling thread.

        Raises StoreError when another version of sfn has taken over the store.
        """
        service: Service | None = getattr(self._of_thread, "service", None)
        if service is None:
            service = self._of_thread.service = self._sibling()
        if not service.store.is_current():
            raise StoreError(
                "Another version of sfn uses the store now. Start sfn serve again, with that version."
            )
        return service

    def _sibling(self) -> Service:
        service = self._service.sibling()
        self._siblings.append(service)
        return service
