"""The local AWS services: moto's server, started when a task first needs it.

The server process holds the lock on `aws.lock` in the home, which it inherits from the process that
starts it. When it listens, it writes its port, process id and access key to that file. So there is
only one server at a time, every client finds it, and a dead server is not mistaken for a live one. A
server that dies before it listens is restarted. Data is in memory, and is lost when the server stops:
when no worker is running and no request has come for a while, or when the home is removed.

It listens on loopback only, and serves this user only: another user's connection is closed. Where
the system does not report a connection's user (macOS), each request must be signed with the access
key, which is new at every start.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import detached, private_files
from sfn_cli.errors import ConfigurationError
from sfn_cli.installation.extras import install_hint
from sfn_cli.local_endpoint.record import remembered_endpoint

if TYPE_CHECKING:
    from sfn_cli.settings import Settings

LOCK_NAME = "aws.lock"
LOG_NAME = "aws.log"

START_SECONDS = 60.0
STARTS = 3
"""The maximum number of starts if servers die before they listen."""

POLL_SECONDS = 0.02

MADE_UP = "sfn"
"""A placeholder for credentials that are required but not checked."""


def embedded_aws_endpoint(settings: Settings) -> str:
    """Returns the local endpoint, and starts the local AWS services if necessary.

    Blocks until they listen. Raises ConfigurationError.
    """
    try:
        return _start_embedded_aws_endpoint(settings)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            f"Cannot start the local AWS services for {settings.home}: {reason}"
        ) from error


def _start_embedded_aws_endpoint(settings: Settings) -> str:
    private_files.make_private_home(settings.home)
    path = os.path.join(settings.home, LOCK_NAME)
    started: list[int] = []
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        held, served = _look_for_embedded_aws(path)
        if served is not None:
            return _embedded_aws_url(served)
        if not held:
            if len(started) == STARTS:
                break
            if (pid := _start_embedded_aws(settings, path)) is not None:
                started.append(pid)
        time.sleep(POLL_SECONDS)
        detached.reap_detached()
    else:
        for pid in started:  # one that hangs would hold the lock forever
            detached.kill_detached(pid)
    raise ConfigurationError(
        f"The local AWS services do not start. See {os.path.join(settings.home, LOG_NAME)}."
    )


def running_embedded_aws(home: str) -> str | None:
    """Returns the local endpoint if the local AWS services are running; does not start them."""
    _, served = _look_for_embedded_aws(os.path.join(home, LOCK_NAME))
    return None if served is None else _embedded_aws_url(served)


def embedded_aws_start(home: str) -> str | None:
    """Returns an identifier of this run of the local AWS services; None if they are not running.

    A new run starts without the data of earlier ones.
    """
    _, served = _look_for_embedded_aws(os.path.join(home, LOCK_NAME))
    return None if served is None else f"{served.port} {served.pid} {served.access_key}"


def embedded_aws_access_key(home: str, endpoint: str) -> str | None:
    """Returns the access key id for `endpoint`, if it is that of the local AWS services or the home's own."""
    local = remembered_endpoint(home)
    if local is not None and local.address.url == endpoint.rstrip("/"):
        return local.access_key
    _, served = _look_for_embedded_aws(os.path.join(home, LOCK_NAME))
    return None if served is None or _embedded_aws_url(served) != endpoint.rstrip("/") else served.access_key


def stop_embedded_aws(home: str) -> bool:
    """Stops the local AWS services and waits for their end; False if they are not running."""
    private_files.check_private_home(home)
    path = os.path.join(home, LOCK_NAME)
    _, served = _look_for_embedded_aws(path)
    if served is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(served.pid, signal.SIGTERM)
    while _look_for_embedded_aws(path)[0]:
        time.sleep(POLL_SECONDS)
    return True


class _Served(NamedTuple):
    port: int
    pid: int
    access_key: str | None


def _embedded_aws_url(served: _Served) -> str:
    return f"http://127.0.0.1:{served.port}"


def _look_for_embedded_aws(path: str) -> tuple[bool, _Served | None]:
    """Returns (whether a server is starting or running, the server once it listens)."""
    try:
        descriptor = private_files.open_file(path, os.O_RDONLY)
    except FileNotFoundError:
        return False, None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False, None
    except OSError:
        words = os.read(descriptor, 128).decode(errors="replace").split()
        # A server that is starting has the lock; the file may still be from the previous one.
        if len(words) < 2 or not "".join(words[:2]).isdecimal() or not _embedded_aws_lives(int(words[1])):
            return True, None
        access_key = words[2] if len(words) > 2 else None  # a server of an older sfn has none
        return True, _Served(int(words[0]), int(words[1]), access_key)
    finally:
        os.close(descriptor)


def _embedded_aws_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_embedded_aws_installed() -> bool:
    """Whether moto and its server's dependencies are installed."""
    return find_spec("moto") is not None and find_spec("flask") is not None


def check_embedded_aws_installed() -> None:
    """Raises ConfigurationError if moto is not installed."""
    if not is_embedded_aws_installed():
        raise ConfigurationError(
            "The local AWS services need moto, which is not installed. "
            f"Set AWS_ENDPOINT_URL to call another endpoint. {install_hint('aws')}"
        )


def _start_embedded_aws(settings: Settings, path: str) -> int | None:
    """Starts the server, unless another process is starting it. Returns its process id.

    Raises ConfigurationError if moto is not installed.
    """
    check_embedded_aws_installed()
    return detached.start_detached(
        f"from sfn_cli.app import run_embedded_aws; run_embedded_aws(port={_last_embedded_aws_port(path)})",
        {**os.environ, **settings.environment()},
        lock_path=path,
        open_log=lambda: private_files.open_file(
            os.path.join(settings.home, LOG_NAME),
            os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
            above=detached.INHERITED,
        ),
    )


def _last_embedded_aws_port(path: str) -> int:
    """Returns the port of the last start, which the lock file still has; 0 for the first start."""
    try:
        descriptor = private_files.open_file(path, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        words = os.read(descriptor, 128).decode(errors="replace").split()
    finally:
        os.close(descriptor)
    return int(words[0]) if words and words[0].isdecimal() and int(words[0]) < 65536 else 0
