"""The connections of `sfn serve`: time limits, their number, and which one a new one replaces.

Rule 1: a client has limited time for everything that it does itself: sending a request, reading the
        response, leaving the connection idle. The server's own work, such as waiting for the end of
        an execution, has no limit here.
Rule 2: when there are too many connections, a new one replaces the one that has been inactive for
        longest. An incomplete head is not activity, the bytes of a body are; a request that is
        being answered is never dropped.
Rule 3: a client that sends requests ahead of their responses (pipelining) is not read further than
        MAX_PIPELINED_BYTES.
Rule 4: a client's error is at most a line on stderr (notices.py). Closing a connection between
        requests is not an error.

The protocol is uvicorn's over h11; the phase of a connection is derived from their states after
each step.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from sfn_cli.errors import ApiError
from sfn_cli.server.limits import (
    ANSWER_SECONDS,
    HEAD_SECONDS,
    KEEP_ALIVE_SECONDS,
    MAX_PIPELINED_BYTES,
    REFUSED_BODY_SECONDS,
)
from sfn_cli.server.messages import error_message_response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    import uvicorn
    from uvicorn.server import ServerState

    from sfn_cli.server.notices import Notices


class Phase(Enum):
    """The current activity of a connection."""

    HEAD = "the head of a request is arriving, or a new connection has sent nothing yet"
    BODY = "a body is arriving; its request may have been refused already"
    ANSWERING = "the server has the whole request"
    SENDING = "the client has not read all of the response, or not yet closed its side"
    REFUSED = "the client did not send HTTP: the rest is discarded, so that it can read the response"
    IDLE = "between requests"


_SECONDS = {
    Phase.HEAD: HEAD_SECONDS,
    Phase.SENDING: ANSWER_SECONDS,
    Phase.REFUSED: REFUSED_BODY_SECONDS,
    Phase.IDLE: KEEP_ALIVE_SECONDS,
}
"""The time for each phase; a body's time is counted where it is read (bodies.py)."""


class HttpConnections:
    """The open connections of one server, at most `most` of them."""

    def __init__(self, most: int, notices: Notices) -> None:
        self.notices = notices
        self._most = most
        self._open: set[HttpConnection] = set()
        self._inactive: dict[HttpConnection, None] = {}  # the one that has been inactive for longest is first
        self._on_room: Callable[[], None] | None = None

    def add(self, connection: HttpConnection) -> None:
        """Adds a new connection, which may take another's place."""
        self._open.add(connection)
        if len(self._open) > self._most:
            self.drop_one()
        self._inactive[connection] = None

    def remove(self, connection: HttpConnection) -> None:
        self._open.discard(connection)
        self._inactive.pop(connection, None)
        self._notify_of_room()

    def be_active(self, connection: HttpConnection) -> None:
        """Moves a connection behind all others that may be dropped."""
        if connection in self._open:
            self._inactive.pop(connection, None)
            self._inactive[connection] = None
            self._notify_of_room()

    def keep(self, connection: HttpConnection) -> None:
        """Protects a connection from being dropped, until it is active or inactive again."""
        self._inactive.pop(connection, None)

    def drop_one(self) -> None:
        """Closes the connection that has been inactive for longest, if there is one."""
        if self._inactive:
            self.notices.note("too many connections: closed the one that had been inactive for longest")
            next(iter(self._inactive)).drop()

    @property
    def has_room(self) -> bool:
        """Whether a new connection can be accepted."""
        return len(self._open) < self._most or bool(self._inactive)

    def when_room(self, callback: Callable[[], None]) -> None:
        """Calls back once, when there is room for a new connection."""
        self._on_room = callback

    def _notify_of_room(self) -> None:
        if self._on_room is not None and self.has_room:
            callback, self._on_room = self._on_room, None
            callback()


class _Flow(FlowControl):
    """Controls whether a connection is read.

    uvicorn resumes reading whenever the application awaits a message of its request.
    """

    def __init__(self, transport: asyncio.Transport, connection: HttpConnection) -> None:
        super().__init__(transport)
        self._connection = connection

    def resume_reading(self) -> None:
        if self._connection.pipelined_bytes <= MAX_PIPELINED_BYTES:
            super().resume_reading()


class HttpConnection(H11Protocol):
    """One client's connection, from the moment that it is accepted.

    `setting_up` is the task for TLS.
    """

    setting_up: asyncio.Task[None] | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        state: ServerState,
        app_state: dict[str, Any],
        connections: HttpConnections,
    ) -> None:
        super().__init__(config=config, server_state=state, app_state=app_state)
        self._connections = connections
        self._phase = Phase.HEAD
        self._is_set_up = False
        self._is_refused = False
        self._drops_data = False
        self._is_over = False
        self._unsent = 0
        self._timer = self.loop.call_later(HEAD_SECONDS, self._be_late)
        connections.add(self)

    # Called by uvicorn and asyncio

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._is_set_up = True
        try:
            super().connection_made(transport)
            self.flow = _Flow(transport, self)
        except OSError:  # reset already: some systems name no address of such a socket
            self.drop()

    def data_received(self, data: bytes) -> None:
        if self._drops_data:
            return
        try:
            super().data_received(data)
        except h11.LocalProtocolError:  # it sent more after something that was not HTTP
            self.drop()
        self._update()
        if self._phase is Phase.BODY:
            self._connections.be_active(self)

    @property
    def pipelined_bytes(self) -> int:
        """Returns how many bytes of further requests have arrived while one is being answered."""
        return len(self.conn.trailing_data[0]) if self.conn.their_state is h11.DONE else 0

    def on_response_complete(self) -> None:
        try:
            super().on_response_complete()
        except h11.LocalProtocolError:
            self.drop()
        self._update()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._update()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if (
            not self._is_over
            and self._phase in (Phase.BODY, Phase.ANSWERING)
            and not self.cycle.response_started
        ):
            doing = "sent its request" if self._phase is Phase.BODY else "waited for the response"
            self._connections.notices.note(f"a client hung up while it {doing}")
        self.forget()

    def send_400_response(self, msg: str) -> None:
        """Rejects bytes that are not HTTP. uvicorn calls this while it handles h11's error."""
        if self._current_phase() is Phase.ANSWERING:
            # More bytes after a request with `Connection: close`: its response is the last one.
            self._drops_data = True
            return
        error = sys.exc_info()[1]
        fault, status = msg, 400
        if isinstance(error, h11.RemoteProtocolError):
            fault = str(error).partition(": bytearray(")[0]
            # A transfer encoding that h11 does not know would be 501.
            if 400 <= error.error_status_hint < 500:
                status = error.error_status_hint
        self._refuse(
            ApiError("BadRequestException", f"The request is not valid HTTP: {fault}.", status=status)
        )

    def shutdown(self) -> None:
        try:
            super().shutdown()
        except h11.LocalProtocolError:
            self.drop()

    # Ending the connection

    def drop(self) -> None:
        """Closes the connection at once, without a response."""
        self.forget()
        if self._is_set_up:
            self.transport.abort()
        elif self.setting_up is not None:
            self.setting_up.cancel()

    def forget(self) -> None:
        """Removes a connection that is closed, or about to be."""
        self._is_over = True
        self._timer.cancel()
        self._connections.remove(self)

    def _refuse(self, error: ApiError) -> None:
        """Responds instead of the application, and closes the connection."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        answer = error_message_response(error, "application/json")
        headers = {**answer.headers, "Content-Length": str(len(answer.body)), "Connection": "close"}
        reason = HTTPStatus(answer.status).phrase
        response = h11.Response(status_code=answer.status, headers=list(headers.items()), reason=reason)
        with suppress(h11.LocalProtocolError):  # a response has begun, or the request was HEAD
            for event in (response, h11.Data(data=answer.body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self._is_refused = self._drops_data = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:  # TLS
            self.transport.close()
        self._update()

    def _be_late(self) -> None:
        """Handles the end of a phase's time limit."""
        if self._phase is Phase.HEAD and self._has_begun():
            self._connections.notices.note(f"closed a connection: no request within {HEAD_SECONDS} s")
            self._refuse(
                ApiError(
                    "RequestTimeoutException",
                    f"No complete request arrived within {HEAD_SECONDS} s.",
                    status=408,
                )
            )
        elif self._phase is Phase.SENDING and self.transport.get_write_buffer_size() < self._unsent:
            self._update()
            if self._phase is Phase.SENDING:
                self._wait_for_client()
        else:
            if self._unsent:
                self._connections.notices.note("closed a connection: the client does not read the response")
            self.drop()

    # The phase

    def _update(self) -> None:
        if self._is_over:
            return
        phase = self._current_phase()
        if phase is self._phase:
            return
        self._phase = phase
        self._timer.cancel()
        if phase is Phase.ANSWERING:
            self._connections.keep(self)
            return
        self._connections.be_active(self)
        if phase is not Phase.BODY:
            self._wait_for_client()

    def _current_phase(self) -> Phase:
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            return Phase.SENDING
        if self._is_refused:
            return Phase.REFUSED
        if self.cycle is not None and not self.cycle.response_complete:
            return Phase.BODY if self.cycle.more_body else Phase.ANSWERING
        is_first = self.cycle is None
        return Phase.HEAD if is_first or self._has_begun() else Phase.IDLE

    def _wait_for_client(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(_SECONDS[self._phase], self._be_late)

    def _has_begun(self) -> bool:
        """Whether there are bytes of an incomplete head."""
        return self._is_set_up and bool(self.conn.trailing_data[0])
