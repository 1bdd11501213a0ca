"""Holding the endpoint: the lock on its file and the listening socket, before and while it is served.

Rule 1: The lock is taken first, then the socket is bound, then the record is written. So there is one
endpoint for a home, and a reader of the record finds its port open.
Rule 2: The serving process inherits both, and lives on its own. The process that started it keeps its
copies: if the serving process is killed, connections wait for the next one and are not refused.
"""

from __future__ import annotations

import os
import socket
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.errors import ConfigurationError
from sfn_cli.file_lock import take_file_lock
from sfn_cli.local_endpoint.record import (
    EndpointRecord,
    endpoint_lock_path,
    endpoint_record_ms,
    look_for_endpoint,
    read_endpoint_record,
    remembered_endpoint,
    write_endpoint_record,
)
from sfn_cli.settings.exported import new_access_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.local_endpoint.record import EndpointAddress, State

_BACKLOG = 128

_FIRST_PORT, _PORTS = 20_000, 10_000
"""The ports of endpoints, which are below those that Linux and macOS give to connections."""

_CANDIDATES = 20

_REBIND_SECONDS = 0.1
"""How long the remembered port may still be in use by an endpoint that is ending."""

_POLL_SECONDS = 0.005
_SETTLE_SECONDS = 5.0


class EndpointHold:
    """The held lock and the bound socket, in one process."""

    def __init__(self, home: str, lock: int, listening: socket.socket, record: EndpointRecord) -> None:
        self.lock = lock
        self.listening = listening
        self._home = home
        self._record = record

    @property
    def address(self) -> EndpointAddress:
        return self._record.address

    def be(self, state: State, pid: int | None = None) -> None:
        """Writes the state of the endpoint, and the process that it depends on."""
        now = endpoint_record_ms()
        record = self._latest()._replace(state=state, pid=os.getpid() if pid is None else pid)
        self._record = record.with_start(now) if state == "starting" else record.without_open_start(now)
        write_endpoint_record(self.lock, self._record)

    def note_start(self, is_starting: bool) -> None:
        """Writes that the local AWS services start, or have started or failed to."""
        now = endpoint_record_ms()
        record = self._latest()
        self._record = record.with_start(now) if is_starting else record.without_open_start(now)
        write_endpoint_record(self.lock, self._record)

    def end(self, *, keeps_key: bool) -> None:
        """Writes that the endpoint ended in order. The next one has another key, unless this one is kept."""
        key = self._record.access_key if keeps_key else new_access_key()
        self._record = self._latest()._replace(state="ended", access_key=key)
        write_endpoint_record(self.lock, self._record.without_open_start(endpoint_record_ms()))

    def is_in_place(self) -> bool:
        """Whether the lock file is still in place."""
        try:
            there, held = os.stat(endpoint_lock_path(self._home)), os.fstat(self.lock)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def close(self) -> None:
        """Closes this process's copies."""
        self.listening.close()
        os.close(self.lock)

    def _latest(self) -> EndpointRecord:
        """Returns the record, which the serving process may have changed."""
        return read_endpoint_record(self.lock) or self._record


def take_endpoint(home: str, known: EndpointAddress | None = None) -> EndpointHold | None:
    """Takes the lock, binds the socket and writes the record; None if another process holds it.

    `known` is the address that programs of this process have: it is used again, if possible.
    Raises OSError and StoreError.
    """
    private_files.make_private_home(home)
    lock = take_file_lock(endpoint_lock_path(home), above=2)
    if lock is None:
        return None
    try:
        before = read_endpoint_record(lock)
        key = known.access_key if known else before.access_key if before else new_access_key()
        listening = _bind_endpoint(home, before)
        record = EndpointRecord(
            listening.getsockname()[1], key, os.getpid(), "armed", before.starts if before else ()
        ).without_open_start(endpoint_record_ms())
        write_endpoint_record(lock, record)
    except BaseException:
        os.close(lock)
        raise
    return EndpointHold(home, lock, listening, record)


def reserve_endpoint(home: str) -> None:
    """Chooses the endpoint's address, if the home has none yet. Raises OSError and StoreError."""
    if remembered_endpoint(home) is None and (hold := take_endpoint(home)) is not None:
        hold.end(keeps_key=True)
        hold.close()


def inherited_endpoint(home: str, lock: int, listening: socket.socket) -> EndpointHold:
    """Returns the endpoint that a serving process has inherited. Raises ConfigurationError."""
    record = read_endpoint_record(lock)
    if record is None:
        raise ConfigurationError(f"{endpoint_lock_path(home)} does not name the endpoint.")
    return EndpointHold(home, lock, listening, record)


def find_or_take_endpoint(
    home: str, known: EndpointAddress | None = None
) -> tuple[EndpointRecord | None, EndpointHold | None]:
    """Returns the record of another process's endpoint, or takes the endpoint.

    Raises OSError, StoreError and ConfigurationError.
    """
    until = time.monotonic() + _SETTLE_SECONDS
    while True:
        held, record = look_for_endpoint(home)
        if record is not None and held:
            return record, None
        if not held and (hold := take_endpoint(home, known)) is not None:
            return None, hold
        if time.monotonic() > until:
            raise ConfigurationError(
                f"Another process holds {endpoint_lock_path(home)}, and does not say where it listens. "
                "Run: sfn aws stop"
            )
        time.sleep(_POLL_SECONDS)  # its holder has just taken it, or is ending


def _bind_endpoint(home: str, before: EndpointRecord | None) -> socket.socket:
    """Returns the listening socket, at the remembered port if it is free. Raises OSError."""
    until = time.monotonic() + _REBIND_SECONDS
    while before is not None:
        try:
            return _listen_for_endpoint(before.port)
        except OSError:
            if time.monotonic() > until:
                break
            time.sleep(_POLL_SECONDS)
    for port in _endpoint_ports(home):
        try:
            return _listen_for_endpoint(port)
        except OSError:
            continue
    return _listen_for_endpoint(0)


def _listen_for_endpoint(port: int) -> socket.socket:
    listening = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    # Inherited by connections: a body does not wait for the acknowledgement of its headers.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setblocking(False)
    return listening


def _endpoint_ports(home: str) -> Iterator[int]:
    """Yields the first ports that a home tries: the same ones whenever its file has been deleted."""
    for number in range(_CANDIDATES):
        digest = sha256(f"{number} {os.path.realpath(home)}".encode("utf-8", "surrogateescape")).digest()
        yield _FIRST_PORT + int.from_bytes(digest[:4], "big") % _PORTS
