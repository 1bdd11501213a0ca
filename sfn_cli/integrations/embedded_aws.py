"""AWS's other services on this machine: moto's server, one for each store, started when a task first needs it.

The process that serves holds the lock on `aws.lock` in the home, which it inherits from the one who starts it, and
writes its port and its id there when it listens. So there is one at a time, whoever asks finds it, and one that died is not
mistaken for one that lives. It listens on loopback only. What it holds is in its memory: it is gone when the server
leaves, which is when no worker lives and no request came for a while, or when its home is gone.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import file_lock
from sfn_cli.errors import ConfigurationError
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.workers import live_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LOCK_NAME = "aws.lock"
LOG_NAME = "aws.log"

INHERITED = 3
"""The descriptor under which the server inherits its lock."""

START_SECONDS = 60.0
LOOK_SECONDS = 0.02

INSTALL = "Install sfn with what it needs to serve AWS's other services itself: pip install 'sfn-cli[aws]'"


def endpoint(settings: Settings) -> str:
    """The URL of the store's server, which listens. Blocks while one starts. Raises ConfigurationError."""
    try:
        return _endpoint(settings)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"moto's server cannot be started for the store in {settings.home}: {reason}") from error


def _endpoint(settings: Settings) -> str:
    os.makedirs(settings.home, mode=0o700, exist_ok=True)
    path = os.path.join(settings.home, LOCK_NAME)
    started = False
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        held, served = _look(path)
        if served is not None:
            return _url(served)
        if not held:
            if started and (lock := file_lock.take(path, above=INHERITED)) is not None:
                os.close(lock)
                break  # it died before it listened
            started = _start(settings, path) or started
        time.sleep(LOOK_SECONDS)
    raise ConfigurationError(f"moto's server does not start: {os.path.join(settings.home, LOG_NAME)} says why.")


def running(home: str) -> str | None:
    """The URL of the store's server, if there is one that listens; none is started."""
    _, served = _look(os.path.join(home, LOCK_NAME))
    return None if served is None else _url(served)


def stop(home: str) -> bool:
    """Ends the store's server and waits until it has ended; False when there is none that listens."""
    path = os.path.join(home, LOCK_NAME)
    _, served = _look(path)
    if served is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(served.pid, signal.SIGTERM)
    while _look(path)[0]:
        time.sleep(LOOK_SECONDS)
    return True


class _Served(NamedTuple):
    port: int
    pid: int


def _url(served: _Served) -> str:
    return f"http://127.0.0.1:{served.port}"


def _look(path: str) -> tuple[bool, _Served | None]:
    """(whether somebody serves or is about to, who does once it listens)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False, None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False, None
    except OSError:
        words = os.read(descriptor, 64).split()
        # One that is about to serve has the lock, and the file may still tell of the one before.
        return True, _Served(int(words[0]), int(words[1])) if len(words) == 2 and _lives(int(words[1])) else None
    finally:
        os.close(descriptor)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _start(settings: Settings, path: str) -> bool:
    """Starts the server, unless another does. Raises ConfigurationError when moto is not installed."""
    if find_spec("moto") is None or find_spec("flask") is None:
        raise ConfigurationError(f"An AWS service is to be called, and moto is not installed. {INSTALL} (or set AWS_ENDPOINT_URL)")
    lock = file_lock.take(path, above=INHERITED)
    if lock is None:
        return False
    try:
        os.ftruncate(lock, 0)
        log = os.path.join(settings.home, LOG_NAME)
        actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            (os.POSIX_SPAWN_DUP2, lock, INHERITED),
        ]
        command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()"]
        os.posix_spawn(command[0], command, _environment(settings), file_actions=actions)
        return True
    finally:
        os.close(lock)


def _environment(settings: Settings) -> dict[str, str]:
    """The server's environment: none of the user's credentials or endpoints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {"SFN_HOME": settings.home, "MOTO_ACCOUNT_ID": settings.account_id, "AWS_DEFAULT_REGION": settings.region}
    return {**kept, **own, "AWS_EC2_METADATA_DISABLED": "true"}


def main() -> None:
    """The server's process, as `_start` starts it."""
    import threading

    if os.getsid(0) != os.getpid():
        os.setsid()
    os.closerange(INHERITED + 1, 4096)
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        sys.exit(str(error))
    os.chdir(settings.home)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *args: object) -> None:
            """Each request would make the log grow without end."""

    guarded = _Guarded(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, guarded, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.pwrite(INHERITED, f"{server.port} {os.getpid()}\n".encode(), 0)
    while _in_place(settings.home):
        time.sleep(1.0)
        if time.monotonic() - guarded.asked_at > settings.aws_idle_seconds and not live_workers(settings):
            break
    os._exit(0)


def _in_place(home: str) -> bool:
    """Whether the lock is still that of this home."""
    try:
        there, held = os.stat(os.path.join(home, LOCK_NAME)), os.fstat(INHERITED)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)


class _Guarded:
    """The application, which refuses web pages, and knows when it was last asked."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self.asked_at = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked_at = time.monotonic()
        host = str(environ.get("HTTP_HOST", "")).rpartition(":")[0]
        if "HTTP_ORIGIN" in environ or not (host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"This server answers programs of this machine, not web pages.\n"]
        return self._application(environ, start_response)
