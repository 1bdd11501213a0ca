"""Workers: who drives executions, and whether they live.

A live worker holds the lock on its slot's file, which the operating system lets go of the moment
the process ends, however it ends; and it signs the file anew every second. One that was suspended
holds the lock but signs no more: past its lease it counts as dead, and others take over.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from sfn_cli import __version__, private_files
from sfn_cli.errors import StoreError
from sfn_cli.settings import MAX_WORKERS
from sfn_cli.store.sqlite.suspensions import retry_those_of_other_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.settings import Settings
    from sfn_cli.store.sqlite.database import Database

STOP_SECONDS = 5.0
"""How long a worker may take to exit before it is killed. What it drives is safe either way."""

START_SECONDS = 1.0
"""How long a worker that has just started may take to sign its slot."""

LOOK_SECONDS = 0.01

UNCLAIMED_MS = 60_000
"""After which time a message to an execution that has ended is nobody's."""


class Slot:
    """One of the places that a worker may take: the lock file, and the pipe that wakes it."""

    def __init__(self, home: str, number: int) -> None:
        self.number = number
        self.lock_path = os.path.join(home, f"worker-{number}.lock")
        self.pipe_path = os.path.join(home, f"worker-{number}.wake")

    def take(self) -> int | None:
        """The descriptor of the held lock, or None if another process holds it. It is let go when closed."""
        descriptor = private_files.open_file(self.lock_path, os.O_RDWR | os.O_CREAT)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except OSError:
                # Who only asks has a shared lock for a moment.
                if self.signature() is not None:
                    os.close(descriptor)
                    return None

    def owns(self, lock: int) -> bool:
        """Whether the held lock is still that of this slot: its file may have been deleted, with
        the whole store.
        """
        try:
            there, held = os.stat(self.lock_path), os.fstat(lock)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def sign(self, lock: int, worker: int) -> None:
        """Writes into the held file who holds it, and when: the lease begins anew."""
        # Monotonic time is the machine's, the same in every process, and no clock change moves it.
        os.pwrite(lock, f"{worker} {time.monotonic():.3f}\n".encode().ljust(40), 0)

    def holder(self, lease_seconds: float) -> int | None:
        """The id of the live worker in this slot, or None.

        A worker that has not signed for this long counts as dead.
        """
        signature = self.signature()
        if signature is None or time.monotonic() - signature[1] > lease_seconds:
            return None
        return signature[0]

    def signature(self) -> tuple[int, float] | None:
        """(worker id, when it signed last), or None when nobody holds the lock."""
        try:
            descriptor = private_files.open_file(self.lock_path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            # A shared lock: two who ask at once do not take each other for a worker.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except OSError:
            words = os.read(descriptor, 64).split()
            with suppress(ValueError):  # damaged: until its holder signs it again
                return (int(words[0]), float(words[1])) if len(words) == 2 else (0, 0.0)
            return (0, 0.0)
        finally:
            os.close(descriptor)

    def wake(self) -> bool:
        """Tells the worker in this slot to look at the store; False when none listens."""
        try:
            descriptor = private_files.open_pipe(self.pipe_path, os.O_WRONLY)
        except OSError:
            return False
        try:
            os.write(descriptor, b"!")
        except BlockingIOError:
            pass  # the pipe is full of calls already
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True


def live_workers(settings: Settings) -> dict[int, int]:
    """The live workers: slot → worker id."""
    holders = {slot.number: slot.holder(settings.lease_seconds) for slot in _slots(settings.home)}
    return {number: holder for number, holder in holders.items() if holder is not None}


def pids(home: str) -> list[int]:
    """The process ids of the live workers, whatever their version of sfn and the store's."""
    from sfn_cli.store.sqlite.database import FILE_NAME, translated_errors

    path = os.path.join(home, FILE_NAME)
    workers = [signature[0] for slot in _slots(home) if (signature := slot.signature()) is not None]
    if not workers or not os.path.exists(path):
        return []
    with translated_errors(path), closing(sqlite3.connect(path)) as connection:
        found = (
            connection.execute("SELECT pid FROM worker WHERE id = ?", (worker,)).fetchone()
            for worker in workers
        )
        return [row[0] for row in found if row is not None]


def stop_other_versions(connection: Any, home: str) -> None:
    """Stops the live workers of other versions of sfn, and waits until they have exited.

    Raises StoreError.
    """
    for slot in _slots(home):
        _stop_other_version(connection, slot)


def _stop_other_version(connection: Any, slot: Slot) -> None:
    import signal  # slow to import, and seldom needed

    began = time.monotonic()
    sent: signal.Signals | None = None
    while (signature := slot.signature()) is not None:
        worker, waited = signature[0], time.monotonic() - began
        if worker:
            pid, version = _process(connection, worker)
            if pid is None or version == __version__:
                return
            if waited > 2 * STOP_SECONDS:
                raise StoreError(
                    f"A worker of another version of sfn does not stop: end process {pid}, then try again."
                )
            due = signal.SIGKILL if waited > STOP_SECONDS else signal.SIGTERM
            if due is not sent:
                with suppress(ProcessLookupError):
                    os.kill(pid, due)
                sent = due
        elif waited > START_SECONDS:
            return  # it has not opened the store yet, and will check the version itself
        time.sleep(LOOK_SECONDS)


def _process(connection: Any, worker: int) -> tuple[int | None, str | None]:
    """A worker's process id, and its version of sfn if noted; (None, None) for one of another store."""
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(worker)")}
    version = "version" if "version" in columns else "NULL"
    row = connection.execute(f"SELECT pid, {version} FROM worker WHERE id = ?", (worker,)).fetchone()
    return (None, None) if row is None else tuple(row)


def _slots(home: str) -> Iterator[Slot]:
    """The slots that a worker has ever taken."""
    for number in range(MAX_WORKERS):
        slot = Slot(home, number)
        if not os.path.exists(slot.lock_path):
            return
        yield slot


class Workers:
    """The workers that ever ran in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, slot: int, pid: int, at: int) -> int:
        """Returns a new worker's id.

        Deletes the messages that no worker lived to take, and releases the executions that another version of
        sfn failed on.
        """
        with self._database.transaction() as connection:
            connection.execute(
                """
                DELETE FROM inbox
                WHERE sent_at < ? AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.id = inbox.execution AND e.status = 'RUNNING')
                """,
                (at - UNCLAIMED_MS,),
            )
            retry_those_of_other_versions(connection, __version__)
            cursor = connection.execute(
                "INSERT INTO worker (slot, pid, started_at, version) VALUES (?, ?, ?, ?)",
                (slot, pid, at, __version__),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def describe(self, worker: int) -> tuple[int, int, int] | None:
        """(pid, started at, how many executions it drives) of a worker."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT pid, started_at FROM worker WHERE id = ?", (worker,)).fetchone()
            if row is None:
                return None
            driven = connection.execute(
                "SELECT count(*) FROM execution WHERE owner = ? AND status = 'RUNNING'", (worker,)
            ).fetchone()[0]
            return (*row, driven)
