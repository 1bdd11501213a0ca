"""Starts the process that serves the endpoint (server/endpoint/process.py).

It inherits the socket, the lock, and one end of a socket pair, and is a session of its own: it outlives
the process that starts it. Its parent is its guardian (guardian.py).
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import detached, private_files

if TYPE_CHECKING:
    from sfn_cli.local_endpoint.hold import EndpointHold
    from sfn_cli.settings import Settings

LOG_NAME = "endpoint.log"
MAX_LOG_BYTES = 1_000_000

LISTENING, CONTROL, LOCK = 3, 4, 5
"""The descriptors that the serving process inherits. The lock is the last: descriptors are closed in
order, and the one who takes the lock then finds the port free."""

SERVES = b"r"
"""Sent by the serving process when it is ready."""

_LOWEST = 10  # above the inherited descriptors, so that ours do not overlap them
_PROGRAM = (
    "from sfn_cli.local_endpoint.guardian import guard_endpoint; guard_endpoint(); "
    "from sfn_cli.server.endpoint.process import endpoint_process_main; endpoint_process_main()"
)


class ServingProcess(NamedTuple):
    """A started process: a child of this one, which is the guardian of the one that serves."""

    pid: int
    control: socket.socket
    """The end of the socket pair: SERVES arrives here, and the end of the stream when it has ended."""


def start_serving_process(settings: Settings, hold: EndpointHold) -> ServingProcess:
    """Starts the serving process. Raises OSError and StoreError."""
    environment = {**os.environ, **settings.environment()}
    environment.pop(detached.FUNCTION_MARK, None)
    control, theirs = socket.socketpair()
    lifted: list[int] = []
    try:
        log = _open_endpoint_log(settings.home)
        try:
            for descriptor in (log, hold.listening.fileno(), theirs.fileno(), hold.lock):
                lifted.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST))
        finally:
            os.close(log)
        numbers = (
            (lifted[0], 1), (lifted[0], 2), (lifted[1], LISTENING), (lifted[2], CONTROL), (lifted[3], LOCK),
        )  # fmt: skip
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
        hold.be("starting", pid)
        return ServingProcess(pid, control)
    except BaseException:
        control.close()
        raise
    finally:
        theirs.close()
        for descriptor in lifted:
            os.close(descriptor)


def _open_endpoint_log(home: str) -> int:
    descriptor = private_files.open_file(
        os.path.join(home, LOG_NAME), os.O_WRONLY | os.O_CREAT | os.O_APPEND, above=LOCK
    )
    if os.fstat(descriptor).st_size > MAX_LOG_BYTES:
        os.ftruncate(descriptor, 0)
    return descriptor
