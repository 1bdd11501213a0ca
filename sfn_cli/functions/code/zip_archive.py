"""Unpacks the zip of a function's code into a folder.

This implements rules 1 and 2 of `catalog.py`: a folder with the final name is complete, and nothing
in the zip leaves it.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile, ZipInfo


def unpack_zip(content: bytes, path: Path, name: str) -> None:
    """Unpacks a zip to the folder `path`, unless another process does so first.

    Raises UnusableError.
    """
    import io
    import shutil
    import zipfile
    import zlib

    beside = path.with_name(f".unpacking-{os.urandom(8).hex()}")
    _make_unzipped_folder(beside)
    descriptor = os.open(beside, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            extract_zip(archive, beside)
        os.rename(beside, path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnusableError(
            "InvalidZipFileException", f"Cannot unpack the zip of the function {name}: {error}."
        ) from None
    except OSError as error:
        if not path.is_dir():
            reason = error.strerror or error
            raise UnusableError(
                "InvalidZipFileException",
                f"Cannot unpack the zip of the function {name} to {path}: {reason}.",
            ) from None
    finally:
        os.close(descriptor)
        shutil.rmtree(beside, ignore_errors=True)


def extract_zip(archive: ZipFile, folder: Path) -> None:
    """Extracts all files first and links last, so that no file is written through a link.

    Raises ValueError for an entry that would leave the folder, and any exception of zipfile.
    """
    links = []
    for entry in archive.infolist():
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in parts:
            raise ValueError(f"{entry.filename!r} is outside the folder")
        place = folder.joinpath(*parts)
        if _is_zip_link(entry):
            links.append((place, archive.read(entry).decode()))
        elif entry.is_dir():
            _make_unzipped_folder(place)
        else:
            _write_zip_entry(archive, entry, place)
    for place, target in links:
        _make_unzipped_folder(place.parent)
        os.symlink(target, place)
    root = os.path.realpath(folder)
    for place, target in links:
        if os.path.commonpath((root, os.path.realpath(place))) != root:
            raise ValueError(f"the link {place.relative_to(folder)} points outside the folder, to {target}")


def _is_zip_link(entry: ZipInfo) -> bool:
    return entry.external_attr >> 28 == 0o12  # the file type of a symbolic link in Unix's mode bits


def _write_zip_entry(archive: ZipFile, entry: ZipInfo, place: Path) -> None:
    import shutil

    _make_unzipped_folder(place.parent)
    with archive.open(entry) as source, open(place, "wb", opener=_create_unzipped_file) as target:
        shutil.copyfileobj(source, target, 1 << 20)
        os.fchmod(target.fileno(), 0o700 if entry.external_attr >> 16 & 0o111 else 0o600)


def _create_unzipped_file(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, private_files.FILE_MODE)


def _make_unzipped_folder(path: Path) -> None:
    """Creates a folder and its missing parents, private to this user."""
    if not path.is_dir():
        _make_unzipped_folder(path.parent)
        path.mkdir(private_files.FOLDER_MODE)
        path.chmod(private_files.FOLDER_MODE)
