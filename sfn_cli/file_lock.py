"""Locks on files, which the operating system lets go of the moment their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os

from sfn_cli import private_files


def take(path: str, *, above: int) -> int | None:
    """The descriptor of the lock on a file, which is made if need be, or None if it is held. It is let go when closed.

    The descriptor is higher than `above`: under that number a process to be started inherits another.
    """
    descriptor = private_files.open_file(path, os.O_RDWR | os.O_CREAT, above=above)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
