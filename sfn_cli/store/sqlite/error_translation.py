"""Translates errors of SQLite and the file system into ours, with the cause and what to do.

Errors differ by what they affect. A StoreError (disk, lock, corruption) affects everything and may
stop a worker. A RowError affects the execution that the row belongs to; an UnstorableError, the
request or execution whose data it is.
"""

from __future__ import annotations

import sqlite3
from json import JSONDecodeError
from typing import Generic, TypeVar

from sfn_cli.errors import RowError, SfnError, StoreError, UnstorableError

FILE_NAME = "sfn.db"
BUSY_SECONDS = 60.0

START_EMPTY = (
    f"move {FILE_NAME}, {FILE_NAME}-wal and {FILE_NAME}-shm away together to start with an empty store"
)
"""What to do if the file cannot be used at all."""

Given = TypeVar("Given")


def translate_errors(path: str) -> Translating[None]:
    """Turns errors of SQLite and the file system into a StoreError that says what to do."""
    return Translating(path, None)


class Translating(Generic[Given]):
    """See `translate_errors`. A class, not a generator, for speed: every query uses it."""

    __slots__ = ("_given", "_path")

    def __init__(self, path: str, given: Given) -> None:
        self._path = path
        self._given = given

    def __enter__(self) -> Given:
        return self._given

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            translated = _translate_error(error, self._path)
            if translated is not None:
                raise translated from error


def _translate_error(error: BaseException, path: str) -> SfnError | None:
    """Returns the error that names the cause.

    The cause is the data (UnstorableError), a row (RowError) or the store (StoreError). None for an
    error that has nothing to do with the store.
    """
    match error:
        case UnicodeEncodeError():
            return UnstorableError(
                f"The text contains {_untranslatable_character(error)}, which cannot be stored as UTF-8."
            )
        case OverflowError():
            return UnstorableError("A number is outside the range that can be stored (64-bit integers).")
        case sqlite3.DataError():
            return UnstorableError("The text is too long to be stored.")
        case (
            sqlite3.IntegrityError()
            | sqlite3.ProgrammingError()
            | sqlite3.InterfaceError()
            | sqlite3.NotSupportedError()
        ):
            return RowError(f"Cannot use the store {path}: {error}.")
        case JSONDecodeError():
            return RowError(
                f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a JSON column has invalid JSON)."
            )
        case sqlite3.Error():
            return explain_sqlite_error(error, path)
        case OSError():
            return StoreError(
                f"Cannot use the store {path}: {error.strerror or error}. Set SFN_HOME to a writable folder."
            )
    return None


def _untranslatable_character(error: UnicodeEncodeError) -> str:
    """Describes the character that cannot be encoded."""
    return f"U+{ord(error.object[error.start]):04X}, half of a surrogate pair"


_ADVICE = {
    "SQLITE_NOTADB": f"it is not a SQLite database. Set SFN_HOME to another folder, or {START_EMPTY}",
    "SQLITE_CORRUPT": f"it is damaged. Copy it, then try `sqlite3 FILE .recover`, or {START_EMPTY}",
    "SQLITE_FULL": "the disk is full. Nothing was lost; free some space and try again",
    "SQLITE_READONLY": (
        "it is read-only. Make it and its folder writable, or set SFN_HOME to a writable folder"
    ),
    "SQLITE_CANTOPEN": ("it cannot be opened. Check its permissions, or set SFN_HOME to a writable folder"),
    "SQLITE_IOERR": "reading or writing it failed. No acknowledged data is lost; check the disk",
    "SQLITE_BUSY": f"another process has locked it for {BUSY_SECONDS:.0f} seconds. Try again",
    "SQLITE_PROTOCOL": "other processes have locked it for too long. Try again",
}


def explain_sqlite_error(error: sqlite3.Error, path: str) -> StoreError:
    name = getattr(error, "sqlite_errorname", "") or ""
    # This message is Python's own; it contains the whole text.
    if not name and str(error).startswith("Could not decode to UTF-8"):
        return RowError(
            f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a text column is not UTF-8)."
        )
    for prefix, advice in _ADVICE.items():
        if name.startswith(prefix):
            return StoreError(f"Cannot use the store {path}: {advice} ({error}).")
    return StoreError(f"Cannot use the store {path}: {error}.")
