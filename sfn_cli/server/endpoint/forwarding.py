"""Passes requests on to the local AWS services (integrations/aws/embedded_aws.py).

Bodies of any size pass through in both directions. Host stays as it was sent: S3 reads a bucket from
it, and SQS makes the URLs of its queues with it.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11

from sfn_cli.errors import ApiError, ConfigurationError
from sfn_cli.host_check import is_own_host
from sfn_cli.integrations.aws import embedded_aws

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Scope, Send

    from sfn_cli.settings import Settings

_PIECE_BYTES = 256 * 1024
_ONE_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"expect")
)
"""Headers of a connection, not of a request (RFC 9110, 7.6.1)."""

_NOT_PASSED_BACK = _ONE_HOP | {b"transfer-encoding", b"date", b"server"}

_MOST_IDLE = 32
"""How many connections are kept for further requests."""

_KEY_HEADER = b"x-sfn-access-key"
"""Names the access key of the local AWS services, which a client of this server does not know."""

_UNREACHABLE = "The local AWS services have stopped. Try again: they start when they are needed."


def can_forward(settings: Settings) -> bool:
    """Whether tasks call the local AWS services for all services, and these are installed."""
    return (
        not settings.calls_aws
        and settings.common_endpoint is None
        and embedded_aws.is_embedded_aws_installed()
    )


class Forwarding:
    """The way to the local AWS services; `open` starts them if they do not run."""

    def __init__(self, settings: Settings, starts: Callable[[bool], None] | None = None) -> None:
        """`starts` is called with True while they are being started, with False afterwards."""
        self._settings = settings
        self._starts = starts
        self._waiting = 0
        self._idle: list[Upstream] = []

    async def open(self) -> Upstream:
        """Connects to the local AWS services. Raises ApiError if they cannot run or be reached."""
        url = embedded_aws.running_embedded_aws(self._settings.home) or await self._start()
        access_key = embedded_aws.embedded_aws_access_key(self._settings.home, url)
        place = urlsplit(url)
        while self._idle:
            upstream = self._idle.pop()
            if upstream.is_open_to(place.netloc, access_key):
                return upstream
            upstream.close()
        try:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
        except OSError as error:
            raise ApiError("ServiceUnavailable", _UNREACHABLE, status=503) from error
        return Upstream(reader, writer, place.netloc, access_key, self._keep)

    def _keep(self, upstream: Upstream) -> None:
        """Keeps a connection for the next request: each new one costs the services a thread."""
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(upstream)
        else:
            upstream.close()

    async def _start(self) -> str:
        loop = asyncio.get_running_loop()
        if self._starts is not None and not self._waiting:
            self._starts(True)
        self._waiting += 1
        try:
            return await loop.run_in_executor(
                None, partial(embedded_aws.embedded_aws_endpoint, self._settings)
            )
        except ConfigurationError as error:
            # Not a status of 500 or more: SDKs would try again, several times.
            raise ApiError("UnknownOperationException", str(error)) from error
        finally:
            self._waiting -= 1
            if self._starts is not None and not self._waiting:
                self._starts(False)


class Upstream:
    """One connection to the store's server, for one request after another."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        own_host: str,
        access_key: str | None,
        keep: Callable[[Upstream], None],
    ) -> None:
        """`keep` is called when the connection is free for another request."""
        self._keep = keep
        self._reader = reader
        self._writer = writer
        self._own_host = own_host
        self._access_key = access_key
        self._http = h11.Connection(h11.CLIENT)

    async def forward(self, scope: Scope, body: AsyncIterator[bytes], send: Send) -> None:
        """Sends a request with its body, and its response to the client.

        Raises ApiError while no response has begun, and what `body` raises.
        """
        try:
            await self._send_request(scope, body)
            await self._pass_back(send)
        finally:
            if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
                self._http.start_next_cycle()
                self._keep(self)
            else:
                self.close()

    def is_open_to(self, host: str, access_key: str | None) -> bool:
        """Whether the other end is this one, and has not closed the connection."""
        is_closed = self._reader.at_eof() or self._writer.is_closing()
        return not is_closed and (self._own_host, self._access_key) == (host, access_key)

    def close(self) -> None:
        self._writer.close()

    async def _send_request(self, scope: Scope, body: AsyncIterator[bytes]) -> None:
        target = scope["raw_path"].partition(b"?")[0]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        self._write(h11.Request(method=scope["method"], target=target, headers=self._headers(scope)))
        async for piece in body:
            if piece:
                self._write(h11.Data(data=piece))
                try:
                    await self._writer.drain()
                except ConnectionError:
                    break  # it has answered, and does not read the rest
        else:
            self._write(h11.EndOfMessage())

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

    def _headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        found = []
        for name, value in scope["headers"]:
            if name in _ONE_HOP or name == _KEY_HEADER:
                continue
            if name == b"host" and not is_own_host(value.decode("latin-1"), "localhost"):
                value = self._own_host.encode()  # a name of this server that the other does not know
            found.append((name, value))
        if self._access_key is not None:
            found.append((_KEY_HEADER, self._access_key.encode()))
        return found

    async def _pass_back(self, send: Send) -> None:
        begun = False
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Response):
                headers = [
                    (name, value) for name, value in event.headers if name.lower() not in _NOT_PASSED_BACK
                ]
                await send({"type": "http.response.start", "status": event.status_code, "headers": headers})
                begun = True
            elif isinstance(event, h11.Data):
                await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
            elif isinstance(event, h11.EndOfMessage):
                await send({"type": "http.response.body", "body": b""})
                return
            elif event is None:
                if begun:
                    return  # uvicorn closes a connection whose response is incomplete
                raise ApiError("ServiceUnavailable", _UNREACHABLE, status=503)

    async def _next_event(self) -> h11.Event | None:
        """Returns the next part of the response; None when the connection broke."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_PIECE_BYTES))
        except (h11.RemoteProtocolError, ConnectionError):
            return None
        return event if isinstance(event, h11.Event) else None
