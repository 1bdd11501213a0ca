"""The folders with functions' code.

A folder given with --code-dir is used in place, and checked before every invocation: its
fingerprint changes when a file does, and children that run older code are not used again.

A zip is unpacked once, to $SFN_HOME/functions/NAME/HASH/, where HASH is the hash of the zip:
updating the configuration unpacks nothing.

Rule 1: An unpacked folder is complete: it is created under another name, then renamed.
Rule 2: Nothing in a zip leaves its folder, neither by name nor by a symbolic link (zip_archive.py).
Rule 3: A process that uses an unpacked folder holds a shared lock on it, so that others do not
remove it.
"""

from __future__ import annotations

import base64
import fcntl
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import private_files
from sfn_cli.errors import StoreError
from sfn_cli.functions.builds.build_folder import FOLDER_NAME as BUILDS
from sfn_cli.functions.builds.build_folder import prune_build_folders
from sfn_cli.functions.code.zip_archive import unpack_zip
from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sfn_cli.store.protocols.functions import Functions
    from sfn_cli.store.records.functions import Function

Fingerprint = int

FOLDER_NAME = "functions"

FEW_FILES = 500
"""A folder with at most this many files is checked before every invocation."""

_NOT_CODE = frozenset({"__pycache__", "node_modules"})


class CodeFolder(NamedTuple):
    """A folder with code, and a fingerprint of its files (0 for a zip, which does not change)."""

    path: str
    fingerprint: Fingerprint
    in_place: bool


class Catalog:
    """The code of the functions of one store, for one process."""

    def __init__(self, functions: Functions, home: Path) -> None:
        self._functions = functions
        self._home = home
        self._root = home / FOLDER_NAME
        self._locks: dict[str, int] = {}
        self._scans: dict[str, tuple[float, Fingerprint]] = {}

    def find(self, function: Function) -> CodeFolder:
        """Returns the folder with a function's current code. Raises UnusableError."""
        if function.code_dir is not None:
            return CodeFolder(function.code_dir, self._fingerprint(function), True)
        path = os.path.join(
            self._root, function.name, _catalog_folder_name(function.configuration["CodeSha256"])
        )
        lock = self._locks.get(path)
        if lock is None or not _is_locked_folder_at(lock, path):
            self._unlock(path)  # the lock of a folder that the user removed
            self._locks[path] = self._unpack(function, Path(path))
        return CodeFolder(path, 0, False)

    def sweep(self, in_use: Collection[str]) -> None:
        """Releases the folders that are not `in_use`, and removes unused folders and old builds."""
        self._release(in_use)
        if os.path.isdir(self._home / BUILDS):
            prune_build_folders(self._home, self._functions.package_dirs(), time.time())

    def close(self) -> None:
        self._release(())

    def _release(self, in_use: Collection[str]) -> None:
        for path in [path for path in self._locks if path not in in_use]:
            self._unlock(path)
        for folder in self._unpacked_folders():
            if str(folder) not in self._locks and not self._is_current(folder):
                _remove_unused_code_folder(folder)

    # Folders in place

    def _fingerprint(self, function: Function) -> Fingerprint:
        folder = function.code_dir
        assert folder is not None
        next_scan_at, known = self._scans.get(folder, (0.0, 0))
        began = time.monotonic()
        if began < next_scan_at:
            return known
        try:
            fingerprint, count = code_fingerprint(folder)
        except OSError as error:
            raise UnusableError(
                "InvalidZipFileException",
                f"Cannot read the code of the function {function.name}: "
                f"{error.strerror} ({error.filename or folder}). Set its folder with "
                f"sfn lambda update-function-code --function-name {function.name} --code-dir FOLDER.",
            ) from None
        if count > FEW_FILES:
            # Checking takes at most a tenth of the time.
            self._scans[folder] = (began + 10 * (time.monotonic() - began), fingerprint)
        return fingerprint

    # Zips

    def _unlock(self, path: str) -> None:
        lock = self._locks.pop(path, None)
        if lock is not None:
            os.close(lock)

    def _unpack(self, function: Function, path: Path) -> int:
        """Unpacks the function's zip, unless that is done. Returns a lock on the folder."""
        content = None
        while True:
            try:
                private_files.make_private_folder(self._home, FOLDER_NAME, function.name)
            except (StoreError, OSError) as error:
                raise UnusableError(
                    "InvalidZipFileException",
                    f"Cannot unpack the zip of the function {function.name}: {error}",
                ) from None
            lock = _lock_catalog_folder(path)
            if lock is not None:
                return lock
            if content is None:
                content = self._functions.zip(function)
            if content is None:
                raise UnusableError("InvalidZipFileException", f"The function {function.name} has no code.")
            unpack_zip(content, path, function.name)

    def _unpacked_folders(self) -> Iterator[Path]:
        for name in _catalog_folder_names(self._root):
            for folder in _catalog_folder_names(self._root / name):
                yield self._root / name / folder

    def _is_current(self, path: Path) -> bool:
        return path.name in map(_catalog_folder_name, self._functions.zip_hashes(path.parent.name))


def _catalog_folder_name(code_sha256: str) -> str:
    return base64.b64decode(code_sha256).hex()[:32]


def _catalog_folder_names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # missing, or a file
        return []


def code_fingerprint(folder: str) -> tuple[Fingerprint, int]:
    """Returns the fingerprint of the files below a folder, and their number. Raises OSError."""
    states = tuple(code_file_states(folder))
    return hash(states), len(states)


def code_file_states(
    folder: str, seen: set[tuple[int, int]] | None = None
) -> Iterator[tuple[str, int, int, int, int]]:
    """Yields a fingerprint of every file below a folder, except in caches. Raises OSError.

    `seen` are the folders already read, so that loops of links end.
    """
    seen = set() if seen is None else seen
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder = entry.is_dir()
                status = entry.stat()
            except OSError:  # deleted since, or a dangling link
                continue
            if not is_folder:
                yield entry.path, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
            elif (
                entry.name not in _NOT_CODE
                and not entry.name.startswith(".")
                and (status.st_dev, status.st_ino) not in seen
            ):
                seen.add((status.st_dev, status.st_ino))
                yield from code_file_states(entry.path, seen)


# Locks on unpacked folders


def _lock_catalog_folder(path: Path) -> int | None:
    """Takes a shared lock on a folder. Returns its file descriptor; None if there is no folder."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if _is_locked_folder_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # it was removed while this process waited for the lock


def _is_locked_folder_at(descriptor: int, path: str | Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _remove_unused_code_folder(path: Path) -> None:
    import shutil

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = path.with_name(f".removed-{os.urandom(8).hex()}")
        os.rename(path, removed)
        shutil.rmtree(removed, ignore_errors=True)
        os.rmdir(path.parent)
    except OSError:  # used by another process, or its parent has other folders
        pass
    finally:
        os.close(descriptor)
