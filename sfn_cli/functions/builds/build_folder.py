"""Build folders: $SFN_HOME/builds/HASH, where HASH covers all inputs of the build.

Rule 1: A build folder is complete: it is filled under another name, then renamed.
Rule 2: If two processes need the same build, it is built once: the second waits for the first.
Rule 3: A build folder never changes. It is removed when it was not used for a month and no function
refers to it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli import file_lock, private_files
from sfn_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Report = Callable[[str], None]

FOLDER_NAME = "builds"
UNUSED_SECONDS = 30 * 24 * 3600

_LOCK_SUFFIX = ".lock"
_UNFINISHED_SUFFIX = ".unfinished"
_REMOVED_PREFIX = ".removed-"
BUNDLING_PREFIX = ".bundling-"
"""The prefix of folders in which bundles are built; their hash is known only afterwards."""


class BuildError(ConfigurationError):
    """A build that failed, or that is needed but not allowed.

    `output` is the output of the program that failed; the message has its last lines.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def find_build_folder(home: str | os.PathLike[str], sources: Mapping[str, Any]) -> Path | None:
    """Returns the existing build of these sources, if any, and marks it as used."""
    path = _build_path(home, sources)
    try:
        os.utime(path)
    except OSError:
        return None
    return path


def make_build_folder(
    home: str | os.PathLike[str],
    sources: Mapping[str, Any],
    fill: Callable[[Path], None],
    report: Report | None = None,
    *,
    line: str = "",
    may_build: bool = True,
) -> Path:
    """Returns the build of these sources; `fill` fills an empty folder if there is none.

    `sources` is all inputs of the build, as JSON. `line` describes the work, and is passed to
    `report` before `fill` is called. Raises BuildError. If `fill` raises, nothing is left behind.
    With `may_build` false, only an existing build is returned.
    """
    found = find_build_folder(home, sources)
    if found is not None:
        return found
    if not may_build:
        raise BuildError(f"Skipped because of --no-build: {line}")
    path = _build_path(home, sources)
    try:
        private_files.make_private_folder(home, FOLDER_NAME)
        lock = _lock_build(path, report)
    except OSError as error:
        raise BuildError(f"Cannot build in {path.parent}: {error.strerror or error}") from None
    try:
        if not path.is_dir():
            if report is not None:
                report(f"{line}…")
            _fill_build_folder(path, fill)
    finally:
        # The lock file is removed while locked: a process that waits for it then starts over.
        os.unlink(path.with_name(path.name + _LOCK_SUFFIX))
        os.close(lock)
    return path


def build_digest(*contents: bytes) -> str:
    """Returns a hash of contents, for `sources`."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


def program_stamp(program: str) -> list[Any]:
    """Returns a value for `sources` that changes when another version of the program is installed."""
    path = os.path.realpath(program)
    try:
        status = os.stat(path)
    except OSError:
        return [path]
    return [path, status.st_mtime_ns, status.st_size]


def is_build_folder(home: str | os.PathLike[str], path: str) -> bool:
    """Whether a path is a build of this home, or inside one."""
    return os.path.abspath(path).startswith(os.path.join(os.path.abspath(home), FOLDER_NAME) + os.sep)


def mark_build_as_used(home: str | os.PathLike[str], path: str) -> None:
    """Postpones the removal of the build that contains the path, if any."""
    if is_build_folder(home, path):
        root = os.path.join(os.path.abspath(home), FOLDER_NAME)
        with suppress(OSError):
            os.utime(os.path.join(root, os.path.relpath(path, root).split(os.sep)[0]))


def prune_build_folders(home: str | os.PathLike[str], in_use: Collection[str], now: float) -> None:
    """Removes builds that were not used for a month, except those that contain a path of `in_use`.

    Also removes leftovers of processes that were killed while building.
    """
    import shutil

    root = Path(home, FOLDER_NAME)
    kept = {Path(path).relative_to(root).parts[0] for path in in_use if is_build_folder(home, path)}
    try:
        entries = list(os.scandir(root))
    except OSError:
        return
    for entry in entries:
        is_left_over = entry.name.startswith((_REMOVED_PREFIX, BUNDLING_PREFIX))
        is_hidden = entry.name.startswith(".") and not is_left_over
        if entry.name in kept or is_hidden or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            unused = now - entry.stat(follow_symlinks=False).st_mtime > UNUSED_SECONDS
        except OSError:
            continue
        if unused:
            # Renamed first, so that no process finds half of the folder.
            removed = root / f"{_REMOVED_PREFIX}{os.urandom(8).hex()}"
            try:
                os.rename(entry.path, removed)
            except OSError:
                continue
            shutil.rmtree(removed, ignore_errors=True)


def _build_path(home: str | os.PathLike[str], sources: Mapping[str, Any]) -> Path:
    text = json.dumps(sources, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]
    return Path(os.path.abspath(home), FOLDER_NAME, digest)


def _lock_build(path: Path, report: Report | None) -> int:
    """Takes the lock on a build, waiting if another process holds it. Returns its descriptor."""
    lock = path.with_name(path.name + _LOCK_SUFFIX)

    def report_wait() -> None:
        if report is not None:
            report("Waiting for another sfn process that is building the same packages…")

    while True:
        descriptor = file_lock.wait_for_file_lock(lock, report_wait)
        try:
            if os.path.samestat(os.fstat(descriptor), os.stat(lock)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _fill_build_folder(path: Path, fill: Callable[[Path], None]) -> None:
    import shutil

    beside = path.with_name(path.name + _UNFINISHED_SUFFIX)
    shutil.rmtree(beside, ignore_errors=True)  # left by a process that was killed
    try:
        beside.mkdir(private_files.FOLDER_MODE)
        beside.chmod(private_files.FOLDER_MODE)
        fill(beside)
        os.utime(beside, (time.time(), time.time()))
        os.rename(beside, path)
    except OSError as error:
        raise BuildError(f"Cannot build in {path.parent}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
