"""Workers: who drives executions, and whether they live.

A live worker holds the lock on its slot's file, which the operating system lets go of the moment
the process ends, however it ends; and it signs the file anew every second. One that was suspended
holds the lock but signs no more: past its lease it counts as dead, and others take over.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from sfn_cli import private_files

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database

MAX_SLOTS = 16

LEASE_SECONDS = 15.0
"""How long a worker that signs no more keeps what it drives (SFN_LEASE_SECONDS overrides). Longer than any turn takes."""

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
                if self._signature() is not None:
                    os.close(descriptor)
                    return None

    def is_of(self, lock: int) -> bool:
        """Whether the held lock is still that of this slot: its file may have been deleted, with the whole store."""
        try:
            there, held = os.stat(self.lock_path), os.fstat(lock)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def sign(self, lock: int, worker: int) -> None:
        """Writes into the held file who holds it, and when: the lease begins anew."""
        # Monotonic time is the machine's, the same in every process, and no clock change moves it.
        os.pwrite(lock, f"{worker} {time.monotonic():.3f}\n".encode().ljust(40), 0)

    def holder(self) -> int | None:
        """The id of the live worker in this slot, or None."""
        signature = self._signature()
        lease = float(os.environ.get("SFN_LEASE_SECONDS", LEASE_SECONDS))
        if signature is None or time.monotonic() - signature[1] > lease:
            return None
        return signature[0]

    def _signature(self) -> tuple[int, float] | None:
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
            return (int(words[0]), float(words[1])) if len(words) == 2 else (0, 0.0)
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


def live_workers(home: str) -> dict[int, int]:
    """The live workers: slot → worker id."""
    found = {}
    for number in range(MAX_SLOTS):
        slot = Slot(home, number)
        if not os.path.exists(slot.lock_path):
            break
        holder = slot.holder()
        if holder is not None:
            found[number] = holder
    return found


class Workers:
    """The workers that ever ran in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, slot: int, pid: int, at: int) -> int:
        """A new worker's id. It clears away the messages that no worker lived to take."""
        with self._database.transaction() as connection:
            connection.execute(
                """
                DELETE FROM inbox
                WHERE sent_at < ? AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.id = inbox.execution AND e.status = 'RUNNING')
                """,
                (at - UNCLAIMED_MS,),
            )
            cursor = connection.execute("INSERT INTO worker (slot, pid, started_at) VALUES (?, ?, ?)", (slot, pid, at))
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def describe(self, worker: int) -> tuple[int, int, int] | None:
        """(pid, started at, how many executions it drives) of a worker."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT pid, started_at FROM worker WHERE id = ?", (worker,)).fetchone()
            if row is None:
                return None
            driven = connection.execute("SELECT count(*) FROM execution WHERE owner = ? AND status = 'RUNNING'", (worker,)).fetchone()[0]
            return (*row, driven)
