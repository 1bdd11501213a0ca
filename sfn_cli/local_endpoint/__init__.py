"""The one local endpoint of a home: `http://127.0.0.1:PORT`, which answers for all of AWS.

A worker that runs a function binds the socket (functions/environment/endpoint.py); its first connection
starts the serving process (server/endpoint/process.py), which all programs of the home share. `sfn aws
endpoint` and `sfn aws env` start it directly. It ends when it has been idle, or with `sfn aws stop`.

record           the file `endpoint.lock`: the address, the process, the state
hold             the lock on it, and the socket
serving_process  starts the process that answers
guardian         its parent, which replaces it if it is killed
"""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import detached, private_files
from sfn_cli.errors import ConfigurationError
from sfn_cli.local_endpoint.hold import EndpointHold, find_or_take_endpoint
from sfn_cli.local_endpoint.record import EndpointAddress, look_for_endpoint
from sfn_cli.local_endpoint.serving_process import LOG_NAME, SERVES, start_serving_process

if TYPE_CHECKING:
    from sfn_cli.settings import Settings

START_SECONDS = 60.0
STARTS = 3
"""How many serving processes in a row may die before they are ready."""

_POLL_SECONDS = 0.02
_STOP_SECONDS = 30.0


def local_endpoint_url(settings: Settings) -> str:
    """Returns the URL of the home's endpoint, and starts it if needed. Raises ConfigurationError."""
    return local_endpoint_address(settings).url


def local_endpoint_address(settings: Settings) -> EndpointAddress:
    """Returns the home's endpoint once it answers, and starts it if needed.

    Raises ConfigurationError and StoreError.
    """
    until = time.monotonic() + START_SECONDS
    try:
        for _ in range(STARTS):
            record, hold = find_or_take_endpoint(settings.home)
            if hold is not None:
                if _serve_held_endpoint(settings, hold, until):
                    return hold.address
            elif record is not None and (address := _await_serving(settings.home, record.port, until)):
                return address
            if time.monotonic() > until:
                break
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"Cannot start the local endpoint for {settings.home}: {reason}") from error
    raise ConfigurationError(
        f"The local endpoint does not start. See {os.path.join(settings.home, LOG_NAME)}."
    )


def running_local_endpoint(home: str) -> EndpointAddress | None:
    """Returns the home's endpoint if a process serves it; does not start one."""
    is_held, record = look_for_endpoint(home)
    return record.address if is_held and record is not None and record.state == "serving" else None


def stop_local_endpoint(home: str) -> bool:
    """Stops the serving process and waits for its end; False if none is running.

    A worker that runs functions starts it again with their next call.
    """
    private_files.check_private_home(home)
    is_held, record = look_for_endpoint(home)
    if not is_held or record is None or record.state not in ("starting", "serving"):
        return False
    with suppress(ProcessLookupError):
        os.kill(record.pid, signal.SIGTERM)
    until = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < until:
        is_held, now = look_for_endpoint(home)
        if not is_held or now is None or now.pid != record.pid:
            break
        time.sleep(_POLL_SECONDS)
    else:
        with suppress(ProcessLookupError):
            os.kill(record.pid, signal.SIGKILL)
    return True


def _serve_held_endpoint(settings: Settings, hold: EndpointHold, until: float) -> bool:
    """Starts the serving process, and waits until it answers. False if it ended before."""
    try:
        process = start_serving_process(settings, hold)
        try:
            process.control.settimeout(max(0.1, until - time.monotonic()))
            with suppress(TimeoutError):
                if process.control.recv(1) == SERVES:
                    return True
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            os.waitpid(process.pid, 0)
            return False
        finally:
            process.control.close()
    finally:
        hold.close()


def _await_serving(home: str, port: int, until: float) -> EndpointAddress | None:
    """Waits until another process's endpoint answers; None if that process has ended.

    A connection makes the process that watches the socket start the serving process.
    """
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    while time.monotonic() < until:
        held, record = look_for_endpoint(home)
        if not held:
            return None
        if record is not None and record.state == "serving":
            return record.address
        time.sleep(_POLL_SECONDS)
        detached.reap_detached()
    return None
