"""Detached processes: workers, and the server of the store's own AWS services.

They outlive the process that starts them.

Rule 1: such a process has a session of its own and no terminal, and writes to a log.
Rule 2: it inherits one lock, as the descriptor INHERITED, and no other descriptor.
Rule 3: it never has the mark of a function (functions/strays.py), even if a handler called sfn.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import file_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FUNCTION_MARK = "SFN_FUNCTION_PROCESS"
"""The mark of a function's process and its children (functions/strays.py).

No process of sfn's own has it.
"""

INHERITED = 3
"""The descriptor under which the process inherits its lock."""

_MAX_DESCRIPTORS = 4096

_children: set[int] = set()


def start_detached(
    code: str, environment: Mapping[str, str], *, lock_path: str, open_log: Callable[[], int]
) -> int | None:
    """Starts a process that runs Python code and inherits the lock on a file. Raises OSError.

    Returns its id, or None when another process holds the lock. `open_log` returns the descriptor
    of the log, which must be above INHERITED, and is called with the lock held.
    """
    lock = file_lock.take_file_lock(lock_path, above=INHERITED)
    if lock is None:
        return None
    log = -1
    try:
        os.ftruncate(lock, 0)
        log = open_log()
        return _spawn_detached(code, environment, lock, log)
    finally:
        os.close(lock)
        if log >= 0:
            os.close(log)


def _spawn_detached(code: str, environment: Mapping[str, str], lock: int, log: int) -> int:
    reap_detached()
    actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, log, 1),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_DUP2, lock, INHERITED),
    ]
    # -P: the folder that the command ran in must not shadow modules. -c, not -m: it saves runpy.
    command = [sys.executable, "-P", "-c", code]
    unmarked = {name: value for name, value in environment.items() if name != FUNCTION_MARK}
    try:
        pid = os.posix_spawn(command[0], command, unmarked, file_actions=actions, setsid=True)
    except NotImplementedError:  # the C library has no POSIX_SPAWN_SETSID: see `settle_detached`.
        pid = os.posix_spawn(command[0], command, unmarked, file_actions=actions)
    _children.add(pid)
    return pid


def settle_detached() -> None:
    """Creates the new process's session and closes all inherited descriptors but the lock.

    To be called first in the new process.
    """
    if os.getsid(0) != os.getpid():
        os.setsid()
    os.closerange(INHERITED + 1, _MAX_DESCRIPTORS)


def adopt_detached(pid: int) -> None:
    """Notes a child that outlives this process, for `reap_detached`."""
    _children.add(pid)


def reap_detached() -> None:
    """Waits for ended processes that were started here, which would otherwise remain as zombies."""
    for pid in list(_children):
        try:
            ended, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            ended = pid  # another thread was faster
        if ended:
            _children.discard(pid)


def kill_detached(pid: int) -> None:
    """Kills a process that `start_detached` returned, unless it has ended."""
    import signal  # slow to import, and rarely needed

    reap_detached()
    if pid in _children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
