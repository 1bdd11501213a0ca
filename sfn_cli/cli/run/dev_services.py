"""Starts and stops the programs of a `services.json` for `sfn run`.

stacks/readers/services_json.py reads the file. The programs end when the command ends, even if it is
killed (service_companion.py).
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import private_files
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.settings.exported import exported_variables

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Iterator, Sequence

    from sfn_cli.settings import Settings
    from sfn_cli.stacks.readers.services_json import DevService

START_SECONDS = 30.0
"""How long a program may take until its port accepts connections."""

LOOK_SECONDS = 0.02

_HOST = "127.0.0.1"
_PORTS = range(20_000, 30_000)
"""Below the ephemeral ports, which operating systems assign."""

_LOG_TAIL_BYTES = 2000
_COMPANION = Path(__file__).with_name("service_companion.py")


class _StartedService(NamedTuple):
    service: DevService
    port: int
    log: Path
    """Its output: stdout and stderr."""
    companion: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"


@contextmanager
def running_dev_services(
    services: Sequence[DevService], machine: str, settings: Settings
) -> Iterator[dict[str, str]]:
    """Starts the services, yields their URLs once they accept connections, and stops them afterwards.

    Raises CommandFailedError.
    """
    if not services:
        yield {}
        return
    logs = _services_folder(settings, machine)
    started: list[_StartedService] = []
    try:
        # One command at a time, so that no two commands find the same free port.
        with _services_lock(logs.parent / "start.lock"):
            for service in services:
                port = _free_service_port(service, settings, {other.port for other in started})
                started.append(_start_service(service, port, logs / f"{service.name}.log"))
            for one in started:
                _await_service_ready(one)
        for one in started:
            print(f"Started {one.service.name} at {one.url} with log {one.log}", file=sys.stderr)
        try:
            yield {one.service.name: one.url for one in started}
        finally:
            for one in started:
                if (code := one.companion.poll()) is not None:
                    print(
                        f"{one.service} ended {_service_end_reason(code)}. See its log: {one.log}",
                        file=sys.stderr,
                    )
    finally:
        _stop_services(started)


def _services_folder(settings: Settings, machine: str) -> Path:
    """Returns the private folder of the logs of a machine's services. Raises CommandFailedError."""
    try:
        return Path(private_files.make_private_folder(settings.home, "services", machine))
    except OSError as error:
        raise CommandFailedError(f"Cannot create {error.filename}: {error.strerror or error}") from None


@contextmanager
def _services_lock(path: Path) -> Iterator[None]:
    import fcntl

    descriptor = private_files.open_file(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _free_service_port(service: DevService, settings: Settings, taken: Collection[int]) -> int:
    """Returns a port for the service: in each run the same one, if it is free.

    A function process from the previous run then still has the right URL.
    """
    import socket
    import zlib

    usual = _PORTS[zlib.crc32(f"{settings.home}\0{service.folder}\0{service.name}".encode()) % len(_PORTS)]
    for port in (usual, *[0] * (len(taken) + 1)):
        with suppress(OSError), socket.create_server((_HOST, port)) as found:
            free: int = found.getsockname()[1]
            if free not in taken:
                return free
    raise CommandFailedError(f"{service} cannot be started: no port of {_HOST} is free.")


def _start_service(service: DevService, port: int, log: Path) -> _StartedService:
    import subprocess

    program, *arguments = service.command
    command = [sys.executable if program in {"python", "python3"} else program, *arguments]
    environment = {"PYTHONUNBUFFERED": "1", **os.environ, **exported_variables, "PORT": str(port)}
    with open(log, "wb", opener=private_files.open_file) as output:
        companion = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_COMPANION), *command],
            cwd=service.folder, env=environment, start_new_session=True,
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return _StartedService(service, port, log, companion)


def _await_service_ready(one: _StartedService) -> None:
    import socket

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if (code := one.companion.poll()) is not None:
            raise CommandFailedError(
                f"{one.service} ended {_service_end_reason(code)} before it accepted connections "
                f"on port {one.port}.{_service_log_tail(one.log)}"
            )
        with suppress(OSError):
            socket.create_connection((_HOST, one.port), timeout=1.0).close()
            return
        time.sleep(LOOK_SECONDS)
    raise CommandFailedError(
        f"{one.service} did not accept connections at {_HOST}:{one.port} within {START_SECONDS:.0f} seconds. "
        f"It must listen on the port in the environment variable PORT.{_service_log_tail(one.log)}"
    )


def _service_end_reason(code: int) -> str:
    return f"by signal {code - 128}" if code > 128 else f"with exit code {code}"


def _service_log_tail(log: Path) -> str:
    """Returns the end of a program's log, to follow an error message."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_TAIL_BYTES))
        text = file.read(_LOG_TAIL_BYTES).decode("utf-8", "replace").strip()
    return f" Its output:\n{text}" if text else " It has no output."


def _stop_services(started: Sequence[_StartedService]) -> None:
    """Ends the programs and waits until they have ended."""
    for one in started:
        assert one.companion.stdin is not None
        one.companion.stdin.close()
    for one in started:
        one.companion.wait()
