"""Strays: processes that handlers started and that have left the process group of their child.

A child is killed with its group. A daemon is in another group (setsid), and would outlive its child
and sfn. On Linux, daemons are found in three ways:

1. Descent. Before a child is killed, its descendants in any group are listed, and killed with it.
2. Adoption. This process is a subreaper: a daemon whose parent has ended becomes its child rather than
   init's. The mark, an environment variable that daemons inherit, identifies the child.
3. The mark alone, if this process was killed before it could end its children's daemons: the store's
   next worker looks for processes whose mark names a process that has ended.

Only descendants of functions are killed. An adopted process with neither the mark nor SFN_HOME, which
sfn's own workers and services have, has cleared its environment. It is only reported, because its
origin is not certain.

A process may have several pools, each in a thread of its own, and each looks for the strays of all. A
child that is being started is not known yet, so a pool does not look while another one starts a child.

Other systems have neither subreapers nor /proc: there, a daemon outlives its function.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sfn_cli.detached import FUNCTION_MARK as MARK
from sfn_cli.functions.proc import (
    process_children,
    process_descendants,
    process_environment,
    process_ids,
    process_name,
    process_namespace,
    process_stat,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LIMIT_SECONDS = 2.0
"""How long `end_all_strays` waits for the processes that it killed."""

MAX_NAMED = 5
"""How many processes are named in one line of the log."""

MAX_LOOKS = 10
"""The maximum number of searches for the processes of killed workers."""

ARE_FOUND: bool = sys.platform == "linux"
"""Whether strays can be found on this system."""

_PR_SET_CHILD_SUBREAPER = 36

_serial = count(1)


class _Here:
    """The state of this process: the children of all its pools."""

    subreaper = False
    switching = threading.Lock()  # held while `subreaper` may change
    starting: ClassVar[set[object]] = set()
    """The starts of children whose process ids are not known yet."""
    children: ClassVar[set[int]] = set()
    """The process ids of children that have not been reaped."""
    marks: ClassVar[set[str]] = set()
    """The marks of children that are running."""
    groups: ClassVar[set[int]] = set()
    """The process groups of killed children, some of whose members may still be dying."""
    seen: ClassVar[set[int]] = set()
    """Processes alive at the last sweep, adopted or started by other parts of this process."""
    reported: ClassVar[set[int]] = set()


# One child


def new_stray_mark(home: str) -> str | None:
    """Returns the mark of a pool's next child; None if strays cannot be found here. Raises OSError.

    It has the form HOME/NAMESPACE/OWNER/SERIAL: `home` identifies the store, and the owner is this
    process.
    """
    return (
        f"{_stray_home_identity(home)}/{process_namespace()}/{_stray_owner(os.getpid())}/{next(_serial)}"
        if ARE_FOUND
        else None
    )


@contextmanager
def start_that_may_leave_strays() -> Iterator[None]:
    """The block starts a child and calls `watch_child_for_strays`; until its end, no pool looks for strays.

    While there are children, this process is a subreaper.
    """
    start = object()
    with _Here.switching:
        _Here.starting.add(start)
        _set_stray_subreaper(ARE_FOUND)
    try:
        yield
    finally:
        _Here.starting.discard(start)


def watch_child_for_strays(pid: int, mark: str | None) -> None:
    """Records the start of a child."""
    _Here.children.add(pid)
    if mark is not None:
        _Here.marks.add(mark)


def strays_to_kill_with_child(pid: int, mark: str | None) -> list[int]:
    """Records that a child is about to be killed, or has ended, and returns its descendants.

    The caller kills them too.
    """
    if not ARE_FOUND:
        return []
    _Here.marks.discard(mark or "")
    _Here.groups.add(pid)
    return process_descendants(pid)


def unwatch_child_for_strays(pid: int) -> None:
    """Removes a child that has been reaped."""
    _Here.children.discard(pid)


def kill_stray_processes(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


# All children


def sweep_strays(report: Callable[[str], None], *, at_end: bool = False) -> bool:
    """Kills adopted processes whose child has ended, and reaps adopted processes that have ended.

    Returns whether any may be left. `at_end`: this is the last sweep.
    """
    if not _Here.subreaper:
        return False
    own_session, left = os.getsid(0), False
    alive, ended = set(), []
    pids = process_children(os.getpid())
    if _Here.starting:  # tested after listing: a listed child is known now, or still being started
        return True
    for pid in pids:
        found = None
        if pid not in _Here.children:
            with suppress(OSError):
                found = process_stat(pid)
        if found is None or found.session == own_session:
            continue  # a pool's child, or started by another part of this process
        if found.ended:
            # Only adopted processes are in a session that is neither their own nor this process's.
            if found.session != pid or pid in _Here.seen:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            continue
        alive.add(pid)
        environment = process_environment(pid)
        mark = environment.get(MARK)
        if found.group in _Here.groups:
            left = True  # it was killed with its group
        elif mark is not None:
            if mark not in _Here.marks and (
                mark.split("/")[2:3] == [_stray_owner(os.getpid())] or not _stray_owner_lives(mark)
            ):
                left = True
                ended.append(_Ended(pid, environment))
                kill_stray_processes([*process_descendants(pid), pid])
        elif "SFN_HOME" not in environment and pid not in _Here.reported and (at_end or pid in _Here.seen):
            # Only if seen twice: a process that is about to run another program has no environment
            # for a moment.
            _Here.reported.add(pid)
            report(
                f"process {pid} ({process_name(pid)}) was probably left by a function; it is not "
                "stopped, because its origin is not certain (its environment was cleared)"
            )
    _report_ended_strays(ended, report)
    _Here.seen = alive
    _Here.reported &= alive
    if not left:
        _Here.groups &= _Here.children
    return left


def end_all_strays(report: Callable[[str], None]) -> None:
    """Kills all strays of children that have ended, and waits for their end."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while sweep_strays(report, at_end=True) and time.monotonic() < deadline:
        time.sleep(0.001)
    with _Here.switching:
        if not _Here.children and not _Here.starting:
            _set_stray_subreaper(False)


def end_orphaned_strays(home: str, report: Callable[[str], None]) -> None:
    """Kills the strays of killed processes that used the same store, on this machine."""
    if not ARE_FOUND or not hasattr(os, "pidfd_open"):
        return
    ours = f"{_stray_home_identity(home)}/{process_namespace()}/"
    ended: list[_Ended] = []
    # One search may miss a process that has just started, because it has no environment at first.
    for _ in range(MAX_LOOKS):
        found = list(_end_marked(ours))
        ended += found
        if not found:
            break
    _report_ended_strays(ended, report)


def _end_marked(ours: str) -> Iterator[_Ended]:
    """Kills the processes with this mark prefix whose owner has ended, and yields them."""
    for pid in process_ids():
        with suppress(OSError):
            # The descriptor refers to this process even if its id is reused.
            descriptor = os.pidfd_open(pid)
            try:
                environment = process_environment(pid)
                mark = environment.get(MARK, "")
                if mark.startswith(ours) and not _stray_owner_lives(mark):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    yield _Ended(pid, environment)
            finally:
                os.close(descriptor)


class _Ended(NamedTuple):
    pid: int
    environment: dict[str, str]


def _report_ended_strays(ended: list[_Ended], report: Callable[[str], None]) -> None:
    """Reports one line for each function."""
    functions: dict[str, list[int]] = {}
    for pid, environment in ended:
        if pid not in _Here.reported:
            _Here.reported.add(pid)
            functions.setdefault(environment.get("AWS_LAMBDA_FUNCTION_NAME", "?"), []).append(pid)
    for function, pids in functions.items():
        named = ", ".join(f"{pid} ({process_name(pid)})" for pid in pids[:MAX_NAMED]) + (
            ", …" if len(pids) > MAX_NAMED else ""
        )
        report(
            f"function {function} left {'a process' if len(pids) == 1 else 'processes'} behind; "
            f"killed: {named}"
        )


def _stray_owner_lives(mark: str) -> bool:
    """Whether the process that started a mark's child is alive, or may be.

    True for a mark that is not sfn's, too.
    """
    try:
        pid, _, started = mark.split("/")[2].partition("-")
        found = process_stat(int(pid))
    except (IndexError, ValueError, OSError):
        return True
    return found is not None and not found.ended and str(found.started) == started


def _set_stray_subreaper(wanted: bool) -> None:
    if _Here.subreaper != wanted:
        # Without ctypes or prctl, only the next worker finds strays, by their marks.
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) == 0:
                _Here.subreaper = wanted


@lru_cache(maxsize=1)
def _stray_owner(own_pid: int) -> str:
    """Returns this process's identifier in marks. Raises OSError."""
    found = process_stat(own_pid)
    return f"{own_pid}-{found.started if found is not None else 0}"


def _stray_home_identity(home: str) -> str:
    try:
        found = os.stat(home)
    except OSError:
        return "?"
    return f"{found.st_dev:x}-{found.st_ino:x}"
