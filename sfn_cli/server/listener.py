"""The process behind `sfn serve`: one socket, uvicorn, and a shutdown that loses no request."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from sfn_cli.errors import ConfigurationError
from sfn_cli.server.acceptor import Acceptor
from sfn_cli.server.application import Application
from sfn_cli.server.connections import HttpConnection, HttpConnections
from sfn_cli.server.endpoint.forwarding import Forwarding, can_forward
from sfn_cli.server.endpoint.staying import CHECK_SECONDS
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
from sfn_cli.stacks.recovering import start_recovering

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from types import FrameType

    from sfn_cli.api.service import Service
    from sfn_cli.server.console.access import ConsoleOptions
    from sfn_cli.server.credentials import AccessKey
    from sfn_cli.server.endpoint.own_clients import OwnClients
    from sfn_cli.server.endpoint.staying import Staying

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ListenerOptions(NamedTuple):
    """How a server is reached, and what it answers."""

    host: str
    credentials: Mapping[str, AccessKey] | None = None
    """Those that sign requests; None: requests need not be signed."""
    origins: Collection[str] = ()
    """The web pages that may use the gateway."""
    tls: ssl.SSLContext | None = None
    clients: OwnClients | None = None
    """The only ones that are answered; None: all are."""
    forwarding: Forwarding | None = None
    """Takes the requests for services that sfn does not have; None: they are refused."""
    staying: Staying | None = None
    """Says when the server ends by itself; None: never."""
    console: ConsoleOptions | None = None
    """How the console is opened; None: there is none."""


def run_listener(
    service: Service,
    host: str,
    port: int,
    credentials: Mapping[str, AccessKey] | None,
    gateway_origins: Sequence[str],
    tls: ssl.SSLContext | None,
    announce: Callable[[str], None],
    *,
    forwards: bool,
    console: ConsoleOptions | None,
) -> None:
    """See `sfn_cli.server.serve`."""
    origins = check_gateway_origins(gateway_origins)
    scheme = "https" if tls else "http"
    listening = _listen_on(host, port, scheme)
    url = _listener_url(host, listening.getsockname()[1], scheme)

    forwarding = Forwarding(service.settings) if forwards and can_forward(service.settings) else None
    options = ListenerOptions(host, credentials, origins, tls, forwarding=forwarding, console=console)
    run_on_socket(service, listening, options, lambda: announce(url))


def run_on_socket(
    service: Service, listening: socket.socket, options: ListenerOptions, listens: Callable[[], None]
) -> None:
    """Serves a bound socket until the server is to end, then closes the service.

    `listens` is called when connections are accepted. Raises ConfigurationError.
    """
    open_files = _open_more_listener_files()
    notices = Notices()
    start_recovering(service, notices.print_line)
    connections = HttpConnections(max_connections_limit(open_files), notices)
    application = Application(
        service,
        options.host,
        options.credentials,
        options.origins,
        scheme="https" if options.tls else "http",
        notices=notices,
        patient_threads=max_patient_threads_limit(open_files),
        clients=options.clients,
        forwarding=options.forwarding,
        staying=options.staying,
        console=options.console,
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
    try:
        _ListeningServer(config, listening, options, connections, listens, application.end).run([])
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
        options: ListenerOptions,
        connections: HttpConnections,
        listens: Callable[[], None],
        ends: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._listening = listening
        self._options = options
        self._connections = connections
        self._listens = listens
        self._ends = ends

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)

        def connect() -> HttpConnection:
            return HttpConnection(self.config, self.server_state, self.lifespan.state, self._connections)

        clients = self._options.clients
        self._acceptor = Acceptor(
            self._listening,
            self._options.tls,
            self._connections,
            connect,
            clients.admits if clients else None,
        )
        if self._options.staying is not None:
            self._check_stay(self._options.staying)
        self._listens()

    def _check_stay(self, staying: Staying) -> None:
        if staying.must_end():
            self.should_exit = True
        else:
            asyncio.get_running_loop().call_later(CHECK_SECONDS, self._check_stay, staying)

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
            f"sfn serve needs {MIN_OPEN_FILES} open files; the limit is {wanted}. Raise it with `ulimit -n`."
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
            f"Cannot listen on {_listener_url(host, port, scheme)}: it is not a valid host name."
        ) from error
    except (OSError, OverflowError, ValueError) as error:
        # socket.create_server adds the address to the system's text.
        reason = str(getattr(error, "strerror", None) or error).partition(" (while attempting")[0]
        raise ConfigurationError(
            f"Cannot listen on {_listener_url(host, port, scheme)}: {reason}. "
            "Choose another --host or --port."
        ) from error


def _listener_url(host: str, port: int, scheme: str) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
