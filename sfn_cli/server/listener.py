"""The process behind `sfn serve`: one socket, uvicorn, and a shutdown that loses no request."""

from __future__ import annotations

import resource
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from sfn_cli.errors import ConfigurationError
from sfn_cli.server.acceptor import Acceptor
from sfn_cli.server.application import Application
from sfn_cli.server.connections import HttpConnection, HttpConnections
from sfn_cli.server.gateway import check_gateway_origins
from sfn_cli.server.limits import (
    KEEP_ALIVE_SECONDS,
    MIN_OPEN_FILES,
    OPEN_FILES,
    max_connections_limit,
    max_patient_threads_limit,
)
from sfn_cli.server.notices import Notices
from sfn_cli.server.waiting import GRACE_SECONDS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from sfn_cli.api.service import Service
    from sfn_cli.server.credentials import AccessKey

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_listener(
    service: Service,
    host: str,
    port: int,
    credentials: Mapping[str, AccessKey] | None,
    gateway_origins: Sequence[str],
    tls: ssl.SSLContext | None,
    announce: Callable[[str], None],
) -> None:
    """See `sfn_cli.server.serve`."""
    origins = check_gateway_origins(gateway_origins)
    scheme = "https" if tls else "http"
    open_files = _open_more_listener_files()
    listening = _listen_on(host, port, scheme)
    notices = Notices()
    connections = HttpConnections(max_connections_limit(open_files), notices)
    application = Application(
        service,
        host,
        credentials,
        origins,
        scheme=scheme,
        notices=notices,
        patient_threads=max_patient_threads_limit(open_files),
    )
    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS + 1,  # waits are answered at the end of the grace period
    )
    url = _listener_url(host, listening.getsockname()[1], scheme)

    def listens() -> None:
        announce(f"sfn listens on {url} (Ctrl-C ends it)")

    try:
        _ListeningServer(config, listening, tls, connections, listens, application.end).run([])
    finally:
        application.close()
        service.close()


class _ListeningServer(uvicorn.Server):
    """Announces when it listens and when it is to end.

    A signal ends it with exit code 0: it did what the user wanted. A second one does so without
    waiting for the responses in progress.
    """

    _acceptor: Acceptor | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        listening: socket.socket,
        tls: ssl.SSLContext | None,
        connections: HttpConnections,
        listens: Callable[[], None],
        ends: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._listening = listening
        self._tls = tls
        self._connections = connections
        self._listens = listens
        self._ends = ends

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)

        def connect() -> HttpConnection:
            return HttpConnection(self.config, self.server_state, self.lifespan.state, self._connections)

        self._acceptor = Acceptor(self._listening, self._tls, self._connections, connect)
        self._listens()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
        self._ends()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _open_more_listener_files() -> int:
    """Raises the limit on open files and sockets to OPEN_FILES, if allowed; returns the limit.

    Raises ConfigurationError when it is below MIN_OPEN_FILES.
    """
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if wanted < MIN_OPEN_FILES:
        raise ConfigurationError(
            f"sfn serve needs {MIN_OPEN_FILES} open files, and may have {wanted}: raise ulimit -n."
        )
    if limit == resource.RLIM_INFINITY or limit >= wanted:
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted


def _listen_on(host: str, port: int, scheme: str) -> socket.socket:
    """Returns a bound socket. Raises ConfigurationError when the address is not available."""
    try:
        address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(address[4][:2], family=address[0], backlog=2048)
        # Connections inherit it. asyncio sets it too, but not for a socket that was created
        # without naming TCP; without it the body of a response waits 40 ms for the client to
        # acknowledge the headers.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except UnicodeError as error:  # not a host name: a label is too long, empty, or has invalid characters
        raise ConfigurationError(
            f"Cannot listen on {_listener_url(host, port, scheme)}: it is not the name of a host."
        ) from error
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"Cannot listen on {_listener_url(host, port, scheme)}: {reason}. "
            "Choose another --host or --port."
        ) from error


def _listener_url(host: str, port: int, scheme: str) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
