"""Migrates the store file's schema to this version's, with the files in `schema/`.

Each file is applied once, in the same transaction that updates user_version. Released files are
never edited.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import __version__
from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST = 30
"""The schema that this version writes: the number of the latest file in `schema/`."""

_FOLDER = os.path.join(os.path.dirname(__file__), "schema")

_SCHEMA_WITH_VERSION = 15
"""The first schema with the table `sfn_version`."""


def _schema_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _schema_written_by(connection: sqlite3.Connection) -> str | None:
    """Returns the newest version of sfn that has opened the store.

    None if the store is new, or too old to have this record.
    """
    if _schema_version(connection) < _SCHEMA_WITH_VERSION:
        return None
    row = connection.execute("SELECT version FROM sfn_version").fetchone()
    return None if row is None else str(row[0])


def is_migrated_to_current(connection: sqlite3.Connection) -> bool:
    return _schema_version(connection) == LATEST and _schema_written_by(connection) == __version__


def refuse_newer_migrations(connection: sqlite3.Connection, path: str) -> None:
    schema, written_by = _schema_version(connection), None
    if schema <= LATEST:
        written_by = _schema_written_by(connection)
        if written_by is None or not _is_newer_migration(written_by):
            return
    by = (
        f"sfn {written_by}"
        if written_by is not None
        else f"a newer version of sfn (schema {schema}; sfn {__version__} supports up to {LATEST})"
    )
    raise StoreError(
        f"The store {path} was written by {by}, and this is sfn {__version__}. Upgrade sfn, or set SFN_HOME "
        "to another folder."
    )


def _is_newer_migration(version: str) -> bool:
    """Whether a version of sfn is newer than this one.

    PEP 440: 0.2.1rc1 is newer than 0.2.0, and older than 0.2.1.
    """
    if version == __version__:
        return False
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) > Version(__version__)
    except InvalidVersion:  # a damaged row
        return False


def migrate_to_current(connection: sqlite3.Connection, home: str) -> None:
    """Migrates the store to this version's schema and records the version.

    Workers of an older version are stopped first, because they would ignore what they do not
    support (mocks, for example). Their executions are released; the next worker continues them.
    """
    if is_migrated_to_current(connection):
        return
    is_new = _schema_version(connection) == 0
    if not is_new:
        _stop_other_versions_to_migrate(connection, home)
    _migrate(connection)
    if not is_new:
        _stop_other_versions_to_migrate(connection, home)  # one may have started in between


def _stop_other_versions_to_migrate(connection: sqlite3.Connection, home: str) -> None:
    from sfn_cli.store.sqlite.other_versions import stop_other_versions

    stop_other_versions(connection, home)


def _migrate(connection: sqlite3.Connection) -> None:
    """Applies the files of `schema/` above the file's user_version, in order, and updates it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        current = _schema_version(connection)
        for name in sorted(os.listdir(_FOLDER)):
            number = int(name[:4])
            if number > current:
                for statement in _migration_statements(_migration_script(name)):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        if _schema_written_by(connection) != __version__:
            connection.execute("DELETE FROM sfn_version")
            connection.execute("INSERT INTO sfn_version (version) VALUES (?)", (__version__,))
        connection.execute("COMMIT")
    except BaseException:
        roll_back_migration(connection)
        raise


def roll_back_migration(connection: sqlite3.Connection) -> None:
    """Undoes an open transaction, if SQLite has not done so itself."""
    if connection.in_transaction:
        # A disk that failed the transaction may fail this too; the first error is the one to
        # report.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _migration_script(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _migration_statements(script: str) -> Iterator[str]:
    """Yields the statements of a script. `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
