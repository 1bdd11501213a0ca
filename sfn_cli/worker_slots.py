"""Worker slots: the places that live workers may take, each a locked file and a pipe.

A live worker holds the lock on its slot's file, which the operating system releases the moment the
process ends, however it ends. It also writes the time to the file every second, to renew its lease.
A suspended worker holds the lock but does not renew: past its lease it counts as dead, and others
take over.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.settings.table import MAX_WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.settings import Settings


class Slot:
    """One of the places that a worker may take: the lock file, and the pipe that wakes it."""

    def __init__(self, home: str, number: int) -> None:
        self.number = number
        self.lock_path = os.path.join(home, f"worker-{number}.lock")
        self.pipe_path = os.path.join(home, f"worker-{number}.wake")

    def take(self) -> int | None:
        """Returns the descriptor of the lock, or None if another process holds it.

        Closing the descriptor releases the lock.
        """
        descriptor = private_files.open_file(self.lock_path, os.O_RDWR | os.O_CREAT)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except OSError:
                # A reader has a shared lock for a moment.
                if self.signature() is not None:
                    os.close(descriptor)
                    return None

    def owns(self, lock: int) -> bool:
        """Whether the held lock is still that of this slot.

        Its file may have been deleted, with the whole store.
        """
        try:
            there, held = os.stat(self.lock_path), os.fstat(lock)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def sign(self, lock: int, worker: int) -> None:
        """Renews the lease: writes the holder and the time into the held file."""
        # Monotonic time is the machine's, the same in every process, and no clock change moves it.
        os.pwrite(lock, f"{worker} {time.monotonic():.3f}\n".encode().ljust(40), 0)

    def holder(self, lease_seconds: float) -> int | None:
        """Returns the id of the live worker in this slot, or None.

        A worker that has not renewed its lease for this long counts as dead.
        """
        signature = self.signature()
        if signature is None or time.monotonic() - signature[1] > lease_seconds:
            return None
        return signature[0]

    def leave(self, lock: int) -> None:
        """Empties the held file: its worker exits, and was not killed. Then release the lock."""
        os.ftruncate(lock, 0)

    def was_killed(self) -> bool:
        """Whether the last worker in this slot was killed."""
        try:
            return os.path.getsize(self.lock_path) > 0 and self.signature() is None
        except FileNotFoundError:
            return False

    def signature(self) -> tuple[int, float] | None:
        """Returns (worker id, time of its last renewal), or None when the lock is free."""
        try:
            descriptor = private_files.open_file(self.lock_path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            # A shared lock: two concurrent readers do not take each other for a worker.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except OSError:
            words = os.read(descriptor, 64).split()
            with suppress(ValueError):  # damaged, until its holder writes it again
                return (int(words[0]), float(words[1])) if len(words) == 2 else (0, 0.0)
            return (0, 0.0)
        finally:
            os.close(descriptor)

    def wake(self) -> bool:
        """Wakes the worker in this slot; False when none listens."""
        try:
            descriptor = private_files.open_private_pipe(self.pipe_path, os.O_WRONLY)
        except OSError:
            return False
        try:
            os.write(descriptor, b"!")
        except BlockingIOError:
            pass  # the pipe is full: a call is pending already
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True


def taken_slots(home: str) -> Iterator[Slot]:
    """Yields the slots that a worker has ever taken."""
    for number in range(MAX_WORKERS):
        slot = Slot(home, number)
        if not os.path.exists(slot.lock_path):
            return
        yield slot


def killed_workers(home: str) -> bool:
    """Whether a worker was killed whose slot no other one has taken since."""
    return any(slot.was_killed() for slot in taken_slots(home))


def live_workers(settings: Settings) -> dict[int, int]:
    """Returns the live workers: slot → worker id."""
    holders = {slot.number: slot.holder(settings.lease_seconds) for slot in taken_slots(settings.home)}
    return {number: holder for number, holder in holders.items() if holder is not None}
