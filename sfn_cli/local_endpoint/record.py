"""What `endpoint.lock` in the home says: the endpoint's address, its process, and its last starts.

Only the process that holds the lock on the file writes it, in one write. The port and the access key
stay in the file when the endpoint has ended: the next one takes the same.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from typing import TYPE_CHECKING, Literal, NamedTuple

from sfn_cli import private_files

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCK_NAME = "endpoint.lock"

ACCESS_KEY_HEADER = "x-sfn-access-key"
"""The header in which sfn itself names the access key, in requests that are not signed."""

State = Literal["armed", "starting", "serving", "ended"]
"""armed     a process watches the socket, and starts the serving process at the first connection
starting  the serving process does not answer yet
serving   it answers
ended     it ended in order
"""

_STATES = ("armed", "starting", "serving", "ended")
_LENGTH = 1024
_MAX_STARTS = 16

Interval = tuple[int, int | None]
"""When something started, and when it had: milliseconds of the machine's monotonic clock."""


class EndpointAddress(NamedTuple):
    """The local endpoint, and the access key with which its clients sign."""

    url: str
    access_key: str


class EndpointRecord(NamedTuple):
    """The file's contents."""

    port: int
    access_key: str
    pid: int
    """The process that watches the socket, or serves it."""
    state: State
    starts: tuple[Interval, ...] = ()
    """When the serving process, or the local AWS services for it, were starting."""

    @property
    def address(self) -> EndpointAddress:
        return EndpointAddress(f"http://127.0.0.1:{self.port}", self.access_key)

    def with_start(self, begun_at: int) -> EndpointRecord:
        """Returns the record of an endpoint for which something starts now."""
        return self._replace(starts=(*self.without_open_start(begun_at).starts, (begun_at, None)))

    def without_open_start(self, ended_at: int) -> EndpointRecord:
        """Returns the record once everything has started, or has failed to."""
        closed = ((begin, ended_at if end is None else end) for begin, end in self.starts)
        return self._replace(starts=tuple(closed)[1 - _MAX_STARTS :])


def endpoint_lock_path(home: str) -> str:
    return os.path.join(home, LOCK_NAME)


def endpoint_record_ms() -> int:
    """Milliseconds of the monotonic clock, which is the same in all processes of the machine."""
    return time.monotonic_ns() // 1_000_000


def read_endpoint_record(descriptor: int) -> EndpointRecord | None:
    """Returns the contents of the open file; None if it is empty or damaged."""
    try:
        found = json.loads(os.pread(descriptor, _LENGTH, 0))
        record = EndpointRecord(
            int(found["port"]),
            str(found["key"]),
            int(found["pid"]),
            found["state"],
            tuple((int(begin), end if end is None else int(end)) for begin, end in found["starts"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return record if record.state in _STATES and 0 < record.port < 65536 else None


def write_endpoint_record(descriptor: int, record: EndpointRecord) -> None:
    """Replaces the contents of the file, whose lock the caller holds."""
    text = json.dumps(
        {
            "port": record.port,
            "key": record.access_key,
            "pid": record.pid,
            "state": record.state,
            "starts": record.starts,
        }
    )
    os.pwrite(descriptor, text.encode().ljust(_LENGTH - 1) + b"\n", 0)


def remembered_endpoint(home: str) -> EndpointRecord | None:
    """Returns what the file says, whether or not the endpoint is running."""
    try:
        descriptor = private_files.open_file(endpoint_lock_path(home), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return read_endpoint_record(descriptor)
    finally:
        os.close(descriptor)


def look_for_endpoint(home: str) -> tuple[bool, EndpointRecord | None]:
    """Returns (whether a process holds the lock, what the file says about that process).

    The second is None while a process that has just taken the lock has not written to the file yet.
    """
    try:
        descriptor = private_files.open_file(endpoint_lock_path(home), os.O_RDONLY)
    except FileNotFoundError:
        return False, None
    try:
        # A shared lock: two concurrent readers do not take each other for a holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False, read_endpoint_record(descriptor)
    except OSError:
        record = read_endpoint_record(descriptor)
        if record is None or record.state == "ended" or not _endpoint_process_lives(record.pid):
            return True, None
        return True, record
    finally:
        os.close(descriptor)


def _endpoint_process_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def milliseconds_of_starts(starts: Sequence[Interval], begin: int, end: int) -> int:
    """Returns for how long, between two times, something was starting."""
    found = 0
    for started_at, ready_at in starts:
        found += max(0, min(end, end if ready_at is None else ready_at) - max(begin, started_at))
    return min(found, end - begin)
