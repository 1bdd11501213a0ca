"""The SQLite file: opened safely, brought to this version's schema, written in transactions.

Rule 1: a process that is killed at any instant leaves a store that opens again, whole (WAL).
Rule 2: what was committed survives a power cut (synchronous = FULL).
Rule 3: a store that cannot be used is refused with a line that says why, and never replaced.
Rule 4: errors differ by whom they harm. A StoreError (disk, lock, corruption) concerns everyone and may stop
a worker. A RowError concerns the execution that one row belongs to; an UnstorableError, the request or
execution whose data it is.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import AbstractContextManager, contextmanager, suppress
from json import JSONDecodeError
from typing import TYPE_CHECKING, Generic, TypeVar

from sfn_cli import __version__, private_files
from sfn_cli.errors import RowError, SfnError, StoreError, UnstorableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Given = TypeVar("Given")

FILE_NAME = "sfn.db"
BUSY_SECONDS = 60.0

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
                _retry_while_busy(lambda: _refuse_newer(self.connection, self.path))
                _configure(self.connection)
                _bring_up_to_date(self.connection, os.fspath(home))
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

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A nested part of the open transaction: if the block raises, nothing of the block is stored."""
        with translated_errors(self.path):
            self.connection.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                if self.connection.in_transaction:  # SQLite may have rolled back all of it
                    self.connection.execute("ROLLBACK TO part")
                    self.connection.execute("RELEASE part")
                raise
            self.connection.execute("RELEASE part")

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """For queries: the connection, with SQLite's errors in our words."""
        return _Translating(self.path, self.connection)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A read transaction: all queries of the block see the same state of the store. It blocks no writer.

        While it lasts, the write-ahead log grows by what others commit.
        """
        with translated_errors(self.path):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                _roll_back(self.connection)

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: it may have been moved away, or deleted."""
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._identity

    def is_current(self) -> bool:
        """Whether the store has this version's schema, and no other version of sfn has opened it since."""
        with translated_errors(self.path):
            return _is_current(self.connection)

    def data_version(self) -> int:
        """A number that changes when another connection has committed (PRAGMA data_version)."""
        with translated_errors(self.path):
            version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
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
            translated = _translated(error, self._path)
            if translated is not None:
                raise translated from error


def _translated(error: BaseException, path: str) -> SfnError | None:
    """The error by what is to blame: the data (UnstorableError), a row (RowError), or the store (StoreError).

    None for an error that has nothing to do with the store.
    """
    match error:
        case UnicodeEncodeError():
            return UnstorableError(f"The text holds {_character(error)}, which cannot be stored as UTF-8.")
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
                f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a column of JSON holds none)."
            )
        case sqlite3.Error():
            return _explained(error, path)
        case OSError():
            return StoreError(
                f"Cannot use the store {path}: {error.strerror or error}. "
                "Set SFN_HOME to a folder that can be written."
            )
    return None


def _character(error: UnicodeEncodeError) -> str:
    """The character that cannot be encoded, in words."""
    return f"U+{ord(error.object[error.start]):04X}, half of a surrogate pair"


_AFRESH = f"move {FILE_NAME}, {FILE_NAME}-wal and {FILE_NAME}-shm away together to begin with an empty store"

_ADVICE = {
    "SQLITE_NOTADB": f"it is not a SQLite database. Set SFN_HOME to another folder, or {_AFRESH}",
    "SQLITE_CORRUPT": f"it is damaged. Copy it, then try `sqlite3 FILE .recover`, or {_AFRESH}",
    "SQLITE_FULL": "the disk is full. Nothing was lost; free some space and try again",
    "SQLITE_READONLY": (
        "it is read-only. Make it and its folder writable, or set SFN_HOME to a folder that is"
    ),
    "SQLITE_CANTOPEN": (
        "it cannot be opened. Check its permissions, or set SFN_HOME to a folder that can be written"
    ),
    "SQLITE_IOERR": "reading or writing it failed. Nothing that was acknowledged is lost; check the disk",
    "SQLITE_BUSY": f"another process held it for {BUSY_SECONDS:.0f} seconds. Try again",
    "SQLITE_PROTOCOL": "other processes held its locks for too long. Try again",
}


def _explained(error: sqlite3.Error, path: str) -> StoreError:
    name = getattr(error, "sqlite_errorname", "") or ""
    # Python's own words, with all of the text.
    if not name and str(error).startswith("Could not decode to UTF-8"):
        return RowError(f"Cannot use the store {path}: {_ADVICE['SQLITE_CORRUPT']} (a text is not UTF-8).")
    for prefix, advice in _ADVICE.items():
        if name.startswith(prefix):
            return StoreError(f"Cannot use the store {path}: {advice} ({error}).")
    return StoreError(f"Cannot use the store {path}: {error}.")


def _refuse_emptied(path: str) -> None:
    """An empty file is a new store: a process that was killed as it made one leaves just that. But
    beside an empty file SQLite deletes a -wal, and that may hold all there is of a store whose file
    was lost. (A file never becomes empty again: looked at in this order, a store that is being made
    is not refused.)
    """
    left = _size(path + "-wal")
    if left and _size(path) <= _EMPTY_BYTES:
        raise StoreError(
            f"Cannot use the store {path}: "
            f"it is empty, but {FILE_NAME}-wal beside it holds {left} bytes of a store. "
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
    _retry_while_busy(lambda: connection.execute("PRAGMA journal_mode = WAL"))
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _retry_while_busy(step: Callable[[], object]) -> None:
    """Runs a step of opening the store. While another process creates or recovers the write-ahead log, SQLite
    refuses at once, whatever its busy timeout.
    """
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            step()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)


def _schema(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _written_by(connection: sqlite3.Connection) -> str | None:
    """The newest version of sfn that has opened the store; None if it is new, or too old to have one."""
    if _schema(connection) < _SCHEMA_WITH_VERSION:
        return None
    row = connection.execute("SELECT version FROM sfn_version").fetchone()
    return None if row is None else str(row[0])


_SCHEMA_WITH_VERSION = 15
"""The first schema with the table `sfn_version`."""


def _is_current(connection: sqlite3.Connection) -> bool:
    return _schema(connection) == LATEST and _written_by(connection) == __version__


def _refuse_newer(connection: sqlite3.Connection, path: str) -> None:
    schema, written_by = _schema(connection), None
    if schema <= LATEST:
        written_by = _written_by(connection)
        if written_by is None or not _is_newer(written_by):
            return
    by = (
        f"sfn {written_by}"
        if written_by is not None
        else f"a newer sfn (schema {schema}, this one knows {LATEST})"
    )
    raise StoreError(
        f"The store {path} was written by {by}, and this is sfn {__version__}. Upgrade sfn, or set SFN_HOME "
        "to another folder."
    )


def _is_newer(version: str) -> bool:
    """Whether a version of sfn is newer than this one (PEP 440: 0.2.1rc1 is newer than 0.2.0, and
    older than 0.2.1).
    """
    if version == __version__:
        return False
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) > Version(__version__)
    except InvalidVersion:  # a damaged row
        return False


def _bring_up_to_date(connection: sqlite3.Connection, home: str) -> None:
    """Migrates the store to this version's schema and notes the version.

    Workers of an older version are stopped first: they would ignore what they do not know (mocks, for
    example). What they drive is released and goes on with the next worker.
    """
    if _is_current(connection):
        return
    is_new = _schema(connection) == 0
    if not is_new:
        _stop_other_versions(connection, home)
    _migrate(connection)
    if not is_new:
        _stop_other_versions(connection, home)  # one may have started in between


def _stop_other_versions(connection: sqlite3.Connection, home: str) -> None:
    from sfn_cli.store.sqlite.workers import stop_other_versions

    stop_other_versions(connection, home)


def _migrate(connection: sqlite3.Connection) -> None:
    """Applies `schema/*.sql` above the file's user_version, in order, each with its mark."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        current = _schema(connection)
        for name in sorted(os.listdir(_SCHEMA)):
            number = int(name[:4])
            if number > current:
                for statement in _statements(_script(name)):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        if _written_by(connection) != __version__:
            connection.execute("DELETE FROM sfn_version")
            connection.execute("INSERT INTO sfn_version (version) VALUES (?)", (__version__,))
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


LATEST = 16
"""The schema that this version writes: the number of the newest file in `schema/`."""
