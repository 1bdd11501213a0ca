"""Locks on files, which the operating system lets go of the moment their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os


def take(path: str, *, above: int) -> int | None:
    """The descriptor of the lock on a file, which is made if need be, or None if it is held. It is let go when closed.

    The descriptor is higher than `above`: under that number a process to be started inherits another.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if descriptor <= above:
        low, descriptor = descriptor, fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above + 1)
        os.close(low)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
