"""Accepts connections up to a limit.

asyncio's server has no limit, and prints a traceback for each failure. A connection counts from the
moment that it is accepted, also during the TLS handshake. When all connections are being answered,
or descriptors have run out despite the limit, new ones wait in the socket's queue.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.server.limits import HEAD_SECONDS

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from sfn_cli.server.connections import HttpConnection, HttpConnections

_AT_ONCE = 64
"""How many connections are accepted before the open ones are served."""

_RETRY_SECONDS = 0.1


class Acceptor:
    """Accepts the connections of one listening socket, in the running event loop."""

    def __init__(
        self,
        listening: socket.socket,
        tls: ssl.SSLContext | None,
        connections: HttpConnections,
        connect: Callable[[], HttpConnection],
        admits: Callable[[socket.socket], bool] | None = None,
    ) -> None:
        """Takes the listening socket, and how to set up its connections.

        `connect` returns the protocol for a new connection, which has added itself to
        `connections`. A connection that `admits` refuses is closed unread.
        """
        self._listening = listening
        self._tls = tls
        self._connections = connections
        self._connect = connect
        self._admits = admits
        self._loop = asyncio.get_running_loop()
        self._being_set_up: set[asyncio.Task[None]] = set()
        self._is_closed = False
        listening.setblocking(False)
        self._resume()

    def close(self) -> None:
        """Closes the socket, and the connections that are still being set up."""
        self._is_closed = True
        self._pause()
        self._listening.close()
        for task in self._being_set_up:
            task.cancel()

    def _resume(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listening, self._accept)

    def _pause(self) -> None:
        self._loop.remove_reader(self._listening)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            if not self._connections.has_room:
                self._connections.notices.note("too many requests at once: new connections wait")
                self._pause()
                self._connections.when_room(self._resume)
                return
            try:
                accepted, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._connections.notices.note(f"cannot accept a connection: {error.strerror or error}")
                self._connections.drop_one()
                self._pause()
                self._loop.call_later(_RETRY_SECONDS, self._resume)
                return
            if self._admits is not None and not self._admits(accepted):
                accepted.close()
                continue
            accepted.setblocking(False)
            connection = self._connect()
            task = self._loop.create_task(self._set_up(connection, accepted))
            task.add_done_callback(partial(self._end_set_up, accepted))
            connection.setting_up = task
            self._being_set_up.add(task)

    async def _set_up(self, connection: HttpConnection, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=HEAD_SECONDS if self._tls else None,
            )
        except OSError as error:
            connection.forget()
            if isinstance(error, ssl.SSLError):
                self._connections.notices.note(
                    f"refused a connection, TLS handshake failed: {_describe_tls_accept_error(error)}"
                )

    def _end_set_up(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        self._being_set_up.discard(task)
        if task.cancelled():  # perhaps before it started, when no other code closes the socket
            accepted.close()


def _describe_tls_accept_error(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).lower().replace("_", " ")
