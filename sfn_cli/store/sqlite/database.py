"""The SQLite file: opened safely, migrated to this version's schema, written in transactions.

Rule 1: a process that is killed at any time leaves a store that opens again, undamaged (WAL).
Rule 2: what was committed survives a power failure (synchronous = FULL).
Rule 3: a store that cannot be used is refused with a message that says why, and never replaced.
Rule 4: errors are classified by what they affect (error_translation.py).
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.errors import StoreError
from sfn_cli.store.sqlite import keys, migrations
from sfn_cli.store.sqlite.error_translation import (
    BUSY_SECONDS,
    FILE_NAME,
    START_EMPTY,
    Translating,
    translate_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Database:
    """One connection, for one thread. Readers never wait for a writer (WAL)."""

    def __init__(self, home: str | os.PathLike[str]) -> None:
        """Opens (and, when new, creates) the store in `home`. Raises StoreError."""
        self.path = os.path.join(home, FILE_NAME)
        with translate_errors(self.path):
            private_files.make_private_home(home)
            _refuse_emptied_database(self.path)
            self.connection = _connect_to_database(self.path)
            opened = os.lstat(self.path)
            self._identity = (opened.st_dev, opened.st_ino)
            try:
                _retry_while_database_is_busy(
                    lambda: migrations.refuse_newer_migrations(self.connection, self.path)
                )
                _configure_database(self.connection)
                keys.register_key_functions(self.connection)
                migrations.migrate_to_current(self.connection, os.fspath(home))
            except BaseException:
                self.connection.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: either the whole block is stored, durably, or nothing."""
        with translate_errors(self.path):
            # IMMEDIATE takes the write lock at the start: a transaction that reads first and
            # requests the lock later may be refused without a wait.
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                migrations.roll_back_migration(self.connection)
                raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A nested part of the open transaction: if the block raises, none of it is stored."""
        with translate_errors(self.path):
            self.connection.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                if self.connection.in_transaction:  # SQLite may have rolled back everything
                    self.connection.execute("ROLLBACK TO part")
                    self.connection.execute("RELEASE part")
                raise
            self.connection.execute("RELEASE part")

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Returns the connection for queries, with SQLite's errors translated to ours."""
        return Translating(self.path, self.connection)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A read transaction: all queries of the block see the same state of the store.

        It blocks no writer. While it is open, the write-ahead log grows with every commit.
        """
        with translate_errors(self.path):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                migrations.roll_back_migration(self.connection)

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: it may have been moved or deleted."""
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._identity

    def is_current(self) -> bool:
        """Whether the store has this version's schema and no other version has opened it since."""
        with translate_errors(self.path):
            return migrations.is_migrated_to_current(self.connection)

    def data_version(self) -> int:
        """Returns a number that changes when another connection commits (PRAGMA data_version)."""
        with translate_errors(self.path):
            version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    def close(self) -> None:
        self.connection.close()


def _refuse_emptied_database(path: str) -> None:
    """Raises StoreError for an empty file beside a -wal file.

    An empty file is a new store: a process that is killed while creating a store leaves such a file.
    But SQLite deletes a -wal beside an empty file, and that -wal may be all that is left of a store
    whose file was lost. (A file never becomes empty again. Because of the order of the checks, a
    store that is being created is not refused.)
    """
    left = database_file_size(path + "-wal")
    if left and database_file_size(path) <= _EMPTY_BYTES:
        raise StoreError(
            f"Cannot use the store {path}: it is empty, but {FILE_NAME}-wal beside it has {left} bytes of "
            f"data. Restore the {FILE_NAME} that belongs to it, or {START_EMPTY}."
        )


_EMPTY_BYTES = 1
"""SQLite treats a file of one byte as empty: some file systems once required that byte."""


def database_file_size(path: str) -> int:
    """Returns the size of a file of the database, 0 if it does not exist."""
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


def _connect_to_database(path: str) -> sqlite3.Connection:
    # SQLite gives its -wal and -shm files the permissions of the database file, so that file is
    # created here, private to its owner, before SQLite opens it. SQLite opens all three by path.
    for beside in (f"{path}-wal", f"{path}-shm", f"{path}-journal"):
        private_files.check_file(beside)
    if not os.path.lexists(path):
        os.close(private_files.open_file(path, os.O_CREAT | os.O_RDWR))
    private_files.check_file(path)
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _configure_database(connection: sqlite3.Connection) -> None:
    _retry_while_database_is_busy(lambda: connection.execute("PRAGMA journal_mode = WAL"))
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _retry_while_database_is_busy(step: Callable[[], object]) -> None:
    """Runs a step of opening the store, repeatedly while the database is busy.

    While another process creates or recovers the write-ahead log, SQLite refuses immediately,
    whatever its busy timeout.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            step()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
