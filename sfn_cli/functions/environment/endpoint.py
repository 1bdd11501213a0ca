"""The loopback endpoint that the children of one process call in place of AWS, in its own process.

This process binds the socket and watches it. The first connection starts the serving process
(server/endpoint/process.py), which inherits the socket. So a function that never calls AWS costs only
a socket, and all functions of this process share one endpoint.

Rule 1: The serving process ends with this one: each has one end of a socket pair, and notices when
the other end is closed.
Rule 2: This process keeps the socket too, so a serving process that dies is replaced at the next
connection. After STARTS processes that died before they served, the socket is closed: a client's call
then fails immediately, and never reaches AWS.
Rule 3: Each endpoint has a new access key, which only its functions know. Where the system does not
report the owner of a connection, only requests with this key are answered.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from sfn_cli import detached, private_files
from sfn_cli.errors import StoreError
from sfn_cli.functions.environment.variables import EndpointAddress
from sfn_cli.settings.exported import new_access_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sfn_cli.settings import Settings

LOG_NAME = "endpoint.log"
MAX_LOG_BYTES = 1_000_000

STARTS = 3
"""How many serving processes in a row may die before they are ready."""

LISTENING, CONTROL = 3, 4
"""The descriptors that the serving process inherits: the socket, and its end of the pair."""

SERVES = b"r"
"""Sent by the serving process when it is ready."""

STARTING, STARTED = b"w", b"d"
"""Sent when it starts the local AWS services, and when they have started or failed to start."""

CLOSE_SECONDS = 3.0
CLOSE_POLL_SECONDS = 0.01

_BACKLOG = 128
_LOWEST = 10  # above the inherited descriptors, so that ours do not overlap them
_PROGRAM = "from sfn_cli.server.endpoint.process import endpoint_process_main; endpoint_process_main()"


class EndpointCaller(Protocol):
    """A function's process, whose invocation has a time limit."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class Endpoint:
    """The endpoint of one process. As for the pool, the selector's owner calls the ready callbacks."""

    def __init__(
        self,
        settings: Settings,
        selector: selectors.BaseSelector,
        report: Callable[[str], None],
        callers: Collection[EndpointCaller],
        served_at: EndpointAddress | None = None,
    ) -> None:
        """`report` writes a line to the log of this process.

        The clocks of all `callers`, which may change, are paused while services start.

        With `served_at`, an existing endpoint is used, and none is created.
        """
        self._settings = settings
        self._selector = selector
        self._report = report
        self._callers = callers
        self._listening: socket.socket | None = None
        self._address = served_at
        self._control: socket.socket | None = None
        self._pid = 0
        self._starts = 0

    def open(self) -> EndpointAddress | None:
        """Returns the endpoint's address, and creates the endpoint if necessary. Raises OSError.

        None if functions call AWS itself.
        """
        if self._address is None and not self._settings.calls_aws:
            self._listening = listening = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
            # Inherited by connections: a body does not wait for the acknowledgement of its headers.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listening.setblocking(False)
            self._selector.register(listening, selectors.EVENT_READ, self._on_connection)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            self._address = EndpointAddress(url, new_access_key())
        return self._address

    def close(self) -> None:
        """Closes the socket, and waits until the serving process has ended."""
        self._stop_listening()
        if self._control is not None:
            self._drop_control()
            self._await_end()

    def _on_connection(self) -> None:
        """Starts the serving process, which accepts the connection."""
        assert self._listening is not None
        assert self._address is not None
        self._starts += 1
        if self._starts > STARTS:
            log = os.path.join(self._settings.home, LOG_NAME)
            self._report(f"the local endpoint for functions does not start; see {log}")
            self._stop_listening()
            return
        try:
            self._pid, self._control = _start_endpoint_process(
                self._settings, self._listening.fileno(), self._address
            )
        except (OSError, StoreError) as error:
            self._report(f"the local endpoint for functions does not start: {error}")
            self._stop_listening()
            return
        self._selector.unregister(self._listening)
        self._selector.register(self._control, selectors.EVENT_READ, self._on_control)
        self._pause(True)

    def _on_control(self) -> None:
        """Reads the serving process's state, or its end."""
        assert self._control is not None
        try:
            received = self._control.recv(64)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received:
            if SERVES in received:
                self._starts = 0
            self._pause(received[-1:] == STARTING)
            return
        self._pause(False)
        self._drop_control()
        self._await_end()
        if self._listening is not None:
            self._selector.register(self._listening, selectors.EVENT_READ, self._on_connection)

    def _pause(self, is_starting: bool) -> None:
        for caller in self._callers:
            if is_starting:
                caller.pause()
            else:
                caller.resume()

    def _drop_control(self) -> None:
        assert self._control is not None
        self._selector.unregister(self._control)
        self._control.close()
        self._control = None

    def _stop_listening(self) -> None:
        if self._listening is not None:
            with suppress(KeyError):  # not registered while a serving process watches it
                self._selector.unregister(self._listening)
            self._listening.close()
            self._listening = None

    def _await_end(self) -> None:
        """Waits for the serving process, which ends its functions first."""
        until = time.monotonic() + CLOSE_SECONDS
        with suppress(ChildProcessError, ProcessLookupError):
            while os.waitpid(self._pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self._pid, signal.SIGKILL)
                    os.waitpid(self._pid, 0)
                    return
                time.sleep(CLOSE_POLL_SECONDS)


def _start_endpoint_process(
    settings: Settings, listening: int, address: EndpointAddress
) -> tuple[int, socket.socket]:
    """Starts the serving process. Returns its id and the socket to it. Raises OSError, StoreError."""
    environment = {**os.environ, **settings.environment()}
    environment.pop(detached.FUNCTION_MARK, None)
    control, theirs = socket.socketpair()
    lifted: list[int] = []
    try:
        log = _open_endpoint_log(settings.home)
        try:
            for descriptor in (log, listening, theirs.fileno()):
                lifted.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST))
        finally:
            os.close(log)
        numbers = ((lifted[0], 1), (lifted[0], 2), (lifted[1], LISTENING), (lifted[2], CONTROL))
        actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            *((os.POSIX_SPAWN_DUP2, ours, number) for ours, number in numbers),
        ]
        # -P: files in the working directory must not shadow modules. -c rather than -m saves importing runpy.
        command = [sys.executable, "-P", "-c", _PROGRAM]
        try:
            pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setsid=True)
        except NotImplementedError:
            pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setpgroup=0)
        control.sendall(json.dumps(address._asdict()).encode() + b"\n")
        control.setblocking(False)
        return pid, control
    except BaseException:
        control.close()
        raise
    finally:
        theirs.close()
        for descriptor in lifted:
            os.close(descriptor)


def _open_endpoint_log(home: str) -> int:
    descriptor = private_files.open_file(
        os.path.join(home, LOG_NAME), os.O_WRONLY | os.O_CREAT | os.O_APPEND, above=CONTROL
    )
    if os.fstat(descriptor).st_size > MAX_LOG_BYTES:
        os.ftruncate(descriptor, 0)
    return descriptor
