"""Answers the requests below /console: pages, their data, their changes, their files, and actions."""

from __future__ import annotations

import asyncio
import re
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sfn_cli.errors import ApiError, SfnError
from sfn_cli.jsonvalue import dumps
from sfn_cli.server.console.access import CONSOLE_HEADERS, PAGE_KEY, TOKEN, ConsoleAccess
from sfn_cli.server.console.live import LivePages, parts_digest
from sfn_cli.server.console.messages import ConsoleFile, ConsoleRedirect, ConsoleRequest
from sfn_cli.server.limits import MAX_BODY_BYTES
from sfn_cli.server.messages import HttpResponse, describe_error_message
from sfn_cli.server.waiting import waiting_disconnection
from sfn_cli.uuids import random_uuid
from sfn_cli.views.console.addresses import CONSOLE, JSON_ENDING
from sfn_cli.views.console.forms import FORM_TOKEN
from sfn_cli.views.console.page import PageFrame, draw_console_page
from sfn_cli.views.console.refusal_page import refusal_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from starlette.requests import Request
    from starlette.types import Send

    from sfn_cli.api.service import Service
    from sfn_cli.server.bodies import Body
    from sfn_cli.server.console.access import ConsoleOptions
    from sfn_cli.server.console.routes import ConsoleRoute, Shown
    from sfn_cli.server.messages import HttpRequest
    from sfn_cli.views.console.page import ConsolePage

_NOTE, _SINCE = "note", "since"
_FRAMEWORK_FIELDS = (TOKEN, PAGE_KEY, _NOTE, _SINCE)
"""Fields of the query that pages do not see."""

_STREAM = "text/event-stream"
_FORM = "application/x-www-form-urlencoded"
_MOST_NOTES = 100
_SIGNED_QUERY = re.compile("(^|&)(X-Amz-|AWSAccessKeyId=)")
_STATIC = f"{CONSOLE}/static/"


class Console:
    """The console of one server. Belongs to one event loop's thread."""

    def __init__(
        self,
        options: ConsoleOptions,
        listening_host: str,
        scheme: str,
        own_service: Callable[[], Service],
        in_thread: Callable[[Callable[[Service], Any]], Awaitable[Any]],
    ) -> None:
        """`own_service` returns a Service for the event loop.

        `in_thread` calls a function in a thread, with a Service of that thread's.
        """
        self._access = ConsoleAccess(options, listening_host, scheme)
        self._in_thread = in_thread
        self._live = LivePages(own_service)
        self._notes: dict[str, str] = {}

    def end(self) -> None:
        """Ends the streams of live pages, because the server stops."""
        self._live.end()

    def is_asked(self, head: HttpRequest) -> bool:
        """Whether a request is to the console, not to an object of a bucket that is called console."""
        is_below = head.path == CONSOLE or head.path.startswith(f"{CONSOLE}/")
        return is_below and "authorization" not in head.headers and not _SIGNED_QUERY.search(head.query)

    async def answer(self, head: HttpRequest, body: Body, send: Send) -> HttpResponse | None:
        """Responds to one request; None when the response has been sent."""
        try:
            return await self._answer(head, body, send)
        except SfnError as error:
            code, status, _ = describe_error_message(error)
            page = refusal_page(status, code, str(error))
            if head.path.endswith(JSON_ENDING):
                return _data_response(page)
            form_token = self._access.form_token(head.headers, body.request.scope.get("server"))
            return self._page_response(page, may_change=form_token is not None)

    async def _answer(self, head: HttpRequest, body: Body, send: Send) -> HttpResponse | None:
        request = body.request
        server = request.scope.get("server")
        query = dict(parse_qsl(head.query, keep_blank_values=True))
        client = request.scope.get("client")
        if head.method in ("GET", "HEAD") and TOKEN in query:
            # Before the check of the reader: this is how a browser becomes one.
            self._access.check_client(head.headers, client, server)
            return self._exchange_token(head, query, server)
        self._access.check_reader(head.headers, client, server)
        if head.path == CONSOLE:
            return _redirect_response(f"{CONSOLE}/")
        if head.path.startswith(_STATIC):
            return _static_response(head.path.removeprefix(_STATIC))
        self._access.check_script(head.headers, query.get(PAGE_KEY, ""))
        if head.method == "POST":
            return await self._act(head, query, await body.read(MAX_BODY_BYTES), server)
        if head.method not in ("GET", "HEAD"):
            raise ApiError("MethodNotAllowedException", "The console answers GET and POST.", status=405)
        return await self._show(head, query, request, send)

    def _exchange_token(
        self, head: HttpRequest, query: dict[str, str], server: tuple[str, int] | None
    ) -> HttpResponse:
        cookie = self._access.cookie_for(query.pop(TOKEN), server)
        path = f"{CONSOLE}/" if head.path == CONSOLE else head.path
        response = _redirect_response(f"{path}?{urlencode(query)}" if query else path)
        return response._replace(headers={**response.headers, "Set-Cookie": cookie})

    async def _show(
        self, head: HttpRequest, query: dict[str, str], request: Request, send: Send
    ) -> HttpResponse | None:
        from sfn_cli.server.console.routes import PAGES

        route = _existing_route(PAGES, head)
        form_token = self._access.form_token(head.headers, request.scope.get("server"))
        asked = _console_request(head, query, route, form_token)
        if _STREAM in head.headers.get("accept", ""):
            since = head.headers.get("last-event-id") or query.get(_SINCE, "")
            await self._stream(route, asked._replace(is_followed=True), since, request, send)
            return None
        note = "" if asked.is_data else self._notes.pop(query.get(_NOTE, ""), "")
        return await self._respond(route, asked, note)

    async def _act(
        self, head: HttpRequest, query: dict[str, str], body: bytes, server: tuple[str, int] | None
    ) -> HttpResponse:
        from sfn_cli.server.console.routes import ACTIONS

        if head.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
            raise ApiError("BadRequestException", f"An action is a form: {_FORM}.", status=400)
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        form_token = form.pop(FORM_TOKEN, "")
        self._access.check_change(head.headers, server, form_token)
        route = _existing_route(ACTIONS, head)
        return await self._respond(route, _console_request(head, query, route, form_token, form))

    async def _respond(self, route: ConsoleRoute, asked: ConsoleRequest, note: str = "") -> HttpResponse:
        """Returns what a route's function results in, for the browser. It is drawn in a thread."""

        def draw(service: Service) -> HttpResponse | ConsoleRedirect:
            shown = route.function(service, asked)
            if isinstance(shown, ConsoleRedirect):
                return shown
            if isinstance(shown, ConsoleFile):
                return _file_response(shown)
            if asked.is_data:
                return _data_response(shown)
            may_change = asked.form_token is not None
            return self._page_response(shown, may_change=may_change, note=note, key=self._access.page_key)

        drawn: HttpResponse | ConsoleRedirect = await self._in_thread(draw)
        return self._redirect(drawn) if isinstance(drawn, ConsoleRedirect) else drawn

    async def _stream(
        self, route: ConsoleRoute, asked: ConsoleRequest, since: str, request: Request, send: Send
    ) -> None:
        """Sends the changes of a page until the browser leaves or nothing will change any more."""

        async def draw_page() -> ConsolePage:
            shown: Shown = await self._in_thread(lambda service: route.function(service, asked))
            if isinstance(shown, (ConsoleFile, ConsoleRedirect)):
                raise ApiError("ValidationException", "This is not a page that changes.")
            return shown

        page = await draw_page()  # an error is a response of its own
        headers = {**CONSOLE_HEADERS, "Content-Type": _STREAM}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        sending = asyncio.create_task(self._send_stream(page, draw_page, since, send))
        leaving = asyncio.create_task(waiting_disconnection(request))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
        if sending.done() and not sending.cancelled():
            sending.result()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_stream(
        self, first: ConsolePage, draw: Callable[[], Awaitable[ConsolePage]], since: str, send: Send
    ) -> None:
        drawn: list[ConsolePage] = [first]

        async def next_page() -> ConsolePage:
            return drawn.pop() if drawn else await draw()

        await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
        try:
            async for event in self._live.stream(next_page, since):
                await send({"type": "http.response.body", "body": event, "more_body": True})
        except SfnError:  # the page is gone: the browser loads it again, and shows the reason
            await send(
                {"type": "http.response.body", "body": b"event: reload\ndata: {}\n\n", "more_body": True}
            )

    def _redirect(self, redirect: ConsoleRedirect) -> HttpResponse:
        address = redirect.address
        if redirect.note:
            while len(self._notes) >= _MOST_NOTES:
                self._notes.pop(next(iter(self._notes)))
            id = random_uuid()[:8]
            self._notes[id] = redirect.note
            path, _, fragment = address.partition("#")
            mark = "&" if "?" in path else "?"
            address = f"{path}{mark}{_NOTE}={id}{'#' if fragment else ''}{fragment}"
        return _redirect_response(address)

    def _page_response(
        self, page: ConsolePage, *, may_change: bool, note: str = "", key: str = ""
    ) -> HttpResponse:
        frame = PageFrame(parts_digest(page.parts), may_change, self._access.is_read_only, note, key)
        headers = {**CONSOLE_HEADERS, "Content-Type": "text/html; charset=utf-8"}
        return HttpResponse(page.status, headers, draw_console_page(page, frame).encode("utf-8", "replace"))


def _existing_route(routes: Any, head: HttpRequest) -> ConsoleRoute:
    from sfn_cli.server.console.routes import find_console_route

    route = find_console_route(routes, head.path)
    if route is None:
        raise ApiError("NotFoundException", f"The console has no page {head.path}.", status=404)
    return route


def _console_request(
    head: HttpRequest,
    query: dict[str, str],
    route: ConsoleRoute,
    form_token: str | None,
    form: Mapping[str, str] = MappingProxyType({}),
) -> ConsoleRequest:
    own = {key: value for key, value in query.items() if key not in _FRAMEWORK_FIELDS}
    address = f"{head.path}?{urlencode(own)}" if own else head.path
    return ConsoleRequest(route.names, own, form, form_token, address)


def _data_response(page: ConsolePage) -> HttpResponse:
    headers = {**CONSOLE_HEADERS, "Content-Type": "application/json"}
    return HttpResponse(page.status, headers, dumps(page.data).encode("utf-8", "replace"))


def _file_response(file: ConsoleFile) -> HttpResponse:
    headers = {**CONSOLE_HEADERS, "Content-Type": file.content_type}
    if file.name is not None:
        ascii_name = "".join(one if one.isalnum() or one in "-_." else "_" for one in file.name)
        headers["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    return HttpResponse(200, headers, file.body)


def _redirect_response(address: str) -> HttpResponse:
    return HttpResponse(303, {**CONSOLE_HEADERS, "Location": address}, b"")


def _static_response(name: str) -> HttpResponse:
    from sfn_cli.server.console.static_files import static_console_file

    file = static_console_file(name)
    if file is None:
        raise ApiError("NotFoundException", f"The console has no file {name}.", status=404)
    return _file_response(file)
