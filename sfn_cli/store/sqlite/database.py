"""The SQLite file: opened safely, brought to this version's schema, written in transactions.

Rule 1: a process that is killed at any instant leaves a store that opens again, whole (WAL).
Rule 2: what was committed survives a power cut (synchronous = FULL).
Rule 3: a store that cannot be used is refused with a line that says why, and never replaced.
"""

from __future__ import annotations

import math
import os
import sqlite3
import time
from contextlib import AbstractContextManager, contextmanager, suppress
from json import JSONDecodeError
from typing import TYPE_CHECKING, Generic, TypeVar

from sfn_cli import private_files
from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

Given = TypeVar("Given")

FILE_NAME = "sfn.db"
BUSY_SECONDS = 60.0

LOOK_SECONDS = 0.02
"""How often one who waits for a change of the store looks."""

_SCHEMA = os.path.join(os.path.dirname(__file__), "schema")


class Database:
    """One connection. `read_only` readers never write and never wait for the writer."""

    def __init__(self, home: str | os.PathLike[str]) -> None:
        """Opens (and, when new, makes) the store in `home`. Raises StoreError."""
        self.path = os.path.join(home, FILE_NAME)
        with translated_errors(self.path):
            private_files.make_home(home)
            _refuse_emptied(self.path)
            self.connection = _connect(self.path)
            opened = os.lstat(self.path)
            self._identity = (opened.st_dev, opened.st_ino)
            try:
                _refuse_newer(self.connection, self.path)
                _configure(self.connection)
                _migrate(self.connection)
            except BaseException:
                self.connection.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of the block is kept, durably, or none of it."""
        with translated_errors(self.path):
            # IMMEDIATE takes the write lock at once: a transaction that reads first and
            # asks for the lock later may be refused without a wait.
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                _roll_back(self.connection)
                raise

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """For queries: the connection, with SQLite's errors in our words."""
        return _Translating(self.path, self.connection)

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: it may have been moved away, or deleted."""
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._identity

    def data_version(self) -> int:
        """A number that changes when another connection has committed (PRAGMA data_version)."""
        with translated_errors(self.path):
            version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    def await_change(self, since: int, seconds: float = math.inf, *, every: float = LOOK_SECONDS) -> int:
        """Waits until `data_version` is no longer `since`, or so many seconds have passed; gives what it is then.

        It looks `every` so many seconds.
        """
        give_up_at = time.monotonic() + seconds
        while (version := self.data_version()) == since and time.monotonic() < give_up_at:
            time.sleep(every)
        return version

    def close(self) -> None:
        self.connection.close()


def translated_errors(path: str) -> _Translating[None]:
    """SQLite's and the file system's errors about the store, as a StoreError that says what to do."""
    return _Translating(path, None)


class _Translating(Generic[Given]):
    """See `translated_errors`. A class, not a generator: every query goes through it."""

    __slots__ = ("_given", "_path")

    def __init__(self, path: str, given: Given) -> None:
        self._path = path
        self._given = given

    def __enter__(self) -> Given:
        return self._given

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            told = _told(error, self._path)
            if told is not None:
                raise StoreError(told) from error


def _told(error: BaseException, path: str) -> str | None:
    match error:
        case sqlite3.Error():
            return _explain(error, path)
        case JSONDecodeError():
            return f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a column of JSON holds none)."
        case UnicodeEncodeError():
            return "The text holds bytes that are not UTF-8, which cannot be stored. Nothing was changed."
        case OSError():
            return f"Cannot use the store {path}: {error.strerror or error}. Set SFN_HOME to a folder that can be written."
    return None


_AFRESH = f"move {FILE_NAME}, {FILE_NAME}-wal and {FILE_NAME}-shm away together to begin with an empty store"

_ADVICE = {
    "SQLITE_NOTADB": f"it is not a SQLite database. Set SFN_HOME to another folder, or {_AFRESH}",
    "SQLITE_CORRUPT": f"it is damaged. Copy it, then try `sqlite3 FILE .recover`, or {_AFRESH}",
    "SQLITE_FULL": "the disk is full. Nothing was lost; free some space and try again",
    "SQLITE_READONLY": "it is read-only. Make it and its folder writable, or set SFN_HOME to a folder that is",
    "SQLITE_CANTOPEN": "it cannot be opened. Check its permissions, or set SFN_HOME to a folder that can be written",
    "SQLITE_IOERR": "reading or writing it failed. Nothing that was acknowledged is lost; check the disk",
    "SQLITE_BUSY": f"another process held it for {BUSY_SECONDS:.0f} seconds. Try again",
    "SQLITE_PROTOCOL": "other processes held its locks for too long. Try again",
}


def _explain(error: sqlite3.Error, path: str) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    if not name and str(error).startswith("Could not decode to UTF-8"):  # Python's own words, with all of the text
        return f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a text is not UTF-8)."
    for prefix, advice in _ADVICE.items():
        if name.startswith(prefix):
            return f"Cannot use the store {path}: {advice} ({error})."
    return f"Cannot use the store {path}: {error}."


def _refuse_emptied(path: str) -> None:
    """An empty file is a new store: a process that was killed as it made one leaves just that. But
    beside an empty file SQLite deletes a -wal, and that may hold all there is of a store whose file
    was lost. (A file never becomes empty again: looked at in this order, a store that is being made
    is not refused.)
    """
    left = _size(path + "-wal")
    if left and _size(path) <= _EMPTY_BYTES:
        raise StoreError(
            f"Cannot use the store {path}: it is empty, but {FILE_NAME}-wal beside it holds {left} bytes of a store. "
            f"Put the file of that store back, or {_AFRESH}."
        )


_EMPTY_BYTES = 1
"""SQLite takes a file of one byte for an empty one: it once had to write that byte on some file systems."""


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


def _connect(path: str) -> sqlite3.Connection:
    # SQLite gives its -wal and -shm files the permissions of the database file, so the file
    # is made here, for its owner alone, before SQLite sees it. SQLite opens all three by their paths.
    for beside in (f"{path}-wal", f"{path}-shm", f"{path}-journal"):
        private_files.check_file(beside)
    if not os.path.lexists(path):
        os.close(private_files.open_file(path, os.O_CREAT | os.O_RDWR))
    private_files.check_file(path)
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _configure(connection: sqlite3.Connection) -> None:
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    # The first who opens a new store makes it a WAL one; for that moment SQLite refuses others
    # at once, whatever its busy timeout.
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _refuse_newer(connection: sqlite3.Connection, path: str) -> None:
    current = _version(connection)
    if current > LATEST:
        raise StoreError(
            f"The store {path} was written by a newer sfn (schema {current}, this one knows {LATEST}). "
            "Upgrade sfn, or set SFN_HOME to another folder."
        )


def _migrate(connection: sqlite3.Connection) -> None:
    """Applies `schema/*.sql` above the file's user_version, in order, each with its mark."""
    if _version(connection) == LATEST:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        current = _version(connection)
        for name in sorted(os.listdir(_SCHEMA)):
            number = int(name[:4])
            if number > current:
                for statement in _statements(_script(name)):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """Undoes an open transaction, if SQLite has not done so itself."""
    if connection.in_transaction:
        # A disk that failed the transaction may fail this too: it is the first error that tells why.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _script(name: str) -> str:
    with open(os.path.join(_SCHEMA, name), encoding="utf-8") as file:
        return file.read()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script. (`executescript` would commit the open transaction.)"""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


LATEST = 14
"""The schema that this version writes: the number of the newest file in `schema/`."""
