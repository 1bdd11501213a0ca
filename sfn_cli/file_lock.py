"""File locks, which the operating system releases when their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from sfn_cli import private_files

if TYPE_CHECKING:
    from collections.abc import Callable


def take_file_lock(path: str, *, above: int) -> int | None:
    """Takes the lock on a file, which is created if needed.

    Returns its descriptor, or None if the lock is held. Closing the descriptor releases the lock.
    The descriptor is higher than `above`, the number under which a child process inherits another
    one.
    """
    descriptor = private_files.open_file(path, os.O_RDWR | os.O_CREAT, above=above)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def wait_for_file_lock(path: str | os.PathLike[str], report_wait: Callable[[], None]) -> int:
    """Takes the lock on a file, which is created if needed; `report_wait` is called first if it is held.

    Returns its descriptor. Closing the descriptor releases the lock.
    """
    descriptor = private_files.open_file(path, os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
