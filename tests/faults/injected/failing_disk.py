"""A failing disk: a VFS in front of SQLite's own, in which some operations return an error.

It is one operation, or all from one on.

https://www.sqlite.org/vfs.html. The library's structures are copied, and some of their functions
replaced by ours; the rest call the original directly. All their members except the first integers
are as large as a pointer, so that both are arrays of pointers here.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from ctypes import CFUNCTYPE, c_char_p, c_int, c_int64, c_void_p, cast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ERRORS = {
    "BUSY": 5,
    "FULL": 13,  # no space is left
    "CANTOPEN": 14,
    "READ": 10 | 1 << 8,
    "WRITE": 10 | 3 << 8,
    "FSYNC": 10 | 4 << 8,
    "TRUNCATE": 10 | 6 << 8,
    "DELETE": 10 | 10 << 8,
    "LOCK": 10 | 15 << 8,
    "SHMSIZE": 10 | 19 << 8,
    "SHMLOCK": 10 | 20 << 8,
}

_METHODS = {
    # operation: (its place in sqlite3_io_methods, the types of its arguments)
    "read": (2, (c_void_p, c_void_p, c_int, c_int64)),
    "write": (3, (c_void_p, c_void_p, c_int, c_int64)),
    "truncate": (4, (c_void_p, c_int64)),
    "sync": (5, (c_void_p, c_int)),
    "lock": (7, (c_void_p, c_int)),
    "shmmap": (13, (c_void_p, c_int, c_int, c_int, c_void_p)),
    "shmlock": (14, (c_void_p, c_int, c_int, c_int)),
}
_SIZES = {1: 13, 2: 17, 3: 19}
"""The number of members of sqlite3_io_methods, by its version."""

_PNEXT, _NAME, _OPEN, _DELETE, _SLEEP, _VFS_SIZE = 2, 3, 5, 6, 14, 21
_OPENS = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETES = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_SLEEPS = CFUNCTYPE(c_int, c_void_p, c_int)
_UNLOCKS = 1  # SQLITE_SHM_UNLOCK: what lets go of a lock does not fail

_kept: list[object] = []  # what SQLite refers to, and Python must not free


class Plan:
    """A fault, OPERATION:NUMBER[+]:ERROR[:PART]: the failing operation, its error, and its process.

    NUMBER counts the operations of that kind; with + all later ones fail too. ERROR may be KILL: the
    process dies of SIGKILL instead of doing the operation. PART is "worker" or "command": only that
    process has a failing disk. Each operation of the kind adds a byte to the file FAULT_COUNT,
    whether it fails or not.
    """

    def __init__(self, text: str) -> None:
        self.operation, number, error, *part = text.split(":")
        self.persists = number.endswith("+")
        self.number = int(number.rstrip("+"))
        self.kills = error == "KILL"
        self.error = ERRORS.get(error, 0)
        is_worker = any("run_worker" in word for word in sys.orig_argv)
        self.applies = not part or (part == ["worker"]) == is_worker
        self._seen = 0

    def strikes(self) -> bool:
        """Whether this operation, of the kind that the plan names, fails."""
        self._seen += 1
        # Opened each time: a worker closes every descriptor that it does not know.
        with open(os.environ["FAULT_COUNT"], "ab") as count:
            count.write(b".")
        if self.kills and self._seen == self.number:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._seen == self.number or (self.persists and self._seen > self.number)


def install(text: str) -> None:
    """Makes the failing disk the one that SQLite uses in this process."""
    plan = Plan(text)
    if not plan.applies:
        return
    library = sqlite()
    library.sqlite3_vfs_find.restype = c_void_p
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    original = library.sqlite3_vfs_find(None)
    vfs = (c_void_p * _VFS_SIZE).from_buffer_copy((c_void_p * _VFS_SIZE).from_address(original))
    name = ctypes.create_string_buffer(b"failing")
    vfs[_NAME] = ctypes.addressof(name)
    vfs[_PNEXT] = None
    vfs[_OPEN] = _pointer(_open(original, vfs[_OPEN], plan))
    vfs[_DELETE] = _pointer(_delete(original, vfs[_DELETE], plan))
    if plan.error == ERRORS["BUSY"]:
        vfs[_SLEEP] = _pointer(_SLEEPS(_pass_time_at_once()))
    _kept.extend((vfs, name))
    library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    assert library.sqlite3_vfs_register(ctypes.addressof(vfs), 1) == 0


def _pass_time_at_once() -> Callable[[int | None, int], int]:
    """Makes waits for a lock take no wall time, in Python and in the VFS.

    Returns the VFS's xSleep.
    """
    really = time.monotonic
    slept = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds

    def sleep_of_vfs(_: int | None, microseconds: int) -> int:
        sleep(microseconds / 1_000_000)
        return microseconds

    time.sleep = sleep
    time.monotonic = lambda: really() + slept
    return sleep_of_vfs


def sqlite() -> ctypes.CDLL:
    """Returns the library that the module sqlite3 uses.

    Raises AttributeError when it does not export its functions.
    """
    import _sqlite3

    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    _ = library.sqlite3_vfs_find, library.sqlite3_vfs_register
    return library


def _pointer(function: Any) -> int:
    _kept.append(function)
    address = cast(function, c_void_p).value
    assert address is not None
    return address


def _open(original: int, address: int, plan: Plan) -> Any:
    really_open = _OPENS(address)
    methods_of: dict[int, int] = {}

    def failing(_: int, name: int, file: int, flags: int, out_flags: int) -> int:
        if plan.operation == "open" and plan.strikes():
            c_void_p.from_address(file).value = None  # nothing to close
            return plan.error
        result: int = really_open(original, name, file, flags, out_flags)
        methods = c_void_p.from_address(file)
        if methods.value is not None and plan.operation in _METHODS:
            if methods.value not in methods_of:
                methods_of[methods.value] = _failing_methods(methods.value, plan)
            methods.value = methods_of[methods.value]
        return result

    return _OPENS(failing)


def _delete(original: int, address: int, plan: Plan) -> Any:
    really_delete = _DELETES(address)

    def failing(_: int, name: int, sync: int) -> int:
        if plan.operation == "delete" and plan.strikes():
            return plan.error
        deleted: int = really_delete(original, name, sync)
        return deleted

    return _DELETES(failing)


def _failing_methods(address: int, plan: Plan) -> int:
    size = _SIZES[min(c_int.from_address(address).value, 3)]
    methods = (c_void_p * size).from_buffer_copy((c_void_p * size).from_address(address))
    place, types = _METHODS[plan.operation]
    if place >= size or methods[place] is None:  # a file of a kind that has no such operation
        return address
    prototype = CFUNCTYPE(c_int, *types)
    really = prototype(methods[place])

    def failing(*arguments: int) -> int:
        unlocks = plan.operation == "shmlock" and arguments[3] & _UNLOCKS
        if unlocks or not plan.strikes():
            done: int = really(*arguments)
            return done
        if plan.operation == "write":
            file, data, amount, offset = arguments
            really(file, data, amount // 2, offset)  # a disk writes what it has room for
        return plan.error

    methods[place] = _pointer(prototype(failing))
    _kept.append(methods)
    return ctypes.addressof(methods)
