"""Where a function's code lies.

A folder given with --code-dir is used in place, and looked at before every invocation: its
fingerprint changes when a file does, and children of older code are then not used again.

A zip is unpacked once, to $SFN_HOME/functions/NAME/HASH/, where HASH is of the zip: an update of
the configuration unpacks nothing.

Rule 1: An unpacked folder is complete: it is created under another name and renamed at the end.
Rule 2: Nothing in a zip leaves its folder, neither by name nor by a symbolic link.
Rule 3: Who uses an unpacked folder holds a shared lock on it, so that others do not remove it.
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
from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from zipfile import ZipFile, ZipInfo

    from sfn_cli.store.protocols.functions import Functions
    from sfn_cli.store.records.functions import Function

Fingerprint = int

FOLDER_NAME = "functions"

FEW_FILES = 500
"""A folder that has no more than these is looked at before every invocation."""

_NOT_CODE = frozenset({"__pycache__", "node_modules"})


class CodeFolder(NamedTuple):
    """A folder with code; what its files looked like (always 0 for a zip, which does not change)."""

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
        """The folder with a function's code, as it is now. Raises UnusableError."""
        if function.code_dir is not None:
            return CodeFolder(function.code_dir, self._fingerprint(function), True)
        path = os.path.join(self._root, function.name, _folder_name(function.configuration["CodeSha256"]))
        lock = self._locks.get(path)
        if lock is None or not _is_at(lock, path):
            self._let_go(path)  # of a folder that was removed manually
            self._locks[path] = self._unpack(function, Path(path))
        return CodeFolder(path, 0, False)

    def sweep(self, in_use: Collection[str]) -> None:
        """Releases the folders that are not `in_use`, and removes those of old zips that are unused."""
        for path in [path for path in self._locks if path not in in_use]:
            self._let_go(path)
        for folder in self._unpacked_folders():
            if str(folder) not in self._locks and not self._is_current(folder):
                _remove_unless_used(folder)

    def close(self) -> None:
        self.sweep(())

    # Folders in place

    def _fingerprint(self, function: Function) -> Fingerprint:
        folder = function.code_dir
        assert folder is not None
        next_scan_at, known = self._scans.get(folder, (0.0, 0))
        began = time.monotonic()
        if began < next_scan_at:
            return known
        try:
            states = tuple(_file_states(folder, set()))
        except OSError as error:
            raise UnusableError(
                "InvalidZipFileException",
                f"The code of the function {function.name} cannot be read: "
                f"{error.strerror} ({error.filename or folder}). "
                "Name its folder with "
                f"sfn lambda update-function-code --function-name {function.name} --code-dir FOLDER.",
            ) from None
        fingerprint = hash(states)
        if len(states) > FEW_FILES:
            # Looking must not cost more than the invocations: a tenth of the time at most.
            self._scans[folder] = (began + 10 * (time.monotonic() - began), fingerprint)
        return fingerprint

    # Zips

    def _let_go(self, path: str) -> None:
        lock = self._locks.pop(path, None)
        if lock is not None:
            os.close(lock)

    def _unpack(self, function: Function, path: Path) -> int:
        """Unpacks the function's zip, unless it was unpacked before. Returns a lock on the folder."""
        content = None
        while True:
            try:
                private_files.make_folder(self._home, FOLDER_NAME, function.name)
            except (StoreError, OSError) as error:
                raise UnusableError(
                    "InvalidZipFileException",
                    f"The zip of the function {function.name} cannot be unpacked: {error}",
                ) from None
            lock = _shared_lock(path)
            if lock is not None:
                return lock
            if content is None:
                content = self._functions.zip(function)
            if content is None:
                raise UnusableError("InvalidZipFileException", f"The function {function.name} has no code.")
            _unpack(content, path, function.name)

    def _unpacked_folders(self) -> Iterator[Path]:
        for name in _names(self._root):
            for folder in _names(self._root / name):
                yield self._root / name / folder

    def _is_current(self, path: Path) -> bool:
        return path.name in map(_folder_name, self._functions.zip_hashes(path.parent.name))


def _folder_name(code_sha256: str) -> str:
    return base64.b64decode(code_sha256).hex()[:32]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # not there, or a file
        return []


def _file_states(folder: str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, int, int, int, int]]:
    """What differs when a file has changed, for all files below a folder except caches."""
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder = entry.is_dir()
                status = entry.stat()
            except OSError:  # gone since, or a link to nothing
                continue
            if not is_folder:
                yield entry.path, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
            elif (
                entry.name not in _NOT_CODE
                and not entry.name.startswith(".")
                and (status.st_dev, status.st_ino) not in seen
            ):
                seen.add((status.st_dev, status.st_ino))
                yield from _file_states(entry.path, seen)


# Locks on unpacked folders


def _shared_lock(path: Path) -> int | None:
    """A shared lock on a folder, as a file descriptor that holds it; None if there is no such folder."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # it was removed while this process waited for the lock


def _is_at(descriptor: int, path: str | Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _remove_unless_used(path: Path) -> None:
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


# Unpacking


def _unpack(content: bytes, path: Path, name: str) -> None:
    """Makes the folder `path` of a zip, unless another process does so first. Raises UnusableError."""
    import io
    import shutil
    import zipfile
    import zlib

    beside = path.with_name(f".unpacking-{os.urandom(8).hex()}")
    _make_folder(beside)
    descriptor = os.open(beside, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _extract(archive, beside)
        os.rename(beside, path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnusableError(
            "InvalidZipFileException", f"The zip of the function {name} cannot be unpacked: {error}."
        ) from None
    except OSError as error:
        if not path.is_dir():
            reason = error.strerror or error
            raise UnusableError(
                "InvalidZipFileException",
                f"The zip of the function {name} cannot be unpacked to {path}: {reason}.",
            ) from None
    finally:
        os.close(descriptor)
        shutil.rmtree(beside, ignore_errors=True)


def _extract(archive: ZipFile, folder: Path) -> None:
    """All files first and links last: while files are written there is no link that could lead elsewhere."""
    links = []
    for entry in archive.infolist():
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in parts:
            raise ValueError(f"{entry.filename!r} would lie outside of its folder")
        place = folder.joinpath(*parts)
        if _is_link(entry):
            links.append((place, archive.read(entry).decode()))
        elif entry.is_dir():
            _make_folder(place)
        else:
            _write(archive, entry, place)
    for place, target in links:
        _make_folder(place.parent)
        os.symlink(target, place)
    root = os.path.realpath(folder)
    for place, target in links:
        if os.path.commonpath((root, os.path.realpath(place))) != root:
            raise ValueError(f"the link {place.relative_to(folder)} leads outside of its folder, to {target}")


def _is_link(entry: ZipInfo) -> bool:
    return entry.external_attr >> 28 == 0o12  # the file type of a symbolic link in Unix's mode bits


def _write(archive: ZipFile, entry: ZipInfo, place: Path) -> None:
    import shutil

    _make_folder(place.parent)
    with archive.open(entry) as source, open(place, "wb", opener=_create) as target:
        shutil.copyfileobj(source, target, 1 << 20)
        os.fchmod(target.fileno(), 0o700 if entry.external_attr >> 16 & 0o111 else 0o600)


def _create(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, private_files.FILE_MODE)


def _make_folder(path: Path) -> None:
    """Creates a folder and those above it, if need be, for this user alone."""
    if not path.is_dir():
        _make_folder(path.parent)
        path.mkdir(private_files.FOLDER_MODE)
        path.chmod(private_files.FOLDER_MODE)
